/**
 * catalyst-api at 4f80be2: the read paths of its router (upstream's bootstrap/api/cmd/api/main.go), and 404 for everything else. What
 * it knows of a deployment is a file; it watches a cluster when a record names a kubeconfig that is there
 * (internal/handler/deployments.go, shouldResumePhase1).
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import type { LabRequest, LabResponse } from '../../requests/http-server.js';
import { type Call, environmentOf, text } from '../component.js';
import { filesOfStart } from './files-of-start.js';
import { type DeploymentRecord, topologyOf } from './topology.js';

const HELM_RELEASE = 'helm.toolkit.fluxcd.io/v2/HelmRelease';
const inFlight = ['pending', 'provisioning', 'tofu-applying', 'flux-bootstrapping', 'phase1-watching'];

export async function catalystApi(request: LabRequest, { lab, pods }: Call): Promise<LabResponse> {
  const { path, method } = request;
  if (path === '/healthz') return text(200, 'ok');
  const [, id = '', rest = ''] = /^\/api\/v1\/deployments\/([^/]+)(\/.*)?$/.exec(path) ?? [];
  const known = id !== '' && ['', '/components/state', '/infrastructure/topology'].includes(rest);
  if (!known) return text(404, '404 page not found\n');
  if (method !== 'GET') return { status: 405, body: '' };
  const pod = pods[0]!;
  const files = filesOfStart(pod, lab);
  const record = recordOf(files, `${directory(pod, lab)}/${id}.json`);
  if (!record)
    return rest === '' ? text(404, 'deployment not found\n') : { status: 404, body: { error: 'deployment-not-found' } };
  const watching = watches(record, files);
  if (rest === '') return { status: 200, body: stateOf(record, watching) };
  const may = (resource: string) => (watching ? mayList(lab, pod, resource) : Promise.resolve(false));
  if (rest === '/infrastructure/topology') {
    const volumes = (await may('persistentvolumeclaims')) ? lab.store.list('v1/PersistentVolumeClaim') : [];
    return { status: 200, body: topologyOf(record, volumes) };
  }
  const rows = (await may('helmreleases')) ? componentsOf(lab) : [];
  return { status: 200, body: { watching, components: rows } };
}

const directory = (pod: KubeObject, lab: ReconcileContext): string =>
  environmentOf(pod, lab)['CATALYST_DEPLOYMENTS_DIR'] ?? '/var/lib/catalyst/deployments';

function recordOf(files: ReadonlyMap<string, string>, path: string): DeploymentRecord | undefined {
  try {
    return JSON.parse(files.get(path) ?? '') as DeploymentRecord;
  } catch {
    return undefined;
  }
}

function watches({ status, result }: DeploymentRecord, files: ReadonlyMap<string, string>): boolean {
  const kubeconfig = files.get(result?.kubeconfigPath ?? '');
  return (
    kubeconfig?.includes('https://kubernetes.default.svc') === true &&
    !result?.phase1FinishedAt &&
    !inFlight.includes(status)
  );
}

const stateOf = ({ id, request, result }: DeploymentRecord, watching: boolean) => ({
  id,
  status: watching ? 'phase1-watching' : 'ready',
  startedAt: '0001-01-01T00:00:00Z',
  finishedAt: null,
  sovereignFQDN: request.sovereignFQDN,
  region: request.region,
  numEvents: 0,
  result,
});

/** With the token of its own ServiceAccount. */
async function mayList(lab: ReconcileContext, pod: KubeObject, resource: string): Promise<boolean> {
  const group = resource === 'helmreleases' ? 'helm.toolkit.fluxcd.io' : '';
  const answer = await lab.kube.create({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: { name: '' },
    spec: {
      user: `system:serviceaccount:${pod.metadata.namespace}:${pod.spec.serviceAccountName ?? 'default'}`,
      resourceAttributes: { verb: 'list', group, resource },
    },
  });
  return answer.status?.allowed === true;
}

/** internal/helmwatch/helmwatch.go: releases in flux-system whose name begins with bp-, and the state that their Ready condition means. */
function componentsOf(lab: ReconcileContext): object[] {
  const releases = lab.store
    .list(HELM_RELEASE, 'flux-system')
    .filter(({ metadata }) => metadata.name.startsWith('bp-'));
  return releases.map(({ metadata, status }) => {
    const conditions = (status?.conditions ?? []) as {
      type: string;
      status: string;
      reason: string;
      message: string;
    }[];
    const ready = conditions.find(({ type }) => type === 'Ready');
    return {
      appId: metadata.name.slice('bp-'.length),
      status: ready ? stateOfReady(ready) : 'pending',
      helmReleaseName: metadata.name,
      namespace: metadata.namespace,
      message: ready?.message ?? '',
    };
  });
}

function stateOfReady({ status, reason, message }: { status: string; reason: string; message: string }): string {
  if (status === 'True') return 'installed';
  if (status === 'Unknown') return 'installing';
  if (/dependency '.*is not ready/i.test(message)) return 'pending';
  if (['InstallFailed', 'UpgradeFailed', 'ChartPullError', 'ChartLoadError', 'ArtifactFailed'].includes(reason))
    return 'failed';
  return ['Progressing', 'ReconcileStarted', 'DependencyNotReady'].includes(reason) ? 'installing' : 'degraded';
}
