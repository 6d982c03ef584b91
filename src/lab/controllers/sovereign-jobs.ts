/** Short Jobs on the played Sovereign, told by their label. */
import { EGRESS_POLICY } from './egress.js';
import type { Program, ProgramCall } from './programs.js';

/** Programs by the value of the label `catalyst.openova.io/job`. */
export const sovereignJobs: Record<string, Program> = { 'lift-egress': liftEgress };

/** Sleeps until its moment, then takes policy and names away, as far as its ServiceAccount may. */
async function liftEgress({ pod, lab, env }: ProgramCall): Promise<object | 'waiting'> {
  const started = Date.parse(pod.metadata.creationTimestamp ?? '') || lab.clock.now().getTime();
  if (lab.clock.now().getTime() < started + Number(env.SECONDS_TO_WAIT) * 1000) return 'waiting';
  const account = pod.spec.serviceAccountName;
  const bindings = await lab.kube.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' });
  const may = bindings.some(({ subjects }) =>
    ((subjects ?? []) as { name: string; namespace?: string }[]).some(
      (subject) => subject.name === account && subject.namespace === pod.metadata.namespace,
    ),
  );
  if (!may) throw new Error(`ciliumclusterwidenetworkpolicies.cilium.io "${env.POLICY}" is forbidden`);
  const policy = lab.store.get(EGRESS_POLICY, undefined, env.POLICY ?? '');
  if (policy) await lab.remove(policy);
  const names = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns-custom' };
  if (await lab.kube.get(names)) await lab.kube.patch(names, { data: { [env.NAMES ?? '']: null } });
  return { lifted: true };
}
