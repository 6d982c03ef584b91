/** Who on the Sovereign uses the Object Storage keys: Secrets by their recipes, workloads by what their Pods really read. */
import type { Blueprint, SecretNeed, SecretRecipe } from '../../blueprints/catalog/blueprint.js';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import type { WorkloadRef } from '../../kubernetes/rollout.js';

const keys = ['s3-access-key', 's3-secret-key'];

/** Secrets of a Blueprint that hold the keys; of bp-flux the canonical one. */
export function keySecrets(blueprint: Blueprint): SecretNeed[] {
  return blueprint.secrets.filter(
    ({ maker, recipes }) => maker === 'catalyst' && Object.values(recipes ?? {}).some(holdsKeys),
  );
}

function holdsKeys(recipe: SecretRecipe): boolean {
  if ('credential' in recipe) return keys.includes(recipe.credential);
  return 'text' in recipe && keys.some((key) => recipe.text.includes(`\${credential:${key}}`));
}

/** Workloads in the namespace whose Pods read that Secret, by environment or volume. */
export async function readersOf(kube: Kube, namespace: string, secret: string): Promise<WorkloadRef[]> {
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet'] as const;
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const all = await kube.list({ apiVersion: 'apps/v1', kind, namespace });
      const readers = all.filter((object) => reads(object, secret));
      return readers.map(({ metadata }): WorkloadRef => ({ kind, namespace, name: metadata.name }));
    }),
  );
  return found.flat();
}

interface Container {
  env?: { valueFrom?: { secretKeyRef?: { name?: string } } }[];
  envFrom?: { secretRef?: { name?: string } }[];
}

interface Volume {
  secret?: { secretName?: string };
  projected?: { sources?: { secret?: { name?: string } }[] };
}

function reads({ spec }: KubeObject, secret: string): boolean {
  const pod = spec?.template?.spec ?? {};
  const containers: Container[] = [...(pod.containers ?? []), ...(pod.initContainers ?? [])];
  const volumes: Volume[] = pod.volumes ?? [];
  const names = [
    ...containers.flatMap(({ env = [] }) => env.map((one) => one.valueFrom?.secretKeyRef?.name)),
    ...containers.flatMap(({ envFrom = [] }) => envFrom.map((one) => one.secretRef?.name)),
    ...volumes.map((volume) => volume.secret?.secretName),
    ...volumes.flatMap((volume) => (volume.projected?.sources ?? []).map((source) => source.secret?.name)),
  ];
  return names.includes(secret);
}
