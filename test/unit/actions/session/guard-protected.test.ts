/** When the guard reads the mother, and what it does with what it finds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptProtected } from '../../../../src/actions/accept-protected.js';
import type { Context } from '../../../../src/actions/session/context.js';
import { guardProtected } from '../../../../src/actions/session/guard-protected.js';
import type { Mutation } from '../../../../src/engine/mutation.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { fingerprintBefore, foundDifferences } from '../../../../src/mother/fingerprint/protected-before.js';
import { checkProtected } from '../../../../src/mother/protected/protected-watch.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { memoryCluster, motherCluster, rig } from '../../handover/rig.js';

let stateDir = '';
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'catalyst-guard-'));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

const job: Mutation = {
  target: { system: 'mother', kind: 'Job', namespace: 'catalyst', name: 'catalyst-sovereign-inventory' },
  sentence: 'run a short Job',
};
const suspends: Mutation = {
  target: { system: 'mother', kind: 'Kustomization', namespace: 'flux-system', name: 'catalyst-platform' },
  sentence: 'suspend Flux Kustomization flux-system/catalyst-platform on the mother',
  effect: { field: 'spec.suspend', after: true },
};

function guarded(readable = true) {
  const mother = motherCluster({});
  const config: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'a', namespace: 'sme' },
    data: {},
  };
  mother.objects.set('ConfigMap sme/a', config);
  let reads = 0;
  const kinds: Record<string, string[]> = {
    v1: ['ConfigMap'],
    'kustomize.toolkit.fluxcd.io/v1': ['Kustomization'],
    'apps/v1': ['Deployment'],
  };
  mother.kube.raw = async (path) => {
    reads += 1;
    if (!readable) throw fail('E3101', 'it does not answer');
    const list = kinds[path.replace(/^\/apis?\//, '')] ?? [];
    const groups = Object.keys(kinds).filter((one) => one.includes('/'));
    const body =
      path === '/apis'
        ? {
            groups: groups.map((groupVersion) => ({
              name: groupVersion,
              preferredVersion: { groupVersion },
              versions: [],
            })),
          }
        : { resources: list.map((kind) => ({ name: kind.toLowerCase(), kind, namespaced: true, verbs: ['list'] })) };
    return { status: 200, body: JSON.stringify(body) };
  };
  const { world } = rig(mother, memoryCluster([]), (call) => ({ text: call.includes('/zones') ? '[]' : 'a page' }));
  world.stateDir = stateDir;
  const guard = guardProtected(world, () => undefined);
  /** The guard of the next command on the same state. */
  const next = () => guardProtected(world, () => undefined);
  const protects = (mutation: Mutation) => guard.protects({ target: mutation.target });
  const drift = () => mother.objects.set('ConfigMap sme/a', { ...config, data: { changed: 'yes' } });
  const restore = () => mother.objects.set('ConfigMap sme/a', config);
  return { mother, world, guard, next, protects, drift, restore, reads: () => reads };
}

