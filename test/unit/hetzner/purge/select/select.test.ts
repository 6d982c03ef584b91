/** What a purge selects, on projects made by hand: each reason for which something stays that evidence leads to, and what is told of it. */
import { describe, expect, it } from 'vitest';
import type { Pricing } from '../../../../../src/hetzner/api/offerings.js';
import { type Resource, type ResourceType, resourceTypes } from '../../../../../src/hetzner/api/types.js';
import type { Inventory } from '../../../../../src/hetzner/purge/plan/inventory.js';
import { changedSince } from '../../../../../src/hetzner/purge/select/changed-since.js';
import { rememberedOwnership } from '../../../../../src/hetzner/purge/select/remembered.js';
import type { Row } from '../../../../../src/hetzner/purge/select/row.js';
import { type Selection, selectLeftovers } from '../../../../../src/hetzner/purge/select/select.js';

const fqdn = 'omantel.omani.works';
const own = { 'catalyst.openova.io/sovereign': fqdn };
const created = '2026-11-20T09:00:00+00:00';
const selection: Selection = { fqdn, includeLive: false, zones: false, snapshots: false, unprotect: [] };

type Thing = Partial<Resource> & Record<string, unknown>;
const thing = (id: number, more: Thing = {}) => ({ id, name: `thing-${id}`, labels: {}, created, ...more });
const server = (id: number, more: Thing = {}) =>
  thing(id, {
    private_net: [],
    primary_disk_size: 40,
    server_type: { prices: [] },
    location: { name: 'fsn1' },
    ...more,
  });
const balancer = (id: number, more: Thing = {}) =>
  thing(id, { private_net: [], targets: [], public_net: { ipv4: { ip: null } }, ...more });

function inventoryOf(things: Partial<Record<ResourceType, Thing[]>>): Inventory {
  return Object.fromEntries(resourceTypes.map((type) => [type, things[type] ?? []])) as unknown as Inventory;
}
const select = (things: Partial<Record<ResourceType, Thing[]>>, more: Partial<Selection> = {}, earlier: Row[] = []) =>
  Object.fromEntries(
    selectLeftovers(inventoryOf(things), { ...selection, ...more }, undefined, earlier).map((row) => [
      `${row.type}/${row.id}`,
      row,
    ]),
  );
const row = (more: Partial<Row> = {}): Row => ({
  ...{ type: 'volume', id: 7, name: 'pvc-1', labels: {}, created, protected: false, selected: true },
  ...{ reason: 'attached to server 1', implies: [], first: [], dependsOn: 'server/1', ...more },
});

describe('evidence leads to it, and it stays', () => {
  it.each<[string, ResourceType, Thing, Partial<Selection>, RegExp]>([
    ['a volume that the cluster keeps', 'volume', { server: null, size: 1 }, { retained: [1] }, /policy Retain/],
    ['a zone without --zones', 'zone', { record_count: 3 }, {}, /only with --zones/],
    ['an image without --snapshots', 'image', { type: 'snapshot', disk_size: 1 }, {}, /only with --snapshots/],
    ['what is protected', 'ssh_key', { protection: { delete: true } }, {}, /protected; --unprotect ssh_key/],
  ])('%s', (_, type, more, options, reason) => {
    const things = { [type]: [thing(1, { labels: own, ...more })] };
    expect(select(things, options)[`${type}/1`]).toMatchObject({
      selected: false,
      reason: expect.stringMatching(reason),
    });
    const lifted = { zones: true, snapshots: true, unprotect: [type], retained: [] };
    expect(select(things, lifted)[`${type}/1`]).toMatchObject({ selected: true });
  });

  it.each<[string, Partial<Record<ResourceType, Thing[]>>, string, RegExp]>([
    [
      'a network with a server of somebody else',
      {
        network: [thing(1, { labels: own, servers: [] })],
        server: [server(2, { name: 'theirs', private_net: [{ network: 1 }] })],
      },
      'network/1',
      /^server theirs \(2\) uses it and stays$/,
    ],
    [
      'a firewall of a server that the project does not list',
      { firewall: [thing(1, { labels: own, applied_to: [{ type: 'server', server: { id: 99 } }] })] },
      'firewall/1',
      /^server 99 uses it and stays$/,
    ],
    [
      'a firewall that a label leads to a server of somebody else',
      {
        firewall: [
          thing(1, {
            labels: own,
            applied_to: [{ type: 'label_selector', applied_to_resources: [{ server: { id: 2 } }] }],
          }),
        ],
        server: [server(2)],
      },
      'firewall/1',
      /^server thing-2 \(2\) uses it and stays$/,
    ],
    [
      'a certificate of a load balancer of somebody else',
      {
        certificate: [thing(1, { labels: own, used_by: [{ id: 2, type: 'load_balancer' }] })],
        load_balancer: [balancer(2)],
      },
      'certificate/1',
      /^load balancer thing-2 \(2\) uses it and stays$/,
    ],
    [
      'a load balancer with a target of somebody else behind a label',
      {
        load_balancer: [balancer(1, { labels: own, targets: [{ targets: [{ server: { id: 2 } }] }] })],
        server: [server(2)],
      },
      'load_balancer/1',
      /^server thing-2 \(2\) uses it and stays$/,
    ],
    [
      'a server with whose end a protected address would go',
      {
        server: [server(1, { labels: own })],
        primary_ip: [thing(2, { auto_delete: true, assignee_id: 1, ip: '192.0.2.1', protection: { delete: true } })],
      },
      'server/1',
      /^primary ip thing-2 \(2\) would go with it and is to stay$/,
    ],
    [
      'a backup of a server that stays, whatever its label says',
      { image: [thing(1, { labels: own, type: 'backup', bound_to: 2, disk_size: 1 })], server: [server(2)] },
      'image/1',
      /uses it and stays|only with --snapshots/,
    ],
  ])('%s', (_, things, key, reason) => {
    expect(select(things)[key]).toMatchObject({ selected: false, reason: expect.stringMatching(reason) });
  });

  it('a look-alike of an unknown CSI driver is named as such', () => {
    const volume = thing(1, { labels: { 'managed-by': 'csi-driver' }, server: null, size: 1 });
    expect(select({ volume: [volume] })['volume/1']!.reason).toMatch(/^a CSI driver of an unknown cluster/);
  });
});

