/** The pull of a Pod's images, with the logins that it or its ServiceAccount names (kubelet 1.35, pkg/credentialprovider). */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { hasShell } from '../../images/known-images.js';
import { secretValue } from '../flux/flux-ready.js';
import type { ReconcileContext } from '../reconciler.js';

interface Container {
  name: string;
  image?: string;
  command?: string[];
}

export interface Refused {
  container: Container;
  init: boolean;
  waiting: { reason: string; message: string };
}

/** The first image that does not come; undefined when all do, or when this lab has every image. */
export function refusedPull(pod: KubeObject, lab: Pick<ReconcileContext, 'store' | 'world'>): Refused | undefined {
  const { pulls } = lab.world;
  if (!pulls) return undefined;
  const logins = loginsOf(pod, lab);
  const look = (container: Container, init: boolean): Refused | undefined => {
    const waiting = pulls.refusal(container.image ?? '', logins);
    return waiting && { container, init, waiting };
  };
  const volumes = ((pod.spec.volumes ?? []) as { name: string; image?: { reference?: string } }[]).flatMap(
    ({ name, image }) => (image?.reference ? [{ name, image: image.reference }] : []),
  );
  const first = (list: readonly Container[], init: boolean) =>
    list.map((container) => look(container, init)).find((refused) => refused !== undefined);
  return (
    first(volumes, false) ??
    first((pod.spec.initContainers ?? []) as Container[], true) ??
    first((pod.spec.containers ?? []) as Container[], false)
  );
}

const shells = /^(\/bin\/)?(sh|bash|ash)$/;

/** What runc says of a command that an image does not have, as for every image that is built from scratch. */
export function missingProgram(pod: KubeObject): string | undefined {
  const found = ((pod.spec.containers ?? []) as Container[]).find(
    ({ image = '', command = [] }) => shells.test(command[0] ?? '') && !hasShell(image),
  );
  return (
    found &&
    `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: exec: "${found.command![0]}": executable file not found in $PATH`
  );
}

function loginsOf(pod: KubeObject, { store }: Pick<ReconcileContext, 'store'>): Map<string, string[]> {
  const { namespace } = pod.metadata;
  const account = store.get('v1/ServiceAccount', namespace, pod.spec.serviceAccountName ?? 'default');
  const own = (pod.spec.imagePullSecrets ?? []) as { name: string }[];
  const names = own.length > 0 ? own : ((account?.['imagePullSecrets'] ?? []) as { name: string }[]);
  const logins = new Map<string, string[]>();
  for (const { name } of names) {
    const config = secretValue({ store }, namespace, name, '.dockerconfigjson');
    if (config === undefined) continue;
    const { auths = {} } = JSON.parse(config) as { auths?: Record<string, { auth?: string }> };
    for (const [host, { auth = '' }] of Object.entries(auths))
      logins.set(host, [...(logins.get(host) ?? []), Buffer.from(auth, 'base64').toString()]);
  }
  return logins;
}
