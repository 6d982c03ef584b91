/** A node pulls an image that it does not have, by digest: what it fetches images from needs nobody either. */
import type { Mutation } from '../../../engine/mutation.js';
import { type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { refusedImage } from '../../../kubernetes/pull-refusal.js';
import { fail } from '../../../support/errors/errors.js';
import {
  makeProbeNamespace,
  probeMutations,
  probeNamespace,
  probeNamespaceObject,
  withProbes,
} from '../../../walk/probes/probe-objects.js';
import { probePullSecret } from '../../../walk/probes/pull-secret.js';
import { kubeIfAny } from '../../../world/kube-if-any.js';
import type { Acting } from '../../../world/step.js';
import type { World } from '../../../world/world.js';

const waitMs = 240_000;
const name = 'probe-image-pull';

export interface Pull {
  node: string;
  /** `registry/repository@sha256:…` */
  image: string;
}

/** An image that one node runs and another does not have; or why there is none in this world. */
export async function findPull(world: Pick<World, 'kube'>): Promise<Pull | { none: string }> {
  const found = await findPulls(world, 'catalyst-system');
  if ('none' in found) return found;
  return found.pulls[0] ?? { none: 'every node already has each image that could be pulled' };
}

/** Each image that runs, with a node that does not have it; `held` are those that every node has. */
export async function findPulls(
  world: Pick<World, 'kube'>,
  namespace?: string,
): Promise<{ pulls: Pull[]; held: string[] } | { none: string }> {
  const kube = await world.kube();
  const nodes = (await kube.list({ apiVersion: 'v1', kind: 'Node' })).filter(isOpen);
  const has = nodes.map(({ metadata, status }) => ({ node: metadata.name, images: digestsOf(status?.images ?? []) }));
  if (has.every(({ images }) => images.size === 0))
    return { none: 'not in this world: its nodes do not say which images they have' };
  const pods = await kube.list({ apiVersion: 'v1', kind: 'Pod', ...(namespace ? { namespace } : {}) });
  const [pulls, held]: [Pull[], string[]] = [[], []];
  for (const image of new Set(pods.flatMap(imagesOf))) {
    const without = has.find(({ images }) => images.size > 0 && !images.has(digestOf(image)));
    if (without) pulls.push({ node: without.node, image });
    else held.push(image);
  }
  return { pulls, held };
}

/** Every node may be asked but one that is closed to new Pods. */
const isOpen = ({ spec }: KubeObject) => spec?.unschedulable !== true;

const digestOf = (image: string) => image.slice(image.indexOf('@') + 1);

function digestsOf(images: readonly { names?: string[] }[]): Set<string> {
  return new Set(images.flatMap(({ names = [] }) => names.filter((one) => one.includes('@')).map(digestOf)));
}

function imagesOf({ status }: KubeObject): string[] {
  const states = (status?.containerStatuses ?? []) as { imageID?: string }[];
  return states
    .map(({ imageID = '' }) => imageID.replace(/^.*:\/\//, ''))
    .filter((image) => /^[^@]+@sha256:[0-9a-f]{64}$/.test(image));
}

/** Plan of `imageIsPulled`, for whichever image; nothing where no node has anything to pull. */
export async function imagePullMutations(world: World): Promise<Mutation[]> {
  const found = (await kubeIfAny(world)) && (await findPulls(world));
  // a cluster that is still to be created may have such a node
  if (found && ('none' in found || found.pulls.length === 0)) return [];
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: probeNamespace } };
  return [makeProbeNamespace, ...probeMutations([pod])];
}

/** The Pod is bound to the node, so that no scheduler moves it to one that has the image. */
export async function imageIsPulled(
  world: World,
  acting: Acting,
  { node, image }: Pull,
  signal: AbortSignal,
): Promise<string> {
  const kube = await world.kube();
  const login = await probePullSecret(kube);
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: probeNamespace },
    spec: {
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      ...(login ? { imagePullSecrets: [{ name: login.metadata.name }] } : {}),
      containers: [{ name: 'probe', image, imagePullPolicy: 'Always', command: ['true'] }],
    },
  };
  const shared = [probeNamespaceObject(), ...(login ? [login] : [])];
  await acting.act(makeProbeNamespace, async (writers) =>
    (await writers.sovereign()).apply(shared, { forceConflicts: true }),
  );
  return withProbes(kube, acting, [pod], async () => {
    const pulled = await kube.waitFor<boolean>(refOfObject(pod), {
      reason: `node ${node} to pull ${image}`,
      timeoutMs: waitMs,
      signal,
      look(seen) {
        const state = seen?.status?.containerStatuses?.[0]?.state ?? {};
        const reason = String(state.waiting?.reason ?? '');
        if (/^(Err)?ImagePull/.test(reason)) return { done: false };
        // Whatever becomes of its command, the image is there.
        const isThere = state.running || state.terminated || /^(Create|Run)Container/.test(reason);
        return isThere ? { done: true } : { pending: reason || 'it was not taken up yet' };
      },
    });
    if (pulled) return `node ${node} pulled ${image}, which it did not have`;
    throw (await refusedImage(kube, [probeNamespace])) ?? fail('E4009', `Node ${node} cannot pull ${image}.`);
  });
}
