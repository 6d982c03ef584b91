/** DNS zones and their record sets, as far as a purge meets them. */
import type { Zone } from 'catalyst/hetzner/api/types.js';
import { refuse } from '../problem.js';
import { assertDeletable, assertUniqueName, type Project, type RecordSet } from '../project.js';
import { type Body, changeProtection, type Kind } from './kind.js';

function recordSet(zone: number, body: Body): RecordSet {
  return {
    id: `${body['name']}/${body['type']}`,
    name: body['name'],
    type: body['type'],
    ttl: body['ttl'] ?? null,
    labels: body['labels'] ?? {},
    protection: { change: false },
    records: body['records'] ?? [],
    zone,
  };
}

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
      record_count: 2,
      authoritative_nameservers: {
        assigned: nameservers,
        delegated: [],
        delegation_last_check: null,
        delegation_status: 'unknown',
      },
      registrar: 'other',
    };
    project.items.zone.set(zone.id, zone);
    project.recordSets.set(
      zone.id,
      ((body['rrsets'] ?? []) as Body[]).map((one) => recordSet(zone.id, one)),
    );
    return { zone: view(project, zone), action: project.begin('create_zone', [{ id: zone.id, type: 'zone' }]) };
  },
  remove(project, zone) {
    assertDeletable(project, 'zone', zone.id);
    const action = project.begin('delete_zone', [{ id: zone.id, type: 'zone' }], () => {
      project.items.zone.delete(zone.id);
      project.recordSets.delete(zone.id);
    });
    return { status: 201, body: { action } };
  },
  view,
  updatable: ['labels'],
  actions: { change_protection: changeProtection('zone') },
};

function view(project: Project, zone: Zone): Zone {
  return { ...zone, record_count: 2 + (project.recordSets.get(zone.id)?.length ?? 0) };
}

export function createRecordSet(project: Project, zone: Zone, body: Body) {
  const sets = project.recordSets.get(zone.id) ?? [];
  const rrset = recordSet(zone.id, body);
  if (sets.some(({ id }) => id === rrset.id)) refuse(409, 'uniqueness_error', 'record set exists');
  project.recordSets.set(zone.id, [...sets, rrset]);
  return { rrset, action: project.begin('create_rrset', [{ id: zone.id, type: 'zone' }]) };
}