describe('what goes with a server', () => {
  it('is its backup and its address with auto-delete, and no snapshot and no address of another', () => {
    const rows = select({
      server: [server(1, { labels: own }), server(2)],
      image: [
        thing(3, { type: 'backup', bound_to: 1, description: 'nightly', disk_size: 1 }),
        thing(4, { type: 'snapshot', bound_to: null, disk_size: 1 }),
        thing(5, { type: 'backup', bound_to: 2, disk_size: 1 }),
      ],
      primary_ip: [
        thing(6, { auto_delete: true, assignee_id: 1, ip: '192.0.2.1' }),
        thing(7, { auto_delete: true, assignee_id: 2, ip: '192.0.2.2' }),
        thing(8, { auto_delete: false, assignee_id: 1, ip: '192.0.2.3' }),
      ],
    });
    const chosen = Object.entries(rows).filter(([, { selected }]) => selected);
    expect(chosen.map(([key]) => key).sort()).toEqual(['image/3', 'primary_ip/6', 'server/1']);
    for (const key of ['image/3', 'primary_ip/6']) expect(rows[key]).toMatchObject({ goesWith: 'server/1' });
    expect(rows['server/1']!.implies).toEqual([
      ...['the disk of 40 GB', 'backup nightly (3)', 'address 192.0.2.1 with its reverse DNS'],
      'address 192.0.2.3 stays and becomes free',
    ]);
  });
});

describe('what hangs on the live cluster', () => {
  const live = { ...own, 'catalyst.openova.io/operation': '01J' };
  const things = {
    network: [thing(1, { labels: live, name: 'net', servers: [2] })],
    server: [server(2, { labels: live, name: 'cp1', private_net: [{ network: 1 }] })],
    primary_ip: [
      thing(3, { auto_delete: true, assignee_id: 2, ip: '192.0.2.1' }),
      thing(4, { auto_delete: false, assignee_id: null, ip: '192.0.2.2' }),
    ],
    volume: [thing(5, { labels: { 'managed-by': 'csi-driver' }, server: 2, size: 1 })],
    load_balancer: [balancer(6, { labels: { 'hcloud-ccm/service-uid': 'u' }, private_net: [{ network: 1 }] })],
  };

  it('stays, and its row says to which part of it it belongs', () => {
    const rows = select(things);
    const of = (part: string) => `it belongs to ${part} of the live cluster; --include-live selects both`;
    expect(rows['primary_ip/3']).toMatchObject({ selected: false, reason: of('server cp1') });
    expect(rows['volume/5']).toMatchObject({ selected: false, reason: of('server cp1') });
    expect(rows['load_balancer/6']).toMatchObject({ selected: false, reason: of('network net') });
    expect(rows['primary_ip/4']!.reason).toBe('nothing ties it to this Sovereign');
  });

  it('goes with it once that is asked for', () => {
    const chosen = Object.entries(select(things, { includeLive: true })).filter(([, { selected }]) => selected);
    const all = ['load_balancer/6', 'network/1', 'primary_ip/3', 'server/2', 'volume/5'];
    expect(chosen.map(([key]) => key).sort()).toEqual(all);
  });
});

