/** DNS zones. A purge reads only how many record sets a zone has, so the lab keeps their number and not the sets. */
import type { Zone } from 'catalyst/hetzner/api/types.js';
import { assertDeletable, assertUniqueName } from '../project.js';
import { changeProtection, type Kind } from './kind.js';

export const zones: Kind<'zone'> = {
  type: 'zone',
  create(project, body) {
    assertUniqueName(project, 'zone', body['name']);
    const nameservers = ['hydrogen.ns.hetzner.com.', 'oxygen.ns.hetzner.com.', 'helium.ns.hetzner.de.'];
    const zone: Zone = {
      id: project.newId(),
      name: body['name'],
      created: project.now(),
      labels: body['labels'] ?? {},
      protection: { delete: false },
      mode: body['mode'],
      ttl: body['ttl'] ?? 3600,
      status: 'ok',
      record_count: 2 + (body['rrsets'] ?? []).length,
      authoritative_nameservers: {
        assigned: nameservers,
        delegated: [],
        delegation_last_check: null,
        delegation_status: 'unknown',
      },
      registrar: 'other',
    };
    project.items.zone.set(zone.id, zone);
    return { zone, action: project.begin('create_zone', [{ id: zone.id, type: 'zone' }]) };
  },
  remove(project, zone) {
    assertDeletable(project, 'zone', zone.id);
    const action = project.begin('delete_zone', [{ id: zone.id, type: 'zone' }], () => {
      project.items.zone.delete(zone.id);
    });
    return { status: 201, body: { action } };
  },
  updatable: ['labels'],
  actions: { change_protection: changeProtection('zone') },
};
