/** kustomize-controller: applies a path of a Git source, prunes what fell out, waits, honors dependsOn and suspend. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { condition, isTrue } from '../conditions.js';
import type { Outcome, ReconcileContext, Rule } from '../reconciler.js';
import { isRolledOut } from '../workloads/rollouts.js';
import { durationMs, FINALIZER, isReconciled, tellReady } from './flux-ready.js';
import { readManifests } from './git-manifests.js';
import { applyCrds, identityOf, inOrder, placed, prune } from './manifests.js';
import { checkoutOf, GIT_REPOSITORY } from './sources.js';

export const KUSTOMIZATION = 'kustomize.toolkit.fluxcd.io/v1/Kustomization';
const MANAGER = 'kustomize-controller';

interface Entry {
  id: string;
  v: string;
}

const unready = (_changed: KubeObject, lab: ReconcileContext): string[] =>
  lab.store
    .list(KUSTOMIZATION)
    .filter((one) => !isReconciled(one))
    .map((one) => `${one.metadata.namespace}/${one.metadata.name}`);

export const kustomizations: Rule = {
  name: 'kustomize-controller',
  kind: KUSTOMIZATION,
  operator: /^kustomize-controller$/,
  also: {
    [KUSTOMIZATION]: unready,
    [GIT_REPOSITORY]: (source, lab) =>
      lab.store
        .list(KUSTOMIZATION)
        .filter((one) => one.spec.sourceRef?.name === source.metadata.name)
        .map((one) => `${one.metadata.namespace}/${one.metadata.name}`),
  },
  reconcile,
};

async function reconcile(one: KubeObject, lab: ReconcileContext): Promise<Outcome> {
  if (one.metadata.deletionTimestamp) return finish(one, lab);
  if (!((one.metadata.finalizers as string[] | undefined) ?? []).includes(FINALIZER)) {
    await lab.patch(one, { metadata: { finalizers: [FINALIZER] } });
    return { againMs: 0 };
  }
  if (one.spec.suspend) return undefined;
  const source = lab.store.get(
    GIT_REPOSITORY,
    one.spec.sourceRef?.namespace ?? one.metadata.namespace,
    one.spec.sourceRef?.name,
  );
  const revision: string | undefined = source?.status?.artifact?.revision;
  if (!source || !revision) {
    await tellReady(
      one,
      lab,
      false,
      'ArtifactFailed',
      source
        ? 'Source artifact not found, retrying in 30s'
        : `Source '${one.spec.sourceRef?.kind}/${one.spec.sourceRef?.name}' not found`,
    );
    return { againMs: 2000 };
  }
  for (const on of (one.spec.dependsOn ?? []) as { name: string; namespace?: string }[]) {
    const other = lab.store.get(KUSTOMIZATION, on.namespace ?? one.metadata.namespace, on.name);
    if (isReconciled(other)) continue;
    await tellReady(
      one,
      lab,
      false,
      'DependencyNotReady',
      `dependency '${on.namespace ?? one.metadata.namespace}/${on.name}' is not ready`,
    );
    return undefined;
  }
  try {
    return await applyPath(one, revision, lab);
  } catch (error) {
    if (lab.signal.aborted) return undefined;
    await tellReady(one, lab, false, 'ReconciliationFailed', messageOf(error), {
      status: { lastAttemptedRevision: revision },
    });
    return { againMs: 2000 };
  }
}

async function applyPath(one: KubeObject, revision: string, lab: ReconcileContext): Promise<Outcome> {
  const sha = revision.split('sha1:')[1]!;
  const read = await readManifests(checkoutOf(lab.world.cacheDir, sha), one.spec.path ?? './');
  const labels = {
    'kustomize.toolkit.fluxcd.io/name': one.metadata.name,
    'kustomize.toolkit.fluxcd.io/namespace': `${one.metadata.namespace}`,
  };
  const place = (object: KubeObject) => placed(object, one.spec.targetNamespace ?? one.metadata.namespace, lab, labels);
  const crds = read.filter((object) => object.kind === 'CustomResourceDefinition').map(place);
  await applyCrds(crds, lab, MANAGER);
  const objects = inOrder(read.filter((object) => object.kind !== 'CustomResourceDefinition')).map(place);
  for (const object of objects) await applyOrReplace(object, lab);

  const before = ((one.status?.inventory?.entries ?? []) as Entry[]).map(fromEntry);
  const now = [...crds, ...objects];
  const entries = now.map((object) => ({ id: identityOf(object), v: object.apiVersion.split('/').at(-1)! }));
  await lab.setStatus(one, { inventory: { entries }, lastAttemptedRevision: revision });
  if (one.spec.prune) await prune(before, now, lab);

  const unhealthy = waitedFor(one, now).filter((object) => !isHealthy(object, lab));
  if (unhealthy.length > 0) {
    const names = unhealthy.map(
      (object) => `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`,
    );
    await tellReady(one, lab, undefined, 'Progressing', `waiting for ${names.join(', ')}`);
    return { againMs: 1000 };
  }
  const more = {
    status: { lastAppliedRevision: revision, lastAttemptedRevision: revision },
    conditions:
      one.spec.wait || one.spec.healthChecks ? [condition('Healthy', true, 'Succeeded', 'Health check passed')] : [],
  };
  await tellReady(one, lab, true, 'ReconciliationSucceeded', `Applied revision: ${revision}`, more);
  return { againMs: durationMs(one.spec.interval, 600_000) };
}

/**
 * fluxcd/pkg ssa/manager_apply.go (at 00679b8) and kustomize-controller #787: what the API server refuses as immutable is deleted and created again where it bears
 * kustomize.toolkit.fluxcd.io/force, and fails the whole Kustomization where it does not.
 */