describe('the guard of the protected set', () => {
  it('reads nothing as long as nothing on the mother is written, and keeps the first fingerprint then', async () => {
    const { guard, reads, world, protects } = guarded();
    await guard.prepare({ target: { system: 'hetzner', kind: 'server', name: 'x' }, sentence: 'x' });
    await guard.prepare({
      target: { system: 'sovereign', kind: 'Secret', name: 'x', namespace: 'gitea' },
      sentence: 'x',
    });
    await guard.check('At the end');
    expect([reads(), protects(job)]).toEqual([0, expect.stringMatching(/was not read/)]);
    await guard.prepare(job);
    expect(protects(job)).toBeUndefined();
    expect(fingerprintBefore(world.stateDir)?.objects.map(({ name }) => name)).toEqual(['a', 'catalyst-platform']);
  });

  it('refuses to write on a mother that cannot be read', async () => {
    const { guard, protects } = guarded(false);
    await expect(guard.prepare(job)).rejects.toMatchObject({ code: 'E3101' });
    expect(protects(job)).toMatch(/was not read/);
  });

  it('stops at a difference after a stage, at the end, and after a failure', async () => {
    const { guard, world, drift } = guarded();
    await guard.prepare(job);
    await checkProtected(world, 'After PREPARED');
    expect(await guard.around(async () => 'done')).toBe('done');
    drift();
    await expect(checkProtected(world, 'After FROZEN')).rejects.toMatchObject({ code: 'E5003', exitCode: 7 });
    await expect(guard.around(async () => 'done')).rejects.toMatchObject({ code: 'E5003' });
    const failing = guard.around(() => Promise.reject(fail('E4002', 'a step failed')));
    await expect(failing).rejects.toMatchObject({
      code: 'E5003',
      message: expect.stringMatching(/^After the failure/),
    });
  });

  it('lets what a mutation declared be, only while it is so', async () => {
    const { guard, mother } = guarded();
    const owner = () => mother.objects.get('Kustomization flux-system/catalyst-platform')!;
    await guard.prepare(suspends);
    owner().spec.suspend = true;
    await guard.check('While it is suspended');
    await guard.prepare({ ...suspends, sentence: 'resume it', effect: { field: 'spec.suspend', after: false } });
    await expect(guard.check('Left suspended')).rejects.toThrow(
      /catalyst-platform suspend: false → true.*This run did/,
    );
    owner().spec.suspend = false;
    await guard.check('At the end');
  });
});

const lease: Mutation = {
  target: { system: 'mother', kind: 'Lease', namespace: 'catalyst', name: 'catalyst-sovereign-mother' },
  sentence: 'hold the mother',
};
const server: Mutation = { target: { system: 'hetzner', kind: 'server', name: 'x' }, sentence: 'create server x' };

/** A protected set that has changed since it was kept, in an earlier command. */
async function drifted() {
  const made = guarded();
  await made.guard.prepare(job);
  made.drift();
  return made;
}

describe('what may be erased on the mother', () => {
  const labels = { 'catalyst.openova.io/sovereign': 'omantel.omani.works' };
  const secret = (name: string): KubeObject => ({
    ...{ apiVersion: 'v1', kind: 'Secret' },
    metadata: { name, namespace: 'tools', labels },
  });
  const erases = (name: string): Mutation => ({
    target: { system: 'mother', kind: 'Secret', namespace: 'tools', name },
    sentence: `delete Secret tools/${name}`,
  });
  const record: Mutation = {
    target: {
      ...{ system: 'mother', kind: 'ConfigMap', namespace: 'catalyst' },
      name: 'catalyst-sovereign-handover-omantel-omani-works',
    },
    sentence: 'record the handover',
  };

  it('is listed when a mutation erases, once for each reading, and for no other mutation', async () => {
    const { guard, mother, protects } = guarded();
    for (const name of ['one', 'other']) mother.objects.set(`Secret tools/${name}`, secret(name));
    let lists = 0;
    const { list } = mother.kube;
    mother.kube.list = (what) => {
      if (what.labelSelector?.startsWith('catalyst.openova.io/sovereign=') || what.kind === 'ProvisioningState')
        lists += 1;
      return list(what);
    };
    for (const mutation of [lease, job, suspends, record]) await guard.prepare(mutation);
    await guard.check('After a stage');
    expect([lists, protects(record), protects(erases('one'))]).toEqual([
      0,
      undefined,
      expect.stringMatching(/not among what/),
    ]);
    for (const name of ['one', 'other']) await guard.prepare(erases(name));
    expect([lists, protects(erases('one')), protects(erases('other'))]).toEqual([10, undefined, undefined]);
    await guard.check('After a stage');
    expect(protects(erases('one'))).toBeUndefined();
    await guard.prepare(erases('other'));
    expect([lists, protects(erases('another'))]).toEqual([20, expect.stringMatching(/not among what/)]);
  });

  it('refuses what erases when it cannot be read', async () => {
    const { guard, mother, protects } = guarded();
    await guard.prepare(job);
    const { list } = mother.kube;
    mother.kube.list = (what) => (what.labelSelector ? Promise.reject(fail('E3101', 'no answer')) : list(what));
    await expect(guard.prepare(erases('one'))).rejects.toMatchObject({ code: 'E5002' });
    expect(protects(erases('one'))).toMatch(/not among what/);
  });
});

