/** What the Sovereign is made to do while catalyst-api is dead: quiet minutes prove little (dod.md §4.4). */

import { handedToGit, sealedSecretOf } from '../../blueprints/render/seal.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Evidence } from '../../engine/step.js';
import { fluxState } from '../../handover/sovereign/activate.js';
import { giteaRemote } from '../../handover/sovereign/gitea.js';
import { type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import { fail } from '../../support/errors/errors.js';
import { toYamlStream } from '../../support/yaml/write-yaml.js';
import { sealingCertificate } from '../../walk/credentials/seal-tree.js';
import { probeMutations, withProbes } from '../../walk/probes/probe-objects.js';
import { holdsValue } from '../../walk/proofs/holds-value.js';
import { certificateRenews } from '../../walk/proofs/network/certificate-renews.js';
import type { Acting, Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { evictMutation, podComesBack } from './exercised/eviction.js';
import { findPull, imageIsPulled, imagePullMutations } from './exercised/image-pull.js';
import { claimIsBound, volumeMutations } from './exercised/new-volume.js';
import { leftOutClasses } from './judge/left-out.js';

export interface ExercisePlan {
  name: string;
  class: string;
  /** `signal` ends when the mother must be put back. */
  run(signal: AbortSignal): Promise<string>;
}

const waitMs = 240_000;
const flux = 'flux-system';

/** Tickets whose proof is an exercise of a dependency class. */
export const exercisedTickets: readonly { id: string; class: string; name: string }[] = [
  { id: '#377', class: 'identity', name: 'a fresh OIDC token' },
  { id: '#331', class: 'secrets', name: 'a secret refreshed from OpenBao' },
  { id: '#383', class: 'registry', name: 'an image pushed and pulled by digest' },
  { id: '#384', class: 'backup', name: 'a backup and its restore' },
  { id: '#374', class: 'dns', name: 'uncached look-ups from the parent down' },
];

/** Of every exercise of a whole experiment. */
export const exerciseNames: readonly string[] = [
  ...['reconcile everything', 'a push rolls out', 'a Pod is evicted', 'a new volume', 'a certificate is renewed'],
  ...exercisedTickets.map(({ name }) => name),
];

/** Where a node has room for it; else it is named as left out. */
export const pullExercise = 'a node pulls an image by digest';

export const reconcileMutation: Mutation = {
  target: { system: 'sovereign', kind: 'Flux', name: 'all' },
  sentence: 'ask every Flux source, Kustomization and HelmRelease of the Sovereign to reconcile now',
};

const fluxKinds = [
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository' },
  { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository' },
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease' },
] as const;

/** Asks all Flux objects to reconcile and waits until each has handled that very request and is Ready. */
export async function reconcileAll(world: World, { act }: Pick<StepContext, 'act'>): Promise<string> {
  const kube = await world.kube();
  const requestedAt = world.clock.now().toISOString();
  const lists = await Promise.all(fluxKinds.map((kind) => kube.list(kind)));
  // A HelmRepository of type oci has nothing to fetch and no status.
  const objects = lists.flat().filter((object) => object.spec?.type !== 'oci');
  const suspended = objects.filter((object) => object.spec?.suspend === true);
  if (suspended.length > 0) throw fail('E4009', `${nameOf(suspended[0]!)} is suspended.`);
  const annotations = { 'reconcile.fluxcd.io/requestedAt': requestedAt };
  await act(reconcileMutation, async (writers) => {
    const writer = await writers.sovereign();
    await Promise.all(objects.map((object) => writer.patch(refOfObject(object), { metadata: { annotations } })));
  });
  await Promise.all(
    objects.map((object) =>
      kube.waitFor(refOfObject(object), {
        reason: `${nameOf(object)} to reconcile`,
        timeoutMs: waitMs,
        look: (seen) => {
          if (!seen) return { pending: 'it is gone' };
          const handled = seen.status?.lastHandledReconcileAt === requestedAt;
          return handled ? fluxState(seen) : { pending: 'it has not handled the request yet' };
        },
      }),
    ),
  );
  return `${objects.length} sources, Kustomizations and releases reconciled`;
}

const canary = 'catalyst-canary';

const canarySecret = (value: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: canary, namespace: flux, annotations: { ...handedToGit } },
  type: 'Opaque',
  data: { value: Buffer.from(value).toString('base64') },
});

/**
 * A commit to the Sovereign's Gitea must roll out, and its revert too; what others have committed there stays. It has a ConfigMap, and a
 * SealedSecret for a Secret that was there before.
 */
export async function pushRollsOut(world: World, acting: Acting): Promise<string> {
  return withProbes(await world.kube(), acting, [canarySecret('from before the commit')], () =>
    pushCanaries(world, acting),
  );
}

async function pushCanaries(world: World, { act, undo }: Acting): Promise<string> {
  const kube = await world.kube();
  const { fqdn, gitops } = world.sovereign.spec;
  const remote = await giteaRemote(world);
  const value = `${world.runId} ${world.clock.now().toISOString()}`;
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: canary, namespace: flux },
    data: { value },
  };
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: flux, name: canary };
  const sealed = sealedSecretOf(canarySecret(value), (await sealingCertificate(kube)).publicKey);
  // Here what leaves Git is to leave the cluster.
  delete sealed.metadata.annotations;
  const path = `clusters/${fqdn}/flux-system/canary.yaml`;
  const sha = await act(pushMutation(world, 'push'), (writers) =>
    writers.git.change(remote, gitops.branch, [{ path, text: toYamlStream([object, sealed]) }], 'catalyst: canary'),
  );
  let rolledOut = 0;
  const since = world.clock.now().getTime();
  try {
    await nudge(world, { act });
    await kube.waitFor(ref, {
      reason: `commit ${sha.slice(0, 12)} to roll out`,
      timeoutMs: waitMs,
      look: (seen) =>
        seen?.data?.value === value ? { done: true } : { pending: 'the canary does not have its new value' },
    });
    await kube.waitFor(refOfObject(canarySecret('')), {
      reason: `the Secret sealed in commit ${sha.slice(0, 12)} to roll out`,
      timeoutMs: waitMs,
      look: (secret) => holdsValue(secret, value),
    });
    rolledOut = world.clock.now().getTime() - since;
  } finally {
    await undo.act(pushMutation(world, 'revert'), (writers) =>
      writers.git.change(remote, gitops.branch, [{ path }], 'catalyst: canary reverted'),
    );
    await nudge(world, undo);
  }
  await kube.waitFor(ref, {
    reason: 'the revert of the canary to roll out',
    timeoutMs: waitMs,
    look: (seen) => (seen ? { pending: 'the canary is still there' } : { done: true }),
  });
  return `commit ${sha.slice(0, 12)} rolled out from the Sovereign's Gitea in ${rolledOut} ms, a sealed Secret with it, and so did its revert`;
}

