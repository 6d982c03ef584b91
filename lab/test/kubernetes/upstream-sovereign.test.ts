/** Our spec beside upstream's CRD of the same kind: kubectl apply must not create one of theirs from it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.js';

const example = readFileSync(join(import.meta.dirname, '../../../examples/omantel.yaml'), 'utf8');
const crd = readFileSync(join(import.meta.dirname, 'upstream-sovereign.yaml'), 'utf8');

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  expect(await rig.kubectl('apply -f -', crd)).toMatchObject({ code: 0 });
}, 60_000);
afterAll(() => rig.close());

const sovereigns = () => rig.kube.list({ apiVersion: 'catalyst.openova.io/v1alpha1', kind: 'Sovereign' });

describe("a cluster with upstream's CRD Sovereign", () => {
  it('refuses our spec', async () => {
    const applied = await rig.kubectl('apply -f -', example);
    expect(applied.code).toBe(1);
    expect(applied.err).toContain('no matches for kind "Sovereign" in version "cli.catalyst.openova.io/v1alpha1"');
    expect(await sovereigns()).toEqual([]);
  });

  it('accepted it under the former group, as a Sovereign of one region', async () => {
    const former = example.replace('cli.catalyst.openova.io', 'catalyst.openova.io');
    expect(await rig.kubectl('apply --server-side -f -', former)).toMatchObject({ code: 0 });
    expect((await sovereigns())[0]?.spec).toMatchObject({ bcpTopology: 'single-region' });
  });
});
