/**
 * How far a verdict can go by where the tree pulls from: as it is rendered, with OpenOva's images in the Sovereign's own registry, and with
 * everything there. The scan is the real one, on the rendered objects and a Pod for each image; the windows are honest ones.
 */
import { describe, expect, it } from 'vitest';
import { imagesOfTree } from '../../../../src/blueprints/catalog/images/images.js';
import { lintTree } from '../../../../src/blueprints/lint/lint.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { type Grade, possibleGrade } from '../../../../src/scans/grade.js';
import { notInALab, scanUmbilical } from '../../../../src/scans/umbilical.js';
import type { Sovereign } from '../../../../src/sovereign/spec/schema.js';
import { parseImage } from '../../../../src/tools/oci/image-name.js';
import { statedGrade } from '../../../../src/verification/dod/grade.js';
import { provenBy } from '../../../../src/verification/experiment/egress/judge-egress.js';
import type { WindowSeen } from '../../../../src/verification/experiment/egress/window.js';
import { honestWindow } from '../../../fakes/egress-window.js';
import { sovereignKinds } from '../../../fakes/served-cluster.js';
import { scannedWorld } from '../../../rigged/stages/umbilical.js';
import { blueprints, example } from '../../blueprints/rig.js';

const fqdn = 'omantel.omani.works';
const own = `harbor.${fqdn}`;
/** What bp-crossplane-claims brings: names of the cluster's own API. */
const claims = ['XNodePool', 'NodePoolClaim', 'XLoadBalancer', 'LoadBalancerClaim', 'XBucket', 'BucketClaim'].map(
  (kind) => `compose.openova.io/v1alpha1 ${kind}`,
);

/** What `blueprint mirror --images --write` writes for the images that are asked for. */
async function moved(which: (image: string) => boolean, charts: boolean): Promise<Sovereign> {
  const asRendered = example();
  const all = await blueprints();
  const images: Sovereign['spec']['blueprints'] = {};
  for (const { image, blueprints: users } of imagesOfTree(asRendered, renderTree(asRendered, all), all).images) {
    const { written, registry, repository } = parseImage(image)!;
    if (!which(image)) continue;
    for (const user of users)
      images[user] = {
        ...images[user],
        images: {
          ...images[user]?.images,
          [written]: `${own}/mirror/${registry}/${repository}@sha256:${'a'.repeat(64)}`,
        },
      };
  }
  return example((spec) => ({
    charts: { ...spec.charts, ...(charts ? { mirror: `oci://${own}/charts` } : {}) },
    blueprints: images,
  }));
}

async function lookAt(sovereign: Sovereign) {
  const all = await blueprints();
  const tree = renderTree(sovereign, all);
  const pods = imagesOfTree(sovereign, tree, all).images.map(
    ({ image }, index): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { namespace: 'flux-system', name: `pod-${index}` },
      spec: { containers: [{ name: 'c', image }] },
    }),
  );
  const objects = tree.folders.flatMap(({ files }) => files.flatMap((file) => file.objects));
  const world = await scannedWorld([...objects, ...pods], { serving: { kinds: [...sovereignKinds, ...claims] } });
  const scan = await scanUmbilical(world, { absent: notInALab });
  return { scan, possible: possibleGrade(scan), lint: lintTree(tree, sovereign, all) };
}

const items = ['D17', 'D22'].map((id) => ({ id, status: 'pass' as const, reason: 'seen' }));
const tried = (sovereign: Sovereign, windows: WindowSeen[]) => provenBy({ windows }, { sovereign, lab: true });
const pulledAll = { pulled: [{ what: `${own}/mirror/a@sha256:1`, ok: true, told: 'sha256:1' }], held: [] };

describe('a tree as it is rendered', () => {
  it("leaves L1 possible: OpenOva's own images stand against L2", async () => {
    const { possible } = await lookAt(example());
    expect(possible).toMatchObject({ grade: 'L1', next: 'L2' });
    expect(possible.blockers.filter((one) => !one.includes('ghcr.io/openova-io'))).toEqual([]);
  });
});

describe("a tree that pulls OpenOva's images from the Sovereign's registry", () => {
  it('leaves L2 possible; what is public stands against L3', async () => {
    const sovereign = await moved((image) => image.includes('/openova-io/'), false);
    const { scan, possible } = await lookAt(sovereign);
    expect(possible).toMatchObject({ grade: 'L2', next: 'L3' });
    const stated = statedGrade(items, scan, tried(sovereign, [honestWindow(sovereign, 'L2')]));
    expect(stated.grade).toBe('L2');
    expect(stated.blockers.some((one) => /^L3: .*https:\/\/helm\.cilium\.io/.test(one))).toBe(true);
  });
});

describe("a tree that pulls everything from the Sovereign's registry", () => {
  const whole = () => moved(() => true, true);

  it('leaves L3 possible, and still comes up by itself', async () => {
    const { possible, lint } = await lookAt(await whole());
    expect(possible).toEqual({ grade: 'L3', blockers: [] });
    expect(lint.filter(({ rule }) => rule === 'start-order')).toEqual([]);
  });

  it.each<[string, Partial<WindowSeen>, Grade]>([
    ['proves L3 where each image was pulled on a node without it', { images: pulledAll }, 'L3'],
    ['proves L2 where nodes do not say which images they have, as in a lab', {}, 'L2'],
    ['proves L2 where there is one node, which has every image', { images: { pulled: [], held: ['a'] } }, 'L2'],
  ])('%s', async (_what, change, grade) => {
    const sovereign = await whole();
    const { scan } = await lookAt(sovereign);
    const windows = [{ ...honestWindow(sovereign, 'L3'), ...change }, honestWindow(sovereign, 'L2')];
    expect(statedGrade(items, scan, tried(sovereign, windows)).grade).toBe(grade);
  });
});
