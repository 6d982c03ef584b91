/** One install or upgrade of a release: hooks, CRDs, objects, what fell out, and Helm's record. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { kubernetesVersion } from '../../kubernetes/discovery/version.js';
import { isTrue } from '../conditions.js';
import type { ReconcileContext } from '../reconciler.js';
import type { ChartRenderer } from './chart-render.js';
import type { Archive } from './charts.js';
import { releaseNameOf, servedVersions, storageOf, targetOf } from './helm-names.js';
import { latestRecord, objectsOf, writeRecord } from './helm-records.js';
import { applyCrds, inOrder, placed, prune } from './manifests.js';
import { postRendered } from './post-render.js';

const MANAGER = 'helm-controller';

interface ChartMetadata {
  name: string;
  version: string;
  appVersion?: string;
}

export async function installRelease(
  release: KubeObject,
  archive: Archive,
  values: Record<string, unknown>,
  signature: string,
  lab: ReconcileContext,
  renderer: ChartRenderer,
): Promise<void> {
  const name = releaseNameOf(release);
  const namespace = targetOf(release);
  const previous = latestRecord(lab, storageOf(release), name);
  const action = (previous ? release.spec.upgrade : release.spec.install) ?? {};
  if (release.spec.install?.createNamespace && !lab.store.get('v1/Namespace', undefined, namespace))
    await lab.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, MANAGER);

  const rendered = await renderer.render(
    {
      archive,
      releaseName: name,
      namespace,
      values,
      apiVersions: servedVersions(lab),
      kubeVersion: kubernetesVersion.gitVersion,
      isUpgrade: previous !== undefined,
    },
    lab.signal,
  );
  const crds = (action.crds ?? (previous ? 'Skip' : 'Create')) === 'Skip' ? [] : rendered.crds;
  await applyCrds(crds, lab, MANAGER);
  const own = rendered.objects.filter((object) => object.kind === 'CustomResourceDefinition');
  const labels = {
    'app.kubernetes.io/managed-by': 'Helm',
    'helm.toolkit.fluxcd.io/name': release.metadata.name,
    'helm.toolkit.fluxcd.io/namespace': `${release.metadata.namespace}`,
  };
  const annotations = { 'meta.helm.sh/release-name': name, 'meta.helm.sh/release-namespace': namespace };
  const place = (object: KubeObject) => placed(postRendered(object, release), namespace, lab, labels, annotations);
  await applyCrds(own.map(place), lab, MANAGER);

  const hooks = action.disableHooks ? [] : rendered.hooks;
  const when = previous ? 'upgrade' : 'install';
  await runHooks(hooks, `pre-${when}`, place, lab);
  const objects = inOrder(rendered.objects.filter((object) => object.kind !== 'CustomResourceDefinition')).map(place);
  for (const object of objects) await lab.apply(object, MANAGER);
  await runHooks(hooks, `post-${when}`, place, lab);
  if (previous) await prune(objectsOf(previous).map(place), [...objects, ...own.map(place)], lab);

  const now = lab.clock.now().toISOString();
  const chart = chartMetadata(release, archive, rendered.objects);
  const version = (previous?.version ?? 0) + 1;
  const first = previous?.info.first_deployed ?? now;
  const info = {
    status: 'deployed',
    first_deployed: first,
    last_deployed: now,
    description: `${previous ? 'Upgrade' : 'Install'} complete`,
  };
  await writeRecord(
    { name, namespace, version, chart: { metadata: chart }, config: values, manifest: rendered.manifest, info },
    storageOf(release),
    lab,
  );
  const entry = {
    name,
    namespace,
    version,
    status: 'deployed',
    chartName: chart.name,
    chartVersion: chart.version,
    appVersion: chart.appVersion ?? '',
    configDigest: `sha256:${signature}`,
    digest: archive.digest,
    ...(archive.manifestDigest ? { ociDigest: archive.manifestDigest } : {}),
    firstDeployed: first,
    lastDeployed: now,
  };
  await lab.setStatus(release, {
    history: [entry, ...((release.status?.history ?? []) as object[])].slice(0, 5),
    lastAttemptedConfigDigest: `sha256:${signature}`,
    lastAttemptedGeneration: release.metadata.generation,
    lastAttemptedReleaseAction: when,
    lastAttemptedRevision: chart.version,
    storageNamespace: storageOf(release),
  });
}

function chartMetadata(release: KubeObject, archive: Archive, objects: readonly KubeObject[]): ChartMetadata {
  const name = release.spec.chart?.spec.chart ?? release.spec.chartRef?.name;
  const appVersion = objects
    .map((object) => object.metadata.labels?.['app.kubernetes.io/version'])
    .find((version) => version !== undefined);
  return { name, version: archive.version, ...(appVersion ? { appVersion } : {}) };
}

async function runHooks(
  hooks: readonly { events: string[]; object: KubeObject }[],
  event: string,
  place: (object: KubeObject) => KubeObject,
  lab: ReconcileContext,
): Promise<void> {
  const weight = ({ object }: { object: KubeObject }) =>
    Number(object.metadata.annotations?.['helm.sh/hook-weight'] ?? 0);
  for (const { object } of hooks.filter((hook) => hook.events.includes(event)).sort((a, b) => weight(a) - weight(b))) {
    const stored = await lab.apply(place(object), MANAGER);
    if (object.kind !== 'Job') continue;
    for (let tries = 0; ; tries += 1) {
      const job = lab.store.get('batch/v1/Job', stored.metadata.namespace, stored.metadata.name);
      if (isTrue(job, 'Complete')) break;
      if (isTrue(job, 'Failed')) throw new Error(`${event} hooks failed: job ${stored.metadata.name} failed`);
      if (tries > 2400) throw new Error(`${event} hooks failed: timed out waiting for job ${stored.metadata.name}`);
      await lab.clock.sleep(50, lab.signal);
    }
    if (String(object.metadata.annotations?.['helm.sh/hook-delete-policy']).includes('hook-succeeded'))
      await lab.remove(stored);
  }
}
