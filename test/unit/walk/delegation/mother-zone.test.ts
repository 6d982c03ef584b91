/** The mother's own zone of the name: exported with its keys, removed after the delegation stands, put back on demand. */
import { expect, test } from 'vitest';
import { isBelow } from '../../../../lab/src/servers/zones.js';
import { notReferred } from '../../../../src/walk/delegation/await-referral.js';
import { delegation, delegationRecords } from '../../../../src/walk/delegation/delegate.js';
import { keptZone } from '../../../../src/walk/delegation/kept-zone.js';
import { restoreZone } from '../../../../src/walk/delegation/restore-zone.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { fqdn, namesRig, nodes, recordingContext } from './rig.js';

test('with a zone of her own the mother never refers, however the parent zone is written; without it she does', async () => {
  const { world, zones } = await namesRig();
  const servers = delegationRecords(fqdn, ['203.0.113.10'])[0]!.records;
  const child = zones.get(fqdn)!;
  const seen = async () =>
    notReferred(await world.dns({ server: 'ns1.openova.io', name: fqdn, type: 'NS', transport: 'udp' }), fqdn, servers);
  await delegation(world).run(recordingContext(world).context);
  expect(await seen()).toBeUndefined();
  zones.put(fqdn, [...child.rrsets.values()]);
  expect(await seen()).toMatch(/answers for omantel.omani.works itself .ns1.openova.io/);
});

test('the delegation is written first, then the zone is removed, and both are planned and declared', async () => {
  const { world, writes } = await namesRig();
  const planned = await delegation(world).plan(await world.kube());
  expect(planned.map(({ target: { system, kind, name } }) => `${system} ${kind} ${name}`)).toEqual([
    `dns RRset ${fqdn}`,
    `mother Zone ${fqdn}.`,
  ]);
  expect(await delegation(world).destructive()).toMatch(
    /removes zone omantel.omani.works .8 record sets. from the mother/,
  );
  const { context, done } = recordingContext(world);
  await delegation(world).run(context);
  expect(done).toEqual(planned.map(({ sentence }) => sentence));
  expect(writes).toEqual(['PATCH /zones/omani.works.', `DELETE /zones/${fqdn}.`]);
  expect(await delegation(world).plan(await world.kube())).toEqual([]);
  expect(await delegation(world).destructive()).toBeUndefined();
});

test('nothing is written as long as the export is not on disk', async () => {
  const { world, writes } = await namesRig();
  const set = async () => {
    throw new Error('the disk is full');
  };
  const full = { ...world, credentials: { ...world.credentials, set } };
  await expect(delegation(full).run(recordingContext(full).context)).rejects.toThrow('the disk is full');
  expect(writes).toEqual([]);
});

test('a zone that somebody changes between export and removal stays', async () => {
  const { world, zones } = await namesRig();
  const { context } = recordingContext(world);
  const meanwhile = { name: `shop.${fqdn}.`, type: 'A', ttl: 300, contents: ['203.0.113.5'] };
  const act: typeof context.act = (mutation, change, options) => {
    if (mutation.target.kind === 'Zone') zones.set(zones.get(fqdn)!, meanwhile);
    return context.act(mutation, change, options);
  };
  await expect(delegation(world).run({ ...context, act })).rejects.toMatchObject({
    code: 'E5011',
    message: expect.stringMatching(/was changed while it was exported/),
  });
  expect(zones.get(fqdn)).toBeDefined();
});

test('private keys are in the encrypted store, and in nothing that is journaled or told', async () => {
  const { world, zones } = await namesRig();
  const secrets = zones.get(fqdn)!.keys.map(({ privatekey }) => /PrivateKey: (.*)/.exec(privatekey)![1]!);
  const { context, mutations, told } = recordingContext(world);
  await delegation(world).run(context);
  const kept = await keptZone(world);
  expect(kept.zones[0]!.zone.keys.map(({ keytype }) => keytype)).toEqual(['ksk', 'zsk']);
  for (const secret of secrets) {
    expect(JSON.stringify(kept)).toContain(secret);
    expect(JSON.stringify([mutations, told])).not.toContain(secret);
    expect(world.redactor.redact(`key ${secret}`)).not.toContain(secret);
  }
  const removal = mutations.find(({ target }) => target.kind === 'Zone')!;
  expect(removal.effect).toMatchObject({
    before: { recordSets: 8, keys: 2, restore: expect.stringMatching(/--restore-zone/) },
  });
});

test.each([
  ['a record that the pool-domain-manager does not write', 'shop.omantel.omani.works.', 'A', ['203.0.113.5']],
  ['mail', 'omantel.omani.works.', 'MX', ['10 mx.example.org.']],
  ['name servers of somebody else', 'omantel.omani.works.', 'NS', ['ns1.example.org.']],
  ['another address than the five others', 'api.omantel.omani.works.', 'A', ['198.51.100.9']],
])('a zone with %s stays, and is named', async (_, name, type, contents) => {
  const { world, zones, writes } = await namesRig();
  zones.set(zones.get(fqdn)!, { name, type, ttl: 300, contents });
  const error = await delegation(world)
    .run(recordingContext(world).context)
    .catch((one: unknown) => one);
  expect(error).toMatchObject({ code: 'E5011', exitCode: 7, message: expect.stringContaining(contents[0]!) });
  expect(writes).toEqual([]);
});

