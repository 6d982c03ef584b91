/** The undos that a run arms on the emulated mother, where their scripts do not run as they stand. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../reconciler.js';
import type { ProgramCall } from '../workloads/programs/programs.js';

/** Tests its rights and is armed, sleeps until its moment, then puts back what is still stopped and removes its bindings. */
export async function undoKill({ pod, lab, env }: ProgramCall): Promise<object | 'waiting'> {
  const { NAME: own = '', NAMESPACE: namespace, DEPLOYMENT: name = '', KUSTOMIZATION: kustomization } = env;
  const owner = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: env.KUSTOMIZATION_NAMESPACE,
    name: kustomization ?? '',
  };
  const may = await boundNamespaces(pod, lab);
  if (!may.has(namespace)) throw new Error(`not allowed: patch deployments.apps/${name}`);
  if (kustomization && !may.has(owner.namespace)) throw new Error(`not allowed: patch kustomizations/${kustomization}`);
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
  if ((await armedAndWaiting(pod, lab, env)) && !(await wasStoppedLong(deployment, lab, env))) return 'waiting';
  if ((await lab.kube.get(deployment))?.spec?.replicas === 0)
    await lab.kube.patch(deployment, { spec: { replicas: Number(env.REPLICAS) } });
  if (kustomization && (await lab.kube.get(owner))?.spec?.suspend === true)
    await lab.kube.patch(owner, { spec: { suspend: env.SUSPEND === 'false' ? false : null } });
  for (const at of new Set([owner.namespace, namespace]))
    if (at) await lab.kube.delete({ apiVersion: RBAC, kind: 'RoleBinding', namespace: at, name: own });
  return { undone: true };
}

/** The same for a redirect: of Ingress and Middleware it removes what names its Sovereign and its run. */
export async function undoRedirect({ pod, lab, env }: ProgramCall): Promise<object | 'waiting'> {
  const { NAME: own = '', NAMESPACE: namespace, REDIRECT: name = '' } = env;
  if (!(await boundNamespaces(pod, lab)).has(namespace)) throw new Error(`not allowed: delete ingresses/${name}`);
  if (await armedAndWaiting(pod, lab, env)) return 'waiting';
  for (const kind of [
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
    { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' },
  ]) {
    const labels = (await lab.kube.get({ ...kind, namespace, name }))?.metadata.labels ?? {};
    if (labels['catalyst.openova.io/sovereign'] === env.FQDN && labels['catalyst.openova.io/run'] === env.RUN)
      await lab.kube.delete({ ...kind, namespace, name });
  }
  await lab.kube.delete({ apiVersion: RBAC, kind: 'RoleBinding', namespace, name: own });
  return { undone: true };
}

/** Marks the Job armed; true until its moment has come. */
async function armedAndWaiting(pod: KubeObject, lab: ReconcileContext, env: Record<string, string>): Promise<boolean> {
  const { NAME: name = '', NAMESPACE: namespace } = env;
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace, name };
  const armed = { 'catalyst.openova.io/armed': 'true' };
  if (!(await lab.kube.get(job))?.metadata.annotations?.['catalyst.openova.io/armed'])
    await lab.kube.patch(job, { metadata: { annotations: armed } });
  const started = Date.parse(pod.metadata.creationTimestamp ?? '') || lab.clock.now().getTime();
  const due = started + Number(env.SECONDS_TO_WAIT) * 1000;
  return lab.clock.now().getTime() < due && !lab.faults.holds('due-undo', name);
}

/** Marks the Job with when it first saw it at 0 replicas; true once that was long enough ago. */
async function wasStoppedLong(
  deployment: { apiVersion: string; kind: string; namespace: string | undefined; name: string },
  lab: ReconcileContext,
  { NAME: name = '', NAMESPACE: namespace, DOWN_SECONDS: most }: Record<string, string>,
): Promise<boolean> {
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace, name };
  const stopped = 'catalyst.openova.io/stopped';
  const now = Math.floor(lab.clock.now().getTime() / 1000);
  const since = (await lab.kube.get(job))?.metadata.annotations?.[stopped];
  if (since !== undefined) return now >= Number(since) + Number(most);
  if ((await lab.kube.get(deployment))?.spec?.replicas === 0)
    await lab.kube.patch(job, { metadata: { annotations: { [stopped]: String(now) } } });
  return false;
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** Namespaces in which a Pod's ServiceAccount is bound to a role. */
async function boundNamespaces(
  { metadata, spec }: KubeObject,
  lab: ReconcileContext,
): Promise<Set<string | undefined>> {
  const bindings = await lab.kube.list({ apiVersion: RBAC, kind: 'RoleBinding' });
  const ours = bindings.filter(({ subjects = [] }) =>
    (subjects as { name: string; namespace?: string }[]).some(
      (subject) => subject.name === spec.serviceAccountName && subject.namespace === metadata.namespace,
    ),
  );
  return new Set(ours.map((binding) => binding.metadata.namespace));
}
