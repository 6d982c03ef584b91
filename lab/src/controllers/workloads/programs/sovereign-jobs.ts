/** Short Jobs on the emulated Sovereign, told by their label. */
import { EGRESS_POLICY } from '../../network/egress.js';
import type { Program, ProgramCall } from './programs.js';

/** Programs by the value of the label `catalyst.openova.io/job`. */
export const sovereignJobs: Record<string, Program> = { 'lift-egress': liftEgress };

/** Tests its rights and is armed, sleeps until its moment, then takes policy, names and its own binding away. */
async function liftEgress({ pod, lab, env }: ProgramCall): Promise<object | 'waiting'> {
  const account = pod.spec.serviceAccountName;
  const bindings = await lab.kube.list({ apiVersion: RBAC, kind: 'ClusterRoleBinding' });
  const may = bindings.some(({ subjects }) =>
    ((subjects ?? []) as { name: string; namespace?: string }[]).some(
      (subject) => subject.name === account && subject.namespace === pod.metadata.namespace,
    ),
  );
  if (!may) throw new Error(`not allowed: delete ciliumclusterwidenetworkpolicies.cilium.io/${env.POLICY}`);
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace: env.NAMESPACE, name: env.POLICY ?? '' };
  const armed = 'catalyst.openova.io/armed';
  const own = await lab.kube.get(job);
  if (!own?.metadata.annotations?.[armed])
    await lab.kube.patch(job, { metadata: { annotations: { [armed]: 'true' } } });
  // a Pod that was killed and made again does not begin to count anew
  const made = own?.metadata.creationTimestamp ?? pod.metadata.creationTimestamp;
  const started = Date.parse(made ?? '') || lab.clock.now().getTime();
  if (lab.clock.now().getTime() < started + Number(env.SECONDS_TO_WAIT) * 1000) return 'waiting';
  const policy = lab.store.get(EGRESS_POLICY, undefined, env.POLICY ?? '');
  if (policy) await lab.remove(policy);
  const names = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'coredns-custom' };
  if (await lab.kube.get(names))
    await lab.kube.patch(names, { data: { [env.NAMES ?? '']: null, [env.ALLOWED ?? '']: null } });
  await lab.kube.delete({ apiVersion: 'batch/v1', kind: 'CronJob', namespace: env.NAMESPACE, name: env.POLICY ?? '' });
  await lab.kube.delete({ apiVersion: RBAC, kind: 'ClusterRoleBinding', name: env.POLICY ?? '' });
  return { lifted: true };
}

const RBAC = 'rbac.authorization.k8s.io/v1';
