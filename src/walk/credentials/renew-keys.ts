/** Puts new Object Storage keys where the Sovereign reads them: canonical Secret, each consumer's Secret, running Pods. */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube, KubeObject, KubeWriter } from '../../kubernetes/client/kube.js';
import type { WorkloadRef } from '../../kubernetes/rollout.js';
import { waitForRollout } from '../../kubernetes/rollout.js';
import { sha256 } from '../../support/hash.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { followsGit, type SecretMaker } from './blueprint-secrets.js';
import { keySecrets, readersOf } from './object-storage-consumers.js';

/** On the Pod template: a fingerprint of the keys that its Pods were started with, so that asking again restarts nothing. */
export const keysMark = 'catalyst.openova.io/object-storage-keys';

export interface Renewed {
  /** `namespace/name`, the canonical one first. */
  secrets: string[];
  /** `Deployment harbor/harbor-registry` */
  restarted: string[];
  /** Secrets that something else on the Sovereign makes: these were left alone. */
  foreign: { secret: string; owner: string }[];
}

export interface Renewal extends Renewed {
  mutations: Mutation[];
  /** Makes the changes. */
  run(act: Act): Promise<void>;
}

/** Looks what is to be done; changes nothing. Blueprints that are not installed yet get the new keys when they are. */
export async function planRenewal(world: World, kube: Kube, maker: SecretMaker): Promise<Renewal> {
  const accessKey = await world.credentials.get('s3-access-key');
  const secretKey = await world.credentials.get('s3-secret-key');
  const mark = sha256(`${accessKey}\n${secretKey}`).slice(0, 16);
  const renewal = { secrets: [] as string[], restarted: [] as string[], foreign: [] as Renewed['foreign'] };
  const steps: {
    change?: { mutation: Mutation; make: (writer: KubeWriter) => Promise<unknown> };
    wait?: () => Promise<void>;
  }[] = [];
  const canonicalFirst = [...world.blueprints].sort((a, b) => rank(a.name) - rank(b.name));
  const rollouts: WorkloadRef[] = [];
  for (const blueprint of canonicalFirst) {
    const needs = keySecrets(blueprint);
    if (needs.length === 0) continue;
    const wanted = await maker.objects(blueprint, kube);
    for (const { namespace, name } of needs) {
      const there = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
      const secret = wanted.find(
        (one) => one.kind === 'Secret' && one.metadata.name === name && one.metadata.namespace === namespace,
      );
      if (!there || !secret) continue;
      const owner = there.metadata.ownerReferences?.[0];
      if (owner && !followsGit(there)) {
        renewal.foreign.push({ secret: `${namespace}/${name}`, owner: `${owner.kind} ${owner.name}` });
        continue;
      }
      if (!sameData(there, secret)) {
        renewal.secrets.push(`${namespace}/${name}`);
        const mutation = secretMutation(namespace, name);
        steps.push({ change: { mutation, make: (writer) => writer.apply([secret], { forceConflicts: true }) } });
      }
      rollouts.push(...(await readersOf(kube, namespace, name)));
    }
  }
  for (const ref of unique(rollouts)) {
    const object = { apiVersion: 'apps/v1', kind: ref.kind, namespace: ref.namespace, name: ref.name };
    const present = await kube.get(object);
    const wait = () => waitForRollout(kube, [ref], 300_000);
    if (present?.spec?.template?.metadata?.annotations?.[keysMark] === mark) {
      // Restarted by an earlier run, which may have died before it had seen the new Pods.
      steps.push({ wait });
      continue;
    }
    renewal.restarted.push(`${ref.kind} ${ref.namespace}/${ref.name}`);
    const patch = { spec: { template: { metadata: { annotations: { [keysMark]: mark } } } } };
    steps.push({ change: { mutation: rolloutMutation(ref), make: (writer) => writer.patch(object, patch) }, wait });
  }
  return {
    ...renewal,
    mutations: steps.flatMap(({ change }) => (change ? [change.mutation] : [])),
    // One after the other: a consumer that does not come up with the new keys must not take the next one along.
    async run(act) {
      for (const { change, wait } of steps) {
        if (change) await act(change.mutation, async (writers) => change.make(await writers.sovereign()));
        await wait?.();
      }
    },
  };
}

const rank = (blueprint: string) => (blueprint === 'bp-flux' ? 0 : 1);

function secretMutation(namespace: string, name: string): Mutation {
  return {
    target: { system: 'sovereign', kind: 'Secret', name, namespace },
    sentence: `write the new Object Storage keys to Secret ${namespace}/${name}`,
  };
}

function rolloutMutation({ kind, namespace, name }: WorkloadRef): Mutation {
  return {
    target: { system: 'sovereign', kind, name, namespace },
    sentence: `restart ${kind} ${namespace}/${name}, so that it reads the new keys`,
  };
}

function sameData(there: KubeObject, wanted: KubeObject): boolean {
  return Object.entries(wanted.data as Record<string, string>).every(([key, value]) => there.data?.[key] === value);
}

function unique(refs: readonly WorkloadRef[]): WorkloadRef[] {
  return [...new Map(refs.map((ref) => [`${ref.kind} ${ref.namespace}/${ref.name}`, ref])).values()];
}