async function applyOrReplace(object: KubeObject, lab: ReconcileContext): Promise<void> {
  try {
    await lab.apply(object, MANAGER);
  } catch (error) {
    const force = object.metadata.annotations?.['kustomize.toolkit.fluxcd.io/force']?.toLowerCase() === 'enabled';
    if (!force || !messageOf(error).includes('field is immutable')) throw error;
    await lab.remove(object);
    await lab.apply(object, MANAGER);
  }
}

const fromEntry = ({ id, v }: Entry): KubeObject => {
  const [namespace, name = '', group, kind = ''] = id.split('_');
  return { apiVersion: group ? `${group}/${v}` : v, kind, metadata: { name, ...(namespace ? { namespace } : {}) } };
};

function waitedFor(one: KubeObject, objects: readonly KubeObject[]): KubeObject[] {
  const checks = (
    (one.spec.healthChecks ?? []) as { apiVersion?: string; kind: string; name: string; namespace?: string }[]
  ).map(({ apiVersion = 'apps/v1', kind, name, namespace }) => ({ apiVersion, kind, metadata: { name, namespace } }));
  return one.spec.wait ? [...objects, ...checks] : checks;
}

/** kstatus as far as the store follows a kind: workloads rolled out, everything with a Ready condition Ready. */
function isHealthy(wanted: KubeObject, lab: ReconcileContext): boolean {
  const object = lab.store.get(`${wanted.apiVersion}/${wanted.kind}`, wanted.metadata.namespace, wanted.metadata.name);
  if (!object) return !['Deployment', 'StatefulSet', 'DaemonSet', 'HelmRelease', 'Kustomization'].includes(wanted.kind);
  if (['Deployment', 'StatefulSet', 'DaemonSet'].includes(object.kind)) return isRolledOut(object);
  if (object.kind === 'Job') return isTrue(object, 'Complete');
  if (object.apiVersion.includes('toolkit.fluxcd.io/')) return object.spec?.type === 'oci' || isReconciled(object);
  const conditions = (object.status?.conditions ?? []) as { type: string; status: string }[];
  return conditions.every((entry) => entry.type !== 'Ready' || entry.status === 'True');
}

async function finish(one: KubeObject, lab: ReconcileContext): Promise<Outcome> {
  if (one.spec.prune && !one.spec.suspend)
    await prune(((one.status?.inventory?.entries ?? []) as Entry[]).map(fromEntry), [], lab);
  const finalizers = ((one.metadata.finalizers as string[] | undefined) ?? []).filter((name) => name !== FINALIZER);
  await lab.patch(one, { metadata: { finalizers: finalizers.length > 0 ? finalizers : null } });
  return undefined;
}
