/** helm-controller: HelmRelease v2 → chart, rendered by the real helm, applied, waited for; uninstalled on deletion. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { hashOf } from 'catalyst/support/hash.js';
import { condition } from '../conditions.js';
import { all, type Outcome, type ReconcileContext, type Rule } from '../reconciler.js';
import { unavailableOf } from '../workloads/rollouts.js';
import type { ChartRenderer } from './chart-render.js';
import type { Archive, ChartSource } from './charts.js';
import { credentialsFor, durationMs, FINALIZER, isReconciled, REQUESTED_AT, tellReady } from './flux-ready.js';
import { installRelease } from './helm-install.js';
import { HELM_RELEASE, releaseNameOf, storageOf, targetOf } from './helm-names.js';
import { deleteRecords, latestRecord, objectsOf } from './helm-records.js';
import { valuesOf } from './helm-values.js';
import { prune } from './manifests.js';

const SOURCE = 'source.toolkit.fluxcd.io/v1';
const OWNER = 'helm.toolkit.fluxcd.io/name';

export interface HelmTools {
  charts: ChartSource;
  renderer: ChartRenderer;
}

/** Releases that own a changed workload or still wait for something. */
const concerned = (changed: KubeObject): string[] => {
  const name = changed.metadata.labels?.[OWNER];
  return name ? [`${changed.metadata.labels?.['helm.toolkit.fluxcd.io/namespace']}/${name}`] : [];
};
const unready = (_changed: KubeObject, lab: ReconcileContext): string[] =>
  lab.store
    .list(HELM_RELEASE)
    .filter((release) => !isReconciled(release))
    .map((release) => `${release.metadata.namespace}/${release.metadata.name}`);
const readersOf = (changed: KubeObject, lab: ReconcileContext): string[] =>
  lab.store
    .list(HELM_RELEASE, changed.metadata.namespace)
    .filter((release) =>
      ((release.spec.valuesFrom ?? []) as { kind: string; name: string }[]).some(
        (from) => from.kind === changed.kind && from.name === changed.metadata.name,
      ),
    )
    .map((release) => `${release.metadata.namespace}/${release.metadata.name}`);

export function helmReleases(tools: HelmTools): Rule {
  return {
    name: 'helm-controller',
    kind: HELM_RELEASE,
    operator: /^helm-controller$/,
    also: {
      [HELM_RELEASE]: unready,
      [`${SOURCE}/HelmRepository`]: all(HELM_RELEASE),
      [`${SOURCE}/OCIRepository`]: all(HELM_RELEASE),
      'apps/v1/Deployment': concerned,
      'apps/v1/StatefulSet': concerned,
      'apps/v1/DaemonSet': concerned,
      'batch/v1/Job': concerned,
      'v1/Secret': readersOf,
      'v1/ConfigMap': readersOf,
    },
    reconcile: (release, lab) => reconcile(release, lab, tools),
  };
}

async function reconcile(release: KubeObject, lab: ReconcileContext, tools: HelmTools): Promise<Outcome> {
  if (release.metadata.deletionTimestamp) return uninstall(release, lab);
  if (!((release.metadata.finalizers as string[] | undefined) ?? []).includes(FINALIZER)) {
    await lab.patch(release, { metadata: { finalizers: [FINALIZER] } });
    return { againMs: 0 };
  }
  if (release.spec.suspend) return undefined;
  const blocked = dependency(release, lab);
  if (blocked) {
    await tellReady(release, lab, false, 'DependencyNotReady', blocked);
    return undefined;
  }
  let archive: Archive;
  let values: Record<string, unknown>;
  try {
    values = valuesOf(release, lab);
  } catch (error) {
    await tellReady(release, lab, false, 'ValuesError', `could not resolve values: ${messageOf(error)}`);
    return { againMs: 5000 };
  }
  try {
    archive = await chartOf(release, lab, tools);
  } catch (error) {
    await tellReady(release, lab, false, 'ArtifactFailed', messageOf(error));
    return { againMs: 2000 };
  }
  const signature = hashOf({ values, digest: archive.digest, spec: shapeOf(release) });
  const last = release.status?.history?.[0];
  const isNew = release.status?.lastAttemptedConfigDigest !== `sha256:${signature}` || !last;
  const upgrade = latestRecord(lab, storageOf(release), releaseNameOf(release)) !== undefined;
  const verb = (isNew ? upgrade : last.version > 1) ? 'Upgrade' : 'Install';
  if (isNew) {
    await tellReady(
      release,
      lab,
      undefined,
      'Progressing',
      `Running '${verb.toLowerCase()}' action with timeout of ${release.spec.timeout ?? '5m0s'}`,
    );
    try {
      await installRelease(release, archive, values, signature, lab, tools.renderer);
    } catch (error) {
      await tellReady(
        release,
        lab,
        false,
        `${verb}Failed`,
        `Helm ${verb.toLowerCase()} failed for release ${targetOf(release)}/${releaseNameOf(release)}: ${messageOf(error)}`,
      );
      return { againMs: 2000 };
    }
    return { againMs: 0 };
  }
  return settle(release, lab, verb);
}

