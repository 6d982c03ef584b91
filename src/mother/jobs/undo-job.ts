/**
 * The undo of a stopped catalyst-api, armed on the mother itself before anything is stopped: a Job that tests its rights, waits
 * until a moment and then puts replicas and Kustomization back, also when our process, its machine and its network are gone.
 * What somebody has put back before, it leaves alone.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../discover.js';
import { jobLabel, runLabel, sovereignLabel, undoName } from '../own-names.js';

/** Value of the job label on everything that belongs to an undo. */
export const undoJob = 'undo-kill';
/** On the Job, set by its own ServiceAccount once its rights are tested. */
export const armedAnnotation = 'catalyst.openova.io/armed';

const kustomizations = 'kustomizations.kustomize.toolkit.fluxcd.io';
/** The binding goes last and takes role and account with it, which it owns. */
const script = `set -eu
may() { kubectl auth can-i -q "$@" || { printf 'not allowed: %s' "$*" > /dev/termination-log; exit 1; }; }
may patch "deployments.apps/$DEPLOYMENT" -n "$NAMESPACE" --subresource=scale
[ -z "$KUSTOMIZATION" ] || may patch "${kustomizations}/$KUSTOMIZATION" -n "$KUSTOMIZATION_NAMESPACE"
kubectl -n "$NAMESPACE" annotate job "$NAME" "${armedAnnotation}=true" --overwrite
sleep "$SECONDS_TO_WAIT"
if [ "$(kubectl -n "$NAMESPACE" get deployment "$DEPLOYMENT" -o 'jsonpath={.spec.replicas}')" = 0 ]; then
  kubectl -n "$NAMESPACE" scale deployment "$DEPLOYMENT" --replicas="$REPLICAS"
fi
if [ -n "$KUSTOMIZATION" ] && [ "$(kubectl -n "$KUSTOMIZATION_NAMESPACE" get ${kustomizations} "$KUSTOMIZATION" -o 'jsonpath={.spec.suspend}')" = true ]; then
  kubectl -n "$KUSTOMIZATION_NAMESPACE" patch ${kustomizations} "$KUSTOMIZATION" --type=merge -p "{\\"spec\\":{\\"suspend\\":$SUSPEND}}"
fi
printf '{"undone":true}' > /dev/termination-log
if [ -n "$KUSTOMIZATION" ] && [ "$KUSTOMIZATION_NAMESPACE" != "$NAMESPACE" ]; then
  kubectl -n "$KUSTOMIZATION_NAMESPACE" delete rolebinding "$NAME" --ignore-not-found || true
fi
kubectl -n "$NAMESPACE" delete rolebinding "$NAME" --ignore-not-found || true
`;

export interface UndoRun {
  fqdn: string;
  runId: string;
  /** How long the Job waits. */
  seconds: number;
  /** When its wait is over, for whoever reads the Job. */
  until: Date;
}

/** Bindings, account and roles that allow just this undo, and the Job; in the order to apply. */
export function undoObjects(catalyst: CatalystOnMother, run: UndoRun): KubeObject[] {
  const name = undoName(run);
  const labels = { [jobLabel]: undoJob, [sovereignLabel]: run.fqdn, [runLabel]: run.runId };
  const { namespace, deployment } = catalyst;
  const flux = catalyst.kustomization && !catalyst.kustomization.suspended ? catalyst.kustomization : undefined;
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const rbac = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup: rbac, kind: 'Role', name };
  const rights = (at: string | undefined, rules: Record<string, unknown>[]): KubeObject[] => [
    { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name, namespace: at, labels }, subjects, roleRef },
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name, namespace: at, labels }, rules },
  ];
  const rule = (group: string, resource: string, resourceName: string, ...verbs: string[]) => ({
    apiGroups: [group],
    resources: [resource],
    resourceNames: [resourceName],
    verbs,
  });
  const unbind = rule(rbac, 'rolebindings', name, 'get', 'delete');
  const scale = [
    rule('apps', 'deployments', deployment.name, 'get', 'patch'),
    rule('apps', 'deployments/scale', deployment.name, 'get', 'update', 'patch'),
    rule('batch', 'jobs', name, 'get', 'patch'),
    unbind,
  ];
  const resume = rule('kustomize.toolkit.fluxcd.io', 'kustomizations', flux?.name ?? '', 'get', 'patch');
  const roles =
    flux?.namespace === namespace
      ? rights(namespace, [...scale, resume])
      : [...rights(namespace, scale), ...(flux ? rights(flux.namespace, [resume, unbind]) : [])];
  const env = {
    NAME: name,
    SECONDS_TO_WAIT: String(run.seconds),
    UNTIL: run.until.toISOString(),
    NAMESPACE: namespace,
    DEPLOYMENT: deployment.name,
    REPLICAS: String(catalyst.replicas),
    KUSTOMIZATION: flux?.name ?? '',
    KUSTOMIZATION_NAMESPACE: flux?.namespace ?? '',
    SUSPEND: flux?.suspend === false ? 'false' : 'null',
  };
  const container = {
    name: 'job',
    image: catalyst.image,
    command: ['/bin/sh', '-c', script],
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
  };
  const job: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 6,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          restartPolicy: 'OnFailure',
          ...(catalyst.imagePullSecrets.length > 0 ? { imagePullSecrets: catalyst.imagePullSecrets } : {}),
          containers: [container],
        },
      },
    },
  };
  const account: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } };
  return [...roles, account, job];
}

/** What an armed Job would put back, read from the Job itself. */
export interface ArmedUndo {
  job: KubeObject;
  fqdn: string;
  runId: string;
  until: string;
  /** It has put back; one that failed has not. */
  made: boolean;
  deployment: { namespace: string; name: string; replicas: number };
  kustomization?: { namespace: string; name: string; suspend: false | null };
}

export function readUndo(job: KubeObject): ArmedUndo {
  const entries = (job.spec?.template?.spec?.containers?.[0]?.env ?? []) as { name: string; value?: string }[];
  const env = Object.fromEntries(entries.map(({ name, value = '' }) => [name, value]));
  const conditions = (job.status?.conditions ?? []) as { type: string; status: string }[];
  const { KUSTOMIZATION: name = '', KUSTOMIZATION_NAMESPACE: namespace = '' } = env;
  return {
    job,
    fqdn: job.metadata.labels?.[sovereignLabel] ?? '',
    runId: job.metadata.labels?.[runLabel] ?? '',
    until: env.UNTIL ?? '',
    made: conditions.some((one) => one.type === 'Complete' && one.status === 'True'),
    deployment: {
      namespace: env.NAMESPACE ?? '',
      name: env.DEPLOYMENT ?? '',
      replicas: Number.parseInt(env.REPLICAS ?? '', 10),
    },
    kustomization: name === '' ? undefined : { namespace, name, suspend: env.SUSPEND === 'false' ? false : null },
  };
}
