/**
 * The writers of one mutation. Each asks of every write that it is about to send, not of what was declared alone, whether it may be made,
 * and keeps to the system that the mutation names. When the change has ended they are worth nothing.
 */

import type { Mutation } from '../../engine/mutation.js';
import type { Protects, Write } from '../../engine/protects.js';
import type { System } from '../../engine/systems.js';
import type { HetznerWriter } from '../../hetzner/api/api.js';
import type { KubeObject, KubeRef, KubeWriter } from '../../kubernetes/client/kube.js';
import type { PowerDnsWriter } from '../../mother/powerdns.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { GitRemote, GitWriter } from '../../tools/git/git.js';
import type { ObjectStoreWriter } from '../../tools/s3/s3.js';
import type { Writers } from './writers.js';

/** Throws before the write is sent: E4004 for what is protected, E9001 for what its mutation does not declare. */
type Check = (write: Write & { target: { system: System } }) => void;

export interface CheckedWriters {
  writers: Writers;
  /** From here on every write is refused. */
  end(): void;
}

export function checkedWriters(writers: Writers, mutation: Mutation, protects: Protects): CheckedWriters {
  let ended = false;
  const declared = mutation.target.system;
  const check: Check = (write) => {
    const { target, verb } = write;
    const what = `${verb} ${target.kind} ${target.namespace ? `${target.namespace}/` : ''}${target.name}`;
    if (ended) throw fail('E9001', `Refused: to ${what} after the change had ended: ${mutation.sentence}.`);
    if (target.system !== declared)
      throw fail(
        'E9001',
        `To ${what} on ${target.system} is not part of a change of ${declared}: ${mutation.sentence}.`,
      );
    const reason = protects(write);
    if (reason === undefined) return;
    throw fail('E4004', `Refused: to ${what}, while asked to ${mutation.sentence}. ${reason} It was not sent.`, {
      actions: [command('verify protected'), command('explain', 'E4004')],
      data: { target, verb, fields: write.fields },
    });
  };
  const declaredTarget = (verb: Write['verb']) => check({ target: mutation.target, verb });
  return {
    end: () => {
      ended = true;
    },
    writers: {
      sovereign: async () => checkedKube(await writers.sovereign(), 'sovereign', check),
      mother: async () => checkedKube(await writers.mother(), 'mother', check),
      hetzner: async () => checkedHetzner(await writers.hetzner(), check),
      objectStore: async () => checkedStore(await writers.objectStore(), check),
      powerDns: (server) => checkedPowerDns(writers.powerDns(server), mutation, check),
      get git() {
        return checkedGit(writers.git, check);
      },
      helm: {
        upgradeInstall: async (request) => {
          const { namespace, releaseName: name } = request;
          check({ target: { system: 'sovereign', kind: 'Release', namespace, name }, verb: 'apply' });
          return writers.helm.upgradeInstall(request);
        },
      },
      registry: {
        pushChart: async (file, bytes, registry, insecure) => {
          check({ target: { system: 'registry', kind: 'Chart', name: `${registry}/${file}` }, verb: 'apply' });
          return writers.registry.pushChart(file, bytes, registry, insecure);
        },
        copyImage: async (request) => {
          const { origin, repository } = request.to;
          check({ target: { system: 'registry', kind: 'Image', name: `${origin}/${repository}` }, verb: 'apply' });
          return writers.registry.copyImage(request);
        },
      },
      get http() {
        const { http } = writers;
        return async (request: Parameters<typeof http>[0]) => {
          const { method = 'GET' } = request;
          if (method !== 'GET' && method !== 'HEAD') {
            // Clusters, Hetzner, buckets and zones have writers of their own, which know what they write.
            if (declared !== 'git' && declared !== 'registry')
              throw fail(
                'E9001',
                `A ${method} to ${new URL(request.url).host} is not part of a change of ${declared}.`,
              );
            declaredTarget(method === 'DELETE' ? 'delete' : method === 'POST' ? 'create' : 'patch');
          }
          return http(request);
        };
      },
      get webhook() {
        const { webhook } = writers;
        return async (request: Parameters<typeof webhook>[0]) => {
          check({ target: { system: 'webhook', kind: 'Webhook', name: 'alerts' }, verb: 'create' });
          return webhook(request);
        };
      },
      service: (service) => async (request) => {
        const { namespace, name } = service;
        check({ target: { system: 'sovereign', kind: mutation.target.kind, namespace, name }, verb: 'create' });
        return writers.service(service)(request);
      },
    },
  };
}

function checkedKube(writer: KubeWriter, system: 'sovereign' | 'mother', check: Check): KubeWriter {
  const at = ({ kind, namespace, name }: Pick<KubeRef, 'kind' | 'namespace' | 'name'>) => ({
    system,
    kind,
    namespace,
    name,
  });
  const of = ({ kind, metadata }: KubeObject) => at({ kind, namespace: metadata.namespace, name: metadata.name });
  return {
    async apply(objects, options) {
      // All of them before the first: a batch is sent whole or not at all.
      for (const object of objects)
        check({ target: of(object), verb: 'apply', fields: fieldsOfObject(object), labels: object.metadata.labels });
      return writer.apply(objects, options);
    },
    async create(object) {
      check({ target: of(object), verb: 'create', labels: object.metadata.labels });
      return writer.create(object);
    },
    async patch(ref, patch, subresource, how) {
      const { labels } = (patch.metadata ?? {}) as Pick<Write, 'labels'>;
      check({ target: at(ref), verb: 'patch', fields: fieldsOf(patch), labels });
      return writer.patch(ref, patch, subresource, how);
    },
    async delete(ref, options) {
      check({ target: at(ref), verb: 'delete' });
      return writer.delete(ref, options);
    },
  };
}

