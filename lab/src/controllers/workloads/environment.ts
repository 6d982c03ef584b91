/** What the containers of a Pod got from Secrets into their environment when they started: it stays so until they start again. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../reconciler.js';

interface Container {
  env?: { name: string; valueFrom?: { secretKeyRef?: { name?: string; key?: string } } }[];
  envFrom?: { prefix?: string; secretRef?: { name?: string } }[];
}

/** Variables from Secrets, of all containers together. */
export function secretEnvironment(pod: KubeObject, lab: Pick<ReconcileContext, 'store'>): Record<string, string> {
  const containers: Container[] = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])];
  const read = (name = ''): Record<string, string> =>
    lab.store.get('v1/Secret', pod.metadata.namespace, name)?.data ?? {};
  const pairs = containers.flatMap(({ env = [], envFrom = [] }) => [
    ...envFrom.flatMap(({ prefix = '', secretRef }) =>
      secretRef ? Object.entries(read(secretRef.name)).map(([key, value]) => [`${prefix}${key}`, value]) : [],
    ),
    ...env.flatMap(({ name, valueFrom }) => {
      const value = read(valueFrom?.secretKeyRef?.name)[valueFrom?.secretKeyRef?.key ?? ''];
      return value === undefined ? [] : [[name, value]];
    }),
  ]);
  return Object.fromEntries(pairs.map(([name, value]) => [name, Buffer.from(value!, 'base64').toString()]));
}