describe('after the protected set has changed', () => {
  it('the next command refuses before its first change, lists what differs and names what accepts it', async () => {
    const { next } = await drifted();
    await expect(next().prepare(job)).rejects.toMatchObject({
      code: 'E5006',
      exitCode: 7,
      message: expect.stringMatching(/ConfigMap sme\/a hash: .* → .*Nothing was changed/),
      actions: expect.arrayContaining(['catalyst verify protected --accept --confirm omantel.omani.works']),
      data: { differences: [expect.objectContaining({ object: 'ConfigMap sme/a' })] },
    });
  });

  it('that was seen, by this refusal or by E5003, a change of anything else is refused too, until it is put back', async () => {
    const { next, guard, restore, world } = await drifted();
    await next().prepare(server);
    await expect(guard.check('At the end')).rejects.toMatchObject({ code: 'E5003' });
    expect(foundDifferences(world.stateDir)?.differences).toHaveLength(1);
    await expect(next().prepare(server)).rejects.toMatchObject({ code: 'E5006' });
    restore();
    await next().prepare(server);
    expect(foundDifferences(world.stateDir)).toBeUndefined();
  });

  it('the mother is held, and what a killed run left is put back, before it is compared: another run may be at work', async () => {
    const { next, mother } = await drifted();
    const guard = next();
    const owner = mother.objects.get('Kustomization flux-system/catalyst-platform')!;
    owner.spec.suspend = true;
    await guard.prepare(lease);
    await guard.prepare({ ...suspends, sentence: 'resume it', putsBack: true });
    delete owner.spec.suspend;
    const refused = guard.prepare(job);
    await expect(refused).rejects.toMatchObject({ data: { differences: [{ object: 'ConfigMap sme/a' }] } });
  });

  const contextOf = ({ world }: ReturnType<typeof guarded>, answer: string, dryRun = false) => {
    const lines: object[] = [];
    const notes: string[] = [];
    // The rig's world objects to whatever it was not given, and a promise asks for `then`.
    const awaited = new Proxy(world, { get: (inner, key) => (key === 'then' ? undefined : Reflect.get(inner, key)) });
    const context = {
      world: async () => awaited,
      gate: async () => undefined,
      by: 'me@laptop',
      options: { dryRun },
      output: { note: (line: string) => notes.push(line) },
      journal: async () => ({ append: (line: object) => lines.push(line) }),
      confirmByName: async () => {
        if (answer !== 'omantel.omani.works') throw fail('E4006', 'not confirmed');
      },
    } as unknown as Context;
    return { context, lines, notes };
  };

  it('a person accepts it by the FQDN: the journal says what, by whom, and the next command goes on', async () => {
    const made = await drifted();
    const { next, world } = made;
    await expect(next().prepare(job)).rejects.toMatchObject({ code: 'E5006' });
    const { context, lines, notes } = contextOf(made, 'omantel.omani.works');
    expect(await acceptProtected(context)).toMatchObject({ accepted: true });
    expect(notes).toEqual([expect.stringMatching(/ConfigMap sme\/a hash/)]);
    expect(lines).toEqual([{ kind: 'note', inputs: expect.objectContaining({ differences: [expect.anything()] }) }]);
    expect(fingerprintBefore(world.stateDir)?.accepted).toMatchObject([{ by: 'me@laptop' }]);
    expect(foundDifferences(world.stateDir)).toBeUndefined();
    await next().prepare(job);
  });

  it.each([
    ['unconfirmed', 'something else', false],
    ['in a dry-run', 'omantel.omani.works', true],
  ])('nothing is accepted %s', async (_, answer, dryRun) => {
    const made = await drifted();
    const { context, lines } = contextOf(made, answer, dryRun);
    const accepted = await acceptProtected(context).catch((error: { code: string }) => error.code);
    expect(accepted).toEqual(dryRun ? expect.objectContaining({ accepted: false }) : 'E4006');
    expect(lines).toEqual([]);
    await expect(made.next().prepare(job)).rejects.toMatchObject({ code: 'E5006' });
  });
});