function checkedGit(writer: GitWriter, check: Check): GitWriter {
  const onBranch = ({ url }: GitRemote, branch: string, verb: Write['verb']) =>
    check({ target: { system: 'git', kind: 'branch', name: `${new URL(url).pathname.slice(1)}:${branch}` }, verb });
  return {
    async publish(remote, branch, ...rest) {
      onBranch(remote, branch, 'patch');
      return writer.publish(remote, branch, ...rest);
    },
    async change(remote, branch, ...rest) {
      onBranch(remote, branch, 'patch');
      return writer.change(remote, branch, ...rest);
    },
    async moveBack(remote, branch, from, to) {
      onBranch(remote, branch, to === undefined ? 'delete' : 'patch');
      return writer.moveBack(remote, branch, from, to);
    },
  };
}

function checkedHetzner(writer: HetznerWriter, check: Check): HetznerWriter {
  const at = (kind: string, name: string) => ({ system: 'hetzner' as const, kind, name });
  return {
    async create(type, body) {
      check({ target: at(type, String(body['name'])), verb: 'create' });
      return writer.create(type, body);
    },
    async delete(type, id) {
      check({ target: at(type, String(id)), verb: 'delete' });
      return writer.delete(type, id);
    },
    async act(type, id, action, body) {
      check({ target: at(type, String(id)), verb: 'patch', fields: [action] });
      return writer.act(type, id, action, body);
    },
  };
}

function checkedStore(writer: ObjectStoreWriter, check: Check): ObjectStoreWriter {
  const bucket = (name: string) => ({ system: 's3' as const, kind: 'Bucket', name });
  const object = (name: string, key: string) => ({ system: 's3' as const, kind: 'Object', name: `${name}/${key}` });
  return {
    async createBucket(name) {
      check({ target: bucket(name), verb: 'create' });
      return writer.createBucket(name);
    },
    async deleteBucket(name) {
      check({ target: bucket(name), verb: 'delete' });
      return writer.deleteBucket(name);
    },
    async setVersioning(name, on) {
      check({ target: bucket(name), verb: 'patch', fields: ['versioning'] });
      return writer.setVersioning(name, on);
    },
    async setLifecycle(name, lifecycle) {
      check({ target: bucket(name), verb: 'patch', fields: ['lifecycle'] });
      return writer.setLifecycle(name, lifecycle);
    },
    async put(name, key, ...rest) {
      check({ target: object(name, key), verb: 'apply' });
      return writer.put(name, key, ...rest);
    },
    async putAs(form, name, key, body) {
      check({ target: object(name, key), verb: 'apply' });
      return writer.putAs(form, name, key, body);
    },
    async delete(name, key) {
      check({ target: object(name, key), verb: 'delete' });
      return writer.delete(name, key);
    },
    async deleteVersion(name, version) {
      check({ target: object(name, version.key), verb: 'delete' });
      return writer.deleteVersion(name, version);
    },
    async abortUpload(name, upload) {
      check({ target: object(name, upload.key), verb: 'delete' });
      return writer.abortUpload(name, upload);
    },
  };
}

/** PowerDNS stands on the mother: a zone there counts as hers where the mutation says so. */
function checkedPowerDns(writer: PowerDnsWriter, { target }: Mutation, check: Check): PowerDnsWriter {
  const system = target.system === 'mother' && target.kind === 'Zone' ? ('mother' as const) : ('dns' as const);
  const namespace = system === 'mother' ? target.namespace : undefined;
  return {
    async replace(zone, sets) {
      for (const set of sets)
        check({
          target: { system, kind: 'RRset', name: set.name, namespace: zone },
          verb: set.records.length > 0 ? 'patch' : 'delete',
        });
      return writer.replace(zone, sets);
    },
    async deleteZone(name) {
      check({ target: { system, kind: 'Zone', name, namespace }, verb: 'delete' });
      return writer.deleteZone(name);
    },
    async createZone(zone) {
      check({ target: { system, kind: 'Zone', name: zone.name, namespace }, verb: 'create' });
      return writer.createZone(zone);
    },
  };
}

function fieldsOfObject({ apiVersion: _apiVersion, kind: _kind, metadata, ...rest }: KubeObject): string[] {
  const { name: _name, namespace: _namespace, ...marks } = metadata;
  return fieldsOf({ ...rest, ...(Object.keys(marks).length > 0 ? { metadata: marks } : {}) });
}

/** Pure: paths of the leaves, a list being one: `spec.replicas`, `metadata.annotations[example.org/mark]`. */
export function fieldsOf(value: unknown, path = ''): string[] {
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0) return path === '' ? [] : [path];
  return entries.flatMap(([key, inner]) => {
    if (!/^[\w-]+$/.test(key)) return fieldsOf(inner, `${path}[${key}]`);
    return fieldsOf(inner, path === '' ? key : `${path}.${key}`);
  });
}
