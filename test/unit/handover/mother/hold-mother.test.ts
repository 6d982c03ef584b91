/** Whatever a handover command changes on the mother, it changes while it holds the mother; a second run is refused. */
import { beforeEach, describe, expect, it } from 'vitest';
import { foldJournal } from '../../../../src/engine/journal-state.js';
import { openHandover } from '../../../../src/handover/handover.js';
import { residueOf } from '../../../../src/handover/mother/residue.js';
import { abortHandover } from '../../../../src/handover/steps/abort.js';
import { stepDecommission } from '../../../../src/handover/steps/decommission.js';
import { finalizeHandover } from '../../../../src/handover/steps/finalize.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import type { Step } from '../../../../src/world/step.js';
import type { World } from '../../../../src/world/world.js';
import { type WholeRig, wholeRig } from '../whole-rig.js';

const leaseKey = 'Lease catalyst/catalyst-sovereign-mother';

const steps: Record<string, (world: World) => Step> = {
  'handover abort': (world) => abortHandover(world, { journal: () => foldJournal([]) }),
  'handover decommission': (world) => stepDecommission(world, 'decommission'),
  'handover redirect': (world) => stepDecommission(world, 'redirect'),
  'handover redirect --remove': (world) => stepDecommission(world, 'remove-redirect'),
  'handover finalize': (world) => finalizeHandover(world, { keepRetained: true }),
};

/** A rig at the state that `command` begins from, and nothing told of how it got there. */
async function rigFor(command: string): Promise<WholeRig> {
  const rig = await wholeRig();
  if (command === 'handover abort') await (await openHandover(rig.world, rig.context)).save('PREPARED');
  else if (command !== 'handover finalize') await finalizeHandover(rig.world, { keepRetained: true }).run(rig.context);
  rig.mother.objects.set('Ingress catalyst/console', neighbor);
  if (command === 'handover redirect --remove')
    for (const { kind, apiVersion } of redirect)
      rig.mother.objects.set(`${kind} catalyst/${redirectName}`, {
        apiVersion,
        kind,
        metadata: { name: redirectName, namespace: 'catalyst', labels: { 'catalyst.openova.io/sovereign': fqdn } },
      });
  rig.acts.length = 0;
  rig.mother.writes.length = 0;
  return rig;
}

const fqdn = 'omantel.omani.works';
const redirectName = 'catalyst-sovereign-redirect-omantel-omani-works';
/** Serves the old console; the redirect is made beside it. */
const neighbor: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'console', namespace: 'catalyst' },
  spec: { rules: [{ host: 'console.openova.io', http: { paths: [{ path: '/sovereign' }] } }] },
};
const redirect = [
  { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
];

/** Of a run on another laptop, renewed a moment ago. */
function foreignLease({ world }: WholeRig): KubeObject {
  const now = world.clock.now().toISOString();
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name: 'catalyst-sovereign-mother',
      namespace: 'catalyst',
      labels: { 'catalyst.openova.io/run': 'other' },
    },
    spec: { holderIdentity: 'other', leaseDurationSeconds: 60, acquireTime: now, renewTime: now },
  };
}

it('looking for residue exits 9 and changes nothing while another run holds the mother, which may be erasing', async () => {
  const rig = await wholeRig();
  rig.mother.objects.set(leaseKey, foreignLease(rig));
  const before = structuredClone(rig.snapshot());
  await expect(residueOf(rig.world, rig.context, { ids: [] })).rejects.toMatchObject({ code: 'E5021', exitCode: 9 });
  expect(rig.snapshot()).toEqual(before);
});

it('decommission has what leads to it on record before it deletes: only that is not reversible', async () => {
  const { world } = await rigFor('handover decommission');
  const plan = await stepDecommission(world, 'decommission').plan(world.signal);
  expect(plan.find(({ reversible }) => !reversible)?.sentence).toMatch(/^delete /);
  expect(plan.filter(({ reversible, sentence }) => reversible && /^delete |^run .* to delete/.test(sentence))).toEqual(
    [],
  );
});

describe.each(Object.keys(steps))('%s', (command) => {
  let rig: WholeRig;
  let step: Step;
  beforeEach(async () => {
    rig = await rigFor(command);
    step = steps[command]!(rig.world);
  });

  it('exits 9 and changes nothing while another run holds the mother', async () => {
    rig.mother.objects.set(leaseKey, foreignLease(rig));
    const before = structuredClone(rig.snapshot());
    await expect(step.run(rig.context)).rejects.toMatchObject({ code: 'E5021', exitCode: 9 });
    expect(rig.snapshot()).toEqual(before);
  });

  it('writes on the mother only between taking the Lease and giving it back', async () => {
    const unheld: string[] = [];
    const { onWrite } = rig.mother;
    rig.mother.onWrite = (verb, object) => {
      onWrite?.(verb, object);
      if (object.kind !== 'Lease' && !rig.mother.objects.has(leaseKey)) unheld.push(`${verb} ${object.kind}`);
    };
    // Where the rig has no more for a step to end with, what it wrote until then counts.
    await step.run(rig.context).catch(() => undefined);
    expect(rig.mother.writes.length).toBeGreaterThan(2);
    expect(unheld).toEqual([]);
    expect(rig.mother.objects.has(leaseKey)).toBe(false);
  });

  it('tells in its plan that it holds the mother', async () => {
    const sentences = (await step.plan(rig.world.signal)).map(({ sentence }) => sentence);
    expect(sentences[0]).toMatch(/^hold the mother for this run/);
  });
});
