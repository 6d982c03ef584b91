/** What the Sovereign is made to do while catalyst-api is dead: quiet minutes prove little (dod.md §4.4). */

import type { Mutation } from '../../engine/mutation.js';
import type { Evidence } from '../../engine/step.js';
import { fluxState } from '../../handover/sovereign/activate.js';
import { giteaRemote } from '../../handover/sovereign/gitea.js';
import { type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import { fail } from '../../support/errors/errors.js';
import { toYaml } from '../../support/yaml/yaml.js';
import { makeProbe, probeNamespace, probeNamespaceObject, withProbes } from '../../walk/probes/probe-objects.js';
import type { Acting, Step, StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

export interface ExercisePlan {
  name: string;
  class: string;
  run(): Promise<string>;
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

/** A commit to the Sovereign's Gitea must roll out, and its revert too; what others have committed there stays. */
export async function pushRollsOut(world: World, { act, undo }: Acting): Promise<string> {
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
  const path = `clusters/${fqdn}/flux-system/canary.yaml`;
  const sha = await act(pushMutation(world, 'push'), (writers) =>
    writers.git.change(remote, gitops.branch, [{ path, text: toYaml(object) }], 'catalyst: canary'),
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
  return `commit ${sha.slice(0, 12)} rolled out from the Sovereign's Gitea in ${rolledOut} ms, and so did its revert`;
}

export function pushMutation(world: World, verb: 'push' | 'revert'): Mutation {
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

/**
 * Whose Pod is evicted: the scanner's. It proves that scheduling and pulling need nobody, and with one replica a Pod of the
 * console or the api would itself be the outage that the window looks for.
 */
const evicted = 'trivy-system';

/** A Pod goes, and its Deployment is whole again. */
export async function podComesBack(world: World, { act }: Pick<StepContext, 'act'>): Promise<string> {
  const kube = await world.kube();
  const namespace = evicted;
  const pods = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace });
  const pod = pods.find((one) => (one.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'ReplicaSet'));
  if (!pod) throw fail('E4009', `No Pod of a Deployment runs in ${namespace}.`);
  const set = pod.metadata.ownerReferences!.find((owner) => owner.kind === 'ReplicaSet')!;
  const deployment = set.name.replace(/-[a-z0-9]+$/, '');
  await act(evictMutation, async (writers) =>
    (await writers.sovereign()).delete({ apiVersion: 'v1', kind: 'Pod', namespace, name: pod.metadata.name }),
  );
  await kube.waitFor(
    { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: deployment },
    {
      reason: `Deployment ${namespace}/${deployment} to be fully ready again`,
      timeoutMs: waitMs,
      look: (seen) => {
        const wanted = seen?.spec?.replicas ?? 1;
        const ready = seen?.status?.readyReplicas ?? 0;
        return ready >= wanted ? { done: true } : { pending: `${ready} of ${wanted} ready` };
      },
    },
  );
  const again = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace });
  if (again.some((one) => one.metadata.uid === pod.metadata.uid && !one.metadata.deletionTimestamp)) {
    throw fail('E4009', `Pod ${namespace}/${pod.metadata.name} was not replaced.`);
  }
  return `Pod ${namespace}/${pod.metadata.name} was deleted and replaced`;
}

export const evictMutation: Mutation = {
  target: { system: 'sovereign', kind: 'Pod', namespace: evicted, name: 'one of its Pods' },
  sentence: `delete one Pod in namespace ${evicted} of the Sovereign, to see it come back`,
};

/** A new PersistentVolumeClaim is bound for a Pod that mounts it. */
export async function claimIsBound(world: World, context: Acting): Promise<string> {
  const { act } = context;
  const kube = await world.kube();
  const name = 'probe-volume';
  const metadata = { name, namespace: probeNamespace };
  const claim: KubeObject = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '16Mi' } } },
  };
  const pod: KubeObject = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      containers: [
        { name: 'whoami', image: 'traefik/whoami:v1.11.0', volumeMounts: [{ name: 'data', mountPath: '/data' }] },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
    },
  };
  await act(makeProbe(refOfObject(probeNamespaceObject())), async (writers) =>
    (await writers.sovereign()).apply([probeNamespaceObject()]),
  );
  return withProbes(context, [claim, pod], async () => {
    await kube.waitFor(refOfObject(claim), {
      reason: `PersistentVolumeClaim ${probeNamespace}/${name} to be bound`,
      timeoutMs: waitMs,
      look: (seen) =>
        seen?.status?.phase === 'Bound' ? { done: true } : { pending: seen?.status?.phase ?? 'not there' },
    });
    return 'a new PersistentVolumeClaim was bound for a Pod';
  });
}

/** Every exercise; proofs of tickets are kept for D2, so that none is taken twice. */
export function planExercises(
  world: World,
  context: StepContext,
  steps: readonly Step[],
  proven: Map<string, Promise<Evidence>>,
): ExercisePlan[] {
  const ofTickets = exercisedTickets.flatMap(({ id, class: cls, name }) => {
    const step = steps.find((one) => one.id === id || one.ticket === id);
    if (!step) return [];
    const run = async () => {
      const taken = step.proof(context);
      proven.set(step.id, taken);
      return (await taken).summary;
    };
    return [{ name, class: cls, run }];
  });
  return [
    { name: 'reconcile everything', class: 'gitops', run: () => reconcileAll(world, context) },
    { name: 'a push rolls out', class: 'gitops', run: () => pushRollsOut(world, context) },
    { name: 'a Pod is evicted', class: 'scheduling', run: () => podComesBack(world, context) },
    { name: 'a new volume', class: 'storage', run: () => claimIsBound(world, context) },
    ...ofTickets,
  ];
}

const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.namespace}/${metadata.name}`;