test('what cert-manager left while it proved the name is nobody else’s', async () => {
  const { world, zones } = await namesRig();
  const left = { name: `_acme-challenge.${fqdn}.`, type: 'TXT', ttl: 60, contents: ['"proof"'] };
  zones.set(zones.get(fqdn)!, left);
  await delegation(world).run(recordingContext(world).context);
  expect(zones.get(fqdn)).toBeUndefined();
});

test('zones below the name, which nobody here knows, stop the run', async () => {
  const { world, zones, writes } = await namesRig();
  zones.put(`shop.${fqdn}`, []);
  await expect(delegation(world).run(recordingContext(world).context)).rejects.toMatchObject({
    code: 'E5011',
    message: expect.stringContaining(`shop.${fqdn}`),
  });
  expect(writes).toEqual([]);
});

test('a DS of the zone before goes: other keys sign the name from now on', async () => {
  const { world, zones } = await namesRig();
  const ds = { name: `${fqdn}.`, type: 'DS', ttl: 300, contents: ['1 13 2 00'] };
  zones.set(zones.get('omani.works')!, ds);
  await delegation(world).run(recordingContext(world).context);
  expect([...zones.get('omani.works')!.rrsets.keys()].filter((key) => key.endsWith(' DS'))).toEqual([]);
});

test('put back: zone, keys and the parent zone as they were; nothing else is touched', async () => {
  const { world, zones, writes } = await namesRig();
  const all = () =>
    zones.all().map(({ name, kind, dnssec, soaEdit, keys, rrsets, settings }) => ({
      ...{ name, kind, dnssec, soaEdit, settings, keys: keys.map(({ id: _, ...key }) => key) },
      sets: [...rrsets.values()]
        .filter(({ type }) => type !== 'SOA')
        .sort((a, b) => `${a.name} ${a.type}`.localeCompare(`${b.name} ${b.type}`)),
    }));
  const before = all();
  await delegation(world).run(recordingContext(world).context);
  expect(all()).not.toEqual(before);
  writes.length = 0;
  const step = restoreZone(world);
  expect((await step.plan(world.signal)).map(({ target }) => target.kind)).toEqual(['Zone', 'RRset']);
  await step.run(recordingContext(world).context);
  expect(all()).toEqual(before);
  expect(writes[0]).toBe('POST /zones');
  expect(await step.isDone(recordingContext(world).context)).toMatchObject({ done: true });
  expect((await step.proof(recordingContext(world).context)).summary).toMatch(/8 record sets and 2 keys/);
});

test('without an export there is nothing to put back, which says so', async () => {
  const { world } = await namesRig();
  await expect(restoreZone(world).plan(world.signal)).rejects.toMatchObject({ code: 'E5030', exitCode: 7 });
});

test('a name that was reserved by nobody is delegated without any of it', async () => {
  const { world, zones } = await namesRig({}, (empty) => {
    empty.put('omani.works', [{ name: 'omani.works', type: 'NS', ttl: 3600, contents: ['ns1.openova.io.'] }]);
  });
  expect(await delegation(world).destructive()).toBeUndefined();
  await delegation(world).run(recordingContext(world).context);
  expect(zones.all().map(({ name }) => name)).toEqual(['omani.works.']);
});

test('the certificate waits while a resolver answers from before, at most as long as it may keep that', async () => {
  const clock = hurriedClock();
  const rig = await namesRig({ clock, cluster: nodes('203.0.113.10') });
  let asked = 0;
  rig.resolver = () => {
    asked += 1;
    const data = asked > 6 ? [1, 2, 3].map((n) => `ns${n}.${fqdn}`) : ['ns1.openova.io'];
    const answers = data.map((one) => ({ name: fqdn, type: 'NS', ttl: 3600, data: one }));
    return { rcode: 'NOERROR', authoritative: false, answers, authorities: [], additionals: [] };
  };
  const { context, told } = recordingContext(rig.world);
  await delegation(rig.world).run(context);
  expect(told.join('\n')).toMatch(/1.1.1.1 still answers ns1.openova.io.*kept for 3600 s/);
  expect(asked).toBeLessThan(12);
  asked = -1_000_000;
  const again = await namesRig({ clock });
  again.resolver = rig.resolver;
  const began = clock.now().getTime();
  await delegation(again.world).run(recordingContext(again.world).context);
  expect(clock.now().getTime() - began).toBeGreaterThanOrEqual(3_600_000);
});

test('no question around it leaves a "does not exist" behind: only NS of the name, and only once it is there', async () => {
  const { world, asked, zones } = await namesRig();
  await delegation(world).run(recordingContext(world).context);
  const resolvers = asked.filter((one) => /^(1\.1\.1\.1|8\.8\.8\.8) /.test(one));
  expect(resolvers).toEqual([`1.1.1.1 NS ${fqdn}`, `8.8.8.8 NS ${fqdn}`]);
  expect(asked.every((one) => one.endsWith(` NS ${fqdn}`))).toBe(true);
  expect(zones.all().some(({ name }) => isBelow(name, `${fqdn}.`))).toBe(false);
});
