/** The two clusters of a world, each connected to at its first use. */
import type { Kube, KubeWriter, ServiceCaller } from '../../../kubernetes/client/kube.js';
import { once } from '../../command/once.js';
import type { WorldRequest } from '../world-request.js';
import type { WorldTools } from '../world-tools.js';
import { createKubeconfigs, type Kubeconfigs } from './kubeconfigs.js';
import { type OpenKube, openKube } from './open-kube.js';

export interface WorldKubes {
  kubeconfigs: Kubeconfigs;
  kube(): Promise<Kube & KubeWriter & ServiceCaller>;
  mother(): Promise<Kube & KubeWriter & ServiceCaller>;
  /** Resolves when programs may use the kubeconfig file of this path. */
  upToDate(kubeconfig: string): Promise<void>;
}

export function createWorldKubes(
  request: WorldRequest,
  { exec, binaries, vendors, runFolder }: WorldTools,
): WorldKubes {
  const { sovereign, credentials, clock, env, signal, undoSignal } = request;
  const kubeconfigs = createKubeconfigs({
    sovereign,
    credentials,
    given: request.kubeconfig,
    mother: request.motherKubeconfig,
    env,
    folder: runFolder.path,
  });
  const kubectl = () => binaries.path('kubectl');
  const ready = new Map<string, () => Promise<void>>();
  const connect = async (file: { path: string; context?: string }): Promise<OpenKube['kube']> => {
    const tools = { exec, kubectl, dialer: vendors, clock, env, kubeconfigs, warn: request.warn, signal, undoSignal };
    const opened = await openKube(file, tools);
    ready.set(opened.kube.kubeconfig, opened.ready);
    return opened.kube;
  };
  const upToDate = async (kubeconfig: string) => ready.get(kubeconfig)?.();
  /** A cluster that is created anew in this run has another kubeconfig. */
  let current: { key: string; kube: Promise<Kube & KubeWriter & ServiceCaller> } | undefined;
  const kube = async () => {
    if (current && request.kubeconfig !== undefined) return current.kube;
    const text = request.kubeconfig ?? (await credentials.find('sovereign-kubeconfig'));
    if (current === undefined || current.key !== text) {
      const file = await kubeconfigs.sovereign();
      current = { key: file.key, kube: connect(file) };
    }
    return current.kube;
  };
  const mother = once(() => Promise.resolve().then(() => connect(kubeconfigs.mother())));
  return { kubeconfigs, kube, mother, upToDate };
}