/** Plan of `pushRollsOut`. */
export function pushMutations(world: World): Mutation[] {
  const [make, remove] = probeMutations([canarySecret('')]) as [Mutation, Mutation];
  return [make, pushMutation(world, 'push'), nudgeMutation, pushMutation(world, 'revert'), nudgeMutation, remove];
}

function pushMutation(world: World, verb: 'push' | 'revert'): Mutation {
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  return {
    target: { system: 'git', kind: 'branch', name: `${organization}/${repository}:${branch}` },
    sentence: `${verb} a canary commit in the Sovereign's Gitea, ${organization}/${repository} branch ${branch}`,
  };
}

const nudgeMutation: Mutation = {
  target: { system: 'sovereign', kind: 'GitRepository', namespace: flux, name: flux },
  sentence: `ask GitRepository ${flux}/${flux} and its Kustomization on the Sovereign to reconcile`,
};

async function nudge(world: World, { act }: Pick<StepContext, 'act'>): Promise<void> {
  const patch = { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': world.clock.now().toISOString() } } };
  const at = (apiVersion: string, kind: string) => ({ apiVersion, kind, namespace: flux, name: flux });
  await act(nudgeMutation, async (writers) =>
    (await writers.sovereign()).patch(at('source.toolkit.fluxcd.io/v1', 'GitRepository'), patch),
  );
}

export interface PlannedExercises {
  exercises: ExercisePlan[];
  /** What this world cannot do, and why. */
  notExercised: { class: string; reason: string }[];
}

/** Plan of every exercise that is no proof of a ticket. */
export const exerciseMutations = async (world: World): Promise<Mutation[]> => [
  reconcileMutation,
  ...pushMutations(world),
  evictMutation,
  ...volumeMutations,
  ...certificateRenews(world).plan(),
  ...(await imagePullMutations(world)),
];

/** Every exercise; proofs of tickets are kept for D2, so that none is taken twice. */
export async function planExercises(
  world: World,
  context: StepContext,
  steps: readonly Step[],
  proven: Map<string, Promise<Evidence>>,
): Promise<PlannedExercises> {
  const ofTickets = exercisedTickets.flatMap(({ id, class: cls, name }) => {
    const step = steps.find((one) => one.id === id || one.ticket === id);
    if (!step) return [];
    const run = async (signal: AbortSignal) => {
      const taken = step.proof({ ...context, signal });
      proven.set(step.id, taken);
      try {
        return (await taken).summary;
      } catch (error) {
        // One that was cut off shows nothing of its ticket: D2 takes it again.
        if (signal.aborted) proven.delete(step.id);
        throw error;
      }
    };
    return [{ name, class: cls, run }];
  });
  const pull = await findPull(world);
  const pulls: ExercisePlan[] =
    'none' in pull
      ? []
      : [
          {
            name: pullExercise,
            class: leftOutClasses.pull,
            run: (signal) => imageIsPulled(world, context, pull, signal),
          },
        ];
  return {
    exercises: [
      { name: 'reconcile everything', class: 'gitops', run: () => reconcileAll(world, context) },
      { name: 'a push rolls out', class: 'gitops', run: () => pushRollsOut(world, context) },
      { name: 'a Pod is evicted', class: 'scheduling', run: (signal) => podComesBack(world, context, signal) },
      { name: 'a new volume', class: 'storage', run: (signal) => claimIsBound(world, context, signal) },
      { name: 'a certificate is renewed', class: 'certificates', run: (signal) => renewed(world, context, signal) },
      ...pulls,
      ...ofTickets,
    ],
    notExercised: 'none' in pull ? [{ class: leftOutClasses.pull, reason: pull.none }] : [],
  };
}

/** By the Sovereign's own DNS-01; of an authority with narrow limits, its staging servers. */
async function renewed(world: World, context: StepContext, signal: AbortSignal): Promise<string> {
  return (await certificateRenews(world).take({ ...context, signal })).summary;
}

const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace}/${metadata.name}`;
