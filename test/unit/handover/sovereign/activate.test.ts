/** What stops an activation, and a token of Flux that Gitea no longer takes. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Handover, openHandover } from '../../../../src/handover/handover.js';
import { createToken, gitSecret, pivot, waitForRevision } from '../../../../src/handover/sovereign/activate.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

let rig: WholeRig;
let handover: Handover;
const tokenName = 'generated/flux-system/sovereign-git/password' as const;

beforeEach(async () => {
  rig = await wholeRig();
  handover = await openHandover(rig.world, rig.context);
});

describe('the pivot', () => {
  it('changes nothing before the intent to cross is on record', async () => {
    const before = structuredClone(rig.snapshot());
    await expect(pivot(handover)).rejects.toMatchObject({ code: 'E9001' });
    expect(rig.snapshot()).toEqual(before);
  });

  it('replaces a Secret of an earlier token, and leaves one with the same token alone', async () => {
    const metadata = { name: gitSecret.name, namespace: gitSecret.namespace };
    const earlier = { apiVersion: 'v1', kind: 'Secret', metadata, data: { password: btoa('earlier') } };
    rig.own.objects.set(`Secret ${metadata.namespace}/${metadata.name}`, earlier);
    await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
    const secret = () => rig.own.objects.get(`Secret ${metadata.namespace}/${metadata.name}`);
    expect(atob(secret()?.data.password)).toBe(await rig.world.credentials.get(tokenName));
    const writes = () => rig.own.writes.filter((one) => one.endsWith('Secret flux-system/sovereign-git'));
    expect(writes()).toEqual(['delete Secret flux-system/sovereign-git', 'apply Secret flux-system/sovereign-git']);
    await pivot(await openHandover(rig.world, rig.context));
    expect(writes()).toHaveLength(2);
  });
});

describe('the token of Flux', () => {
  beforeEach(async () => {
    rig.gitea.organizations.add('sovereign');
    rig.gitea.repositories.set('sovereign/fleet', { commits: [] });
  });

  it('is kept while it opens the repository, and replaced once Gitea refuses it', async () => {
    await createToken(handover);
    const first = await rig.world.credentials.get(tokenName);
    await createToken(handover);
    expect(await rig.world.credentials.get(tokenName)).toBe(first);
    rig.gitea.tokens.clear();
    await createToken(handover);
    expect(await rig.world.credentials.get(tokenName)).not.toBe(first);
    expect([...rig.gitea.tokens.keys()]).toEqual(['flux-reader']);
  });
});

describe('waiting for a revision', () => {
  const object = (kind: string, spec = {}) => ({
    apiVersion: kind === 'Kustomization' ? 'kustomize.toolkit.fluxcd.io/v1' : 'source.toolkit.fluxcd.io/v1',
    kind,
    metadata: { name: 'gitea', namespace: 'flux-system', generation: 1 },
    spec,
    status: {},
  });

  it.each([
    ['Kustomization', 'flux resume kustomization gitea'],
    ['GitRepository', 'flux resume source git gitea'],
  ])('stops at a %s that somebody suspended, with the command that resumes it', async (kind, action) => {
    const suspended = object(kind, { suspend: true });
    rig.own.objects.set(`${kind} flux-system/gitea`, suspended);
    await expect(waitForRevision(handover, rig.own.kube, suspended)).rejects.toMatchObject({
      code: 'E5101',
      actions: [action],
    });
  });

  it('waits for what is not there yet, and for what says no reason', async () => {
    const wanted = object('Kustomization');
    const waits = () => waitForRevision(handover, rig.own.kube, wanted);
    await expect(waits()).rejects.toThrow('not there yet');
    const seen = { ...wanted, status: { observedGeneration: 1 as number } };
    rig.own.objects.set('Kustomization flux-system/gitea', seen);
    await expect(waits()).rejects.toThrow('not Ready');
    handover.record.revision = 'main@sha1:a';
    Object.assign(seen.status, { conditions: [{ type: 'Ready', status: 'True' }] });
    await expect(waits()).rejects.toThrow('at no revision');
  });
});
