/** Volumes, ssh keys, placement groups, certificates and images. */
import { createHash } from 'node:crypto';
import type { Certificate, Image, PlacementGroup, SshKey, Volume } from 'catalyst/hetzner/api/types.js';
import { locations } from '../catalog.js';
import { invalid, refuse } from '../problem.js';
import { assertDeletable, assertUniqueName, type Project } from '../project.js';
import { changeProtection, type Kind, noContent } from './kind.js';

export const volumes: Kind<'volume'> = {
  type: 'volume',
  create(project, body) {
    assertUniqueName(project, 'volume', body['name']);
    if (!(body['size'] >= 10)) invalid('size', 'must be at least 10');
    const server = body['server'] ? project.find('server', Number(body['server'])) : undefined;
    const location = server?.location ?? locations.find(({ name }) => name === body['location']);
    if (!location) return invalid('location', 'location or server is required');
    const id = project.newId();
    const volume: Volume = {
      id,
      created: project.now(),
      name: body['name'],
      server: server?.id ?? null,
      location,
      size: body['size'],
      linux_device: `/dev/disk/by-id/scsi-0HC_Volume_${id}`,
      protection: { delete: false },
      labels: body['labels'] ?? {},
      status: 'available',
      format: body['format'] ?? null,
    };
    project.items.volume.set(id, volume);
    server?.volumes?.push(id);
    return { volume, action: project.begin('create_volume', [{ id, type: 'volume' }]), next_actions: [] };
  },
  remove(project, volume) {
    assertDeletable(project, 'volume', volume.id);
    if (volume.server !== null) refuse(423, 'locked', 'volume is attached to a server');
    project.assertUnlocked('volume', volume.id);
    project.items.volume.delete(volume.id);
    return noContent;
  },
  updatable: ['name', 'labels'],
  actions: {
    change_protection: changeProtection('volume'),
    attach(project, volume, body) {
      const server = project.find('server', Number(body['server']));
      volume.server = server.id;
      server.volumes?.push(volume.id);
      return { action: project.begin('attach_volume', [{ id: volume.id, type: 'volume' }]) };
    },
    detach(project, volume) {
      const effect = () => {
        const server = project.items.server.get(volume.server ?? 0);
        if (server) server.volumes = server.volumes?.filter((id) => id !== volume.id);
        volume.server = null;
      };
      return { action: project.begin('detach_volume', [{ id: volume.id, type: 'volume' }], effect) };
    },
  },
};

export const sshKeys: Kind<'ssh_key'> = {
  type: 'ssh_key',
  create(project, body) {
    assertUniqueName(project, 'ssh_key', body['name']);
    const blob = /^(ssh-\S+|ecdsa-\S+) ([A-Za-z0-9+/=]+)/.exec(String(body['public_key']))?.[2];
    if (!blob) return invalid('public_key', 'is not an OpenSSH public key');
    const fingerprint = createHash('md5').update(Buffer.from(blob, 'base64')).digest('hex').match(/../g)!.join(':');
    if ([...project.items.ssh_key.values()].some((key) => key.fingerprint === fingerprint)) {
      refuse(409, 'uniqueness_error', 'SSH key with the same fingerprint already exists', {
        fields: [{ name: 'public_key' }],
      });
    }
    const ssh_key: SshKey = {
      id: project.newId(),
      name: body['name'],
      fingerprint,
      public_key: body['public_key'],
      labels: body['labels'] ?? {},
      created: project.now(),
    };
    project.items.ssh_key.set(ssh_key.id, ssh_key);
    return { ssh_key };
  },
  remove(project, key) {
    project.items.ssh_key.delete(key.id);
    return noContent;
  },
  updatable: ['name', 'labels'],
};

export const placementGroups: Kind<'placement_group'> = {
  type: 'placement_group',
  create(project, body) {
    assertUniqueName(project, 'placement_group', body['name']);
    const placement_group: PlacementGroup = {
      id: project.newId(),
      name: body['name'],
      labels: body['labels'] ?? {},
      type: body['type'] ?? 'spread',
      created: project.now(),
      servers: [],
    };
    project.items.placement_group.set(placement_group.id, placement_group);
    return { placement_group };
  },
  remove(project, group) {
    if (group.servers.length > 0) refuse(422, 'resource_in_use', 'placement group has servers');
    project.items.placement_group.delete(group.id);
    return noContent;
  },
  updatable: ['name', 'labels'],
};

function usedBy(project: Project, id: number) {
  return [...project.items.load_balancer.values()]
    .filter((lb) => lb.services.some(({ http }) => http && 'certificates' in http && http.certificates?.includes(id)))
    .map((lb) => ({ id: lb.id, type: 'load_balancer' }));
}

export const certificates: Kind<'certificate'> = {
  type: 'certificate',
  create(project, body) {
    assertUniqueName(project, 'certificate', body['name']);
    const certificate: Certificate = {
      id: project.newId(),
      name: body['name'],
      labels: body['labels'] ?? {},
      type: body['type'] ?? 'uploaded',
      certificate: body['certificate'] ?? null,
      created: project.now(),
      not_valid_before: null,
      not_valid_after: null,
      domain_names: body['domain_names'] ?? [],
      fingerprint: null,
      status: null,
      used_by: [],
    };
    project.items.certificate.set(certificate.id, certificate);
    return { certificate, action: null };
  },
  remove(project, certificate) {
    if (usedBy(project, certificate.id).length > 0) refuse(422, 'service_error', 'certificate is still in use');
    project.items.certificate.delete(certificate.id);
    return noContent;
  },
  view: (project, certificate) => ({ ...certificate, used_by: usedBy(project, certificate.id) }),
  updatable: ['name', 'labels'],
};

export const images: Kind<'image'> = {
  type: 'image',
  remove(project, image: Image) {
    if (image.type !== 'snapshot' && image.type !== 'backup') {
      refuse(422, 'invalid_input', 'only snapshots and backups can be deleted');
    }
    assertDeletable(project, 'image', image.id);
    project.items.image.delete(image.id);
    return noContent;
  },
  updatable: ['description', 'labels'],
  actions: { change_protection: changeProtection('image') },
};