describe('what an unfinished purge had inferred', () => {
  const item = thing(7, { name: 'pvc-1' }) as unknown as Resource;
  const all = () => true;
  const none = () => false;

  it('counts while its owner is gone, or is to go', () => {
    expect(rememberedOwnership(row(), item, none, none)).toEqual({
      ...{ reason: 'selected by an unfinished purge: attached to server 1', dependsOn: 'server/1', gone: true },
    });
    const again = row({ reason: 'selected by an unfinished purge: attached to server 1', goesWith: 'server/1' });
    expect(rememberedOwnership(again, item, all, all)).toEqual({
      ...{ reason: again.reason, dependsOn: 'server/1', goes: true },
    });
  });

  it('does not while its owner stays, without an owner, or once it is another thing', () => {
    expect(rememberedOwnership(row(), item, none, all)).toBeUndefined();
    expect(rememberedOwnership(row({ dependsOn: undefined }), item, all, none)).toBeUndefined();
    expect(rememberedOwnership(undefined, item, all, none)).toBeUndefined();
    expect(rememberedOwnership(row({ name: 'pvc-2' }), item, all, none)).toBeUndefined();
  });

  it('selects what nothing else leads to any more, and never what it had not selected', () => {
    const things = { volume: [thing(7, { name: 'pvc-1', server: null, size: 1 })] };
    expect(select(things, {}, [row()])['volume/7']).toMatchObject({ selected: true, dependsOn: 'server/1' });
    expect(select(things, {}, [row({ selected: false })])['volume/7']).toMatchObject({ selected: false });
  });
});

describe('a resource that is no longer the planned one', () => {
  it.each<[string, Thing, RegExp | undefined]>([
    ['the same', {}, undefined],
    ['the same without any labels', { labels: undefined }, undefined],
    ['renamed', { name: 'other' }, /its name is now other/],
    ['made later', { created: '2026-11-21T09:00:00+00:00' }, /another resource under the same id/],
    ['labeled', { labels: { keep: 'me' } }, /labels were changed/],
    ['protected', { protection: { delete: true } }, /was protected since/],
  ])('%s', (_, more, reason) => {
    const seen = changedSince(row(), thing(7, { name: 'pvc-1', ...more }) as unknown as Resource);
    if (reason) expect(seen).toMatch(reason);
    else expect(seen).toBeUndefined();
  });

  it('lifted protection is our own doing', () => {
    expect(changedSince(row({ protected: true }), thing(7, { name: 'pvc-1' }) as unknown as Resource)).toBeUndefined();
  });
});

describe('what is lost and what it costs', () => {
  const price = (gross: string) => [{ location: 'fsn1', price_monthly: { gross, net: gross } }];
  const pricing = {
    server_backup: { percentage: '20' },
    volume: { price_per_gb_month: { gross: '0.05' } },
    image: { price_per_gb_month: { gross: '0.01' } },
    primary_ips: [{ type: 'ipv4', prices: price('0.60') }],
    floating_ips: [{ type: 'ipv4', prices: price('3.00') }],
  } as unknown as Pricing;
  const at = { name: 'fsn1' };
  it.each<[string, ResourceType, Thing, number | undefined]>([
    ['a server', 'server', { server_type: { prices: price('10') }, location: at, backup_window: null }, 10],
    ['one with backups', 'server', { server_type: { prices: price('10') }, location: at, backup_window: '22-02' }, 12],
    [
      'one without a price there',
      'server',
      { server_type: { prices: price('10') }, location: { name: 'hel1' } },
      undefined,
    ],
    ['a load balancer', 'load_balancer', { load_balancer_type: { prices: price('5') }, location: at }, 5],
    ['a volume', 'volume', { size: 10 }, 0.5],
    ['a volume beyond all reason', 'volume', { size: Number.POSITIVE_INFINITY }, undefined],
    ['an image', 'image', { image_size: 20 }, 0.2],
    ['an image that is being made', 'image', { image_size: null }, undefined],
    ['an address', 'primary_ip', { type: 'ipv4', location: at }, 0.6],
    ['an address without a price', 'primary_ip', { type: 'ipv6', location: at }, undefined],
    ['a floating address', 'floating_ip', { type: 'ipv4', home_location: at }, 3],
    ['a floating address without a price', 'floating_ip', { type: 'ipv6', home_location: at }, undefined],
    ['a network', 'network', {}, undefined],
  ])('%s', (_, type, more, monthly) => {
    const bare = { private_net: [], targets: [], public_net: { ipv4: { ip: null } }, applied_to: [], servers: [] };
    const [planned] = selectLeftovers(inventoryOf({ [type]: [thing(1, { ...bare, ...more })] }), selection, pricing);
    expect(planned?.monthly).toBe(monthly);
  });

  it('of a load balancer is its address and what leads there, if it has any', () => {
    const implied = (more: Thing) => select({ load_balancer: [balancer(1, more)] })['load_balancer/1']?.implies;
    expect(implied({})).toEqual([]);
    expect(implied({ public_net: { ipv4: { ip: '192.0.2.9' } }, targets: [{}, {}] })).toEqual([
      'address 192.0.2.9 with its reverse DNS',
      'traffic to 2 targets',
    ]);
  });
});