/** Applied: Ready now, or once the workloads are rolled out. */
async function settle(release: KubeObject, lab: ReconcileContext, verb: 'Install' | 'Upgrade'): Promise<Outcome> {
  const chart = release.status.history[0];
  const what = `release ${targetOf(release)}/${releaseNameOf(release)}.v${chart.version} with chart ${chart.chartName}@${chart.chartVersion}`;
  const action = verb === 'Install' ? release.spec.install : release.spec.upgrade;
  const waiting = action?.disableWait ? [] : unavailableOf(lab, OWNER, release);
  if (waiting.length === 0) {
    const message = `Helm ${verb.toLowerCase()} succeeded for ${what}`;
    const released = condition('Released', true, `${verb}Succeeded`, message);
    await tellReady(release, lab, true, `${verb}Succeeded`, message, { conditions: [released] });
    return undefined;
  }
  const timeout = durationMs(release.spec.timeout, 300_000);
  const since = lab.clock.now().getTime() - Date.parse(chart.lastDeployed);
  if (since > timeout) {
    await tellReady(
      release,
      lab,
      false,
      `${verb}Failed`,
      `Helm ${verb.toLowerCase()} failed for ${what}: context deadline exceeded: ${waiting.join(', ')}`,
    );
    return { againMs: 5000 };
  }
  await tellReady(release, lab, undefined, 'Progressing', `waiting for ${waiting.join(', ')}`);
  return { againMs: Math.max(1000, timeout - since + 100) };
}

function dependency(release: KubeObject, lab: ReconcileContext): string | undefined {
  for (const on of (release.spec.dependsOn ?? []) as { name: string; namespace?: string }[]) {
    const namespace = on.namespace ?? release.metadata.namespace;
    if (!isReconciled(lab.store.get(HELM_RELEASE, namespace, on.name)))
      return `dependency '${namespace}/${on.name}' is not ready`;
  }
  return undefined;
}

async function chartOf(release: KubeObject, lab: ReconcileContext, { charts }: HelmTools): Promise<Archive> {
  const wanted = release.spec.chart?.spec;
  const from = wanted?.sourceRef ?? release.spec.chartRef;
  if (!from) throw new Error('neither chart nor chartRef is set');
  const namespace = from.namespace ?? release.metadata.namespace;
  const source = lab.store.get(`${SOURCE}/${from.kind}`, namespace, from.name);
  if (!source) throw new Error(`could not get Source object: ${from.kind} '${namespace}/${from.name}' not found`);
  if (!operatorSource(lab)) throw new Error('source-controller is not ready');
  const url: string = source.spec.url;
  const credentials = credentialsFor(source, url.replace(/^\w+:\/\//, '').split('/')[0]!, lab);
  const insecure = source.spec.insecure === true;
  if (from.kind === 'OCIRepository') {
    const cut = url.lastIndexOf('/');
    const version = source.spec.ref?.digest ?? source.spec.ref?.tag ?? source.spec.ref?.semver ?? 'latest';
    return charts.fetch({ url: url.slice(0, cut), name: url.slice(cut + 1), version, insecure, credentials });
  }
  // an http repository is read again only when it was found to be there
  if (source.spec.type !== 'oci' && !isReconciled(source))
    throw new Error(`HelmRepository '${namespace}/${from.name}' is not ready`);
  return charts.fetch({ url, name: wanted.chart, version: wanted.version ?? '*', insecure, credentials });
}

const operatorSource = (lab: ReconcileContext): boolean =>
  lab.store
    .list('apps/v1/Deployment')
    .some((one) => one.metadata.name === 'source-controller' && (one.status?.readyReplicas ?? 0) > 0);

/** What of the spec makes another release; intervals and timeouts do not. */
const shapeOf = (release: KubeObject): Record<string, unknown> => ({
  name: releaseNameOf(release),
  target: targetOf(release),
  storage: storageOf(release),
  crds: release.spec.install?.crds ?? 'Create',
  force: release.metadata.annotations?.['reconcile.fluxcd.io/forceAt'] ?? '',
  forced:
    release.metadata.annotations?.['reconcile.fluxcd.io/forceAt'] === release.metadata.annotations?.[REQUESTED_AT],
});

async function uninstall(release: KubeObject, lab: ReconcileContext): Promise<Outcome> {
  const storage = storageOf(release);
  const record = release.spec.suspend ? undefined : latestRecord(lab, storage, releaseNameOf(release));
  if (record) {
    await prune(objectsOf(record), [], lab);
    await deleteRecords(lab, storage, record.name);
  }
  const finalizers = ((release.metadata.finalizers as string[] | undefined) ?? []).filter((one) => one !== FINALIZER);
  await lab.patch(release, { metadata: { finalizers: finalizers.length > 0 ? finalizers : null } });
  return undefined;
}
