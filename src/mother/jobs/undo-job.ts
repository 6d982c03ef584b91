/**
 * What puts back on the mother what a run has changed there for a while, armed before it is changed: a Job that tests its rights,
 * waits until a moment and then undoes, also when our process, its machine and its network are gone. What somebody has put back
 * before, it leaves alone.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../discover.js';
import { jobLabel, redirectNameOf, runLabel, sovereignLabel, undoName } from '../own-names.js';
import { type UndoJob, undoScripts } from './undo-scripts.js';

export interface UndoRun {
  fqdn: string;
  runId: string;
  /** How long the Job waits. */
  seconds: number;
  /** How long it waits, at most, from when it sees catalyst-api stopped; default: as long. */
  downSeconds?: number;
  /** When its wait is over, for whoever reads the Job. */
  until: Date;
}

/** Where the Job runs, and from which image: catalyst-api's own. */
export type UndoPlace = Pick<CatalystOnMother, 'namespace' | 'image' | 'imagePullSecrets'>;

const rbac = 'rbac.authorization.k8s.io';

interface Rule {
  apiGroups: string[];
  resources: string[];
  resourceNames: string[];
  verbs: string[];
}

const rule = (group: string, resource: string, resourceName: string, ...verbs: string[]): Rule => ({
  apiGroups: [group],
  resources: [resource],
  resourceNames: [resourceName],
  verbs,
});

/** Of a stopped catalyst-api: bindings, account and roles that allow just this undo, and the Job; in the order to apply. */
export function undoObjects(catalyst: CatalystOnMother, run: UndoRun): KubeObject[] {
  const { namespace, deployment } = catalyst;
  const flux = catalyst.kustomization && !catalyst.kustomization.suspended ? catalyst.kustomization : undefined;
  const scale = [
    rule('apps', 'deployments', deployment.name, 'get', 'patch'),
    rule('apps', 'deployments/scale', deployment.name, 'get', 'update', 'patch'),
  ];
  const resume = rule('kustomize.toolkit.fluxcd.io', 'kustomizations', flux?.name ?? '', 'get', 'patch');
  const here = flux?.namespace === namespace ? [...scale, resume] : scale;
  const there = flux && flux.namespace !== namespace ? [{ namespace: flux.namespace, rules: [resume] }] : [];
  const env = {
    DEPLOYMENT: deployment.name,
    REPLICAS: String(catalyst.replicas),
    DOWN_SECONDS: String(run.downSeconds ?? run.seconds),
    KUSTOMIZATION: flux?.name ?? '',
    KUSTOMIZATION_NAMESPACE: flux?.namespace ?? '',
    SUSPEND: flux?.suspend === false ? 'false' : 'null',
  };
  return allOf(catalyst, run, { job: 'undo-kill', here, there, env });
}

/** Of the redirect that this run makes; as `undoObjects`. */
export function redirectUndoObjects(place: UndoPlace, run: UndoRun): KubeObject[] {
  const name = redirectNameOf(run.fqdn);
  const here = [
    rule('networking.k8s.io', 'ingresses', name, 'get', 'delete'),
    rule('traefik.io', 'middlewares', name, 'get', 'delete'),
  ];
  const env = { REDIRECT: name, FQDN: run.fqdn, RUN: run.runId };
  return allOf(place, run, { job: 'undo-redirect', here, there: [], env });
}

interface Undoing {
  job: UndoJob;
  /** What it may do in the namespace of the Job, beside reading and marking the Job and removing its own binding. */
  here: Rule[];
  there: { namespace: string | undefined; rules: Rule[] }[];
  env: Record<string, string>;
}

/**
 * How often its Pod may fail: an API server that is away when the wait is over fails each of them at once. With Kubernetes' six, the Job
 * gave up after ten minutes of that and was removed ten minutes later, and nobody was left who knew what to put back. This is three days.
 */
const patience = 1000;

function allOf({ namespace, image, imagePullSecrets }: UndoPlace, run: UndoRun, undoing: Undoing): KubeObject[] {
  const name = undoName(run);
  const labels = { [jobLabel]: undoing.job, [sovereignLabel]: run.fqdn, [runLabel]: run.runId };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = { apiGroup: rbac, kind: 'Role', name };
  const unbind = rule(rbac, 'rolebindings', name, 'get', 'delete');
  const rights = (at: string | undefined, rules: Rule[]): KubeObject[] => [
    { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name, namespace: at, labels }, subjects, roleRef },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name, namespace: at, labels },
      rules: [...rules, unbind],
    },
  ];
  const env = {
    NAME: name,
    SECONDS_TO_WAIT: String(run.seconds),
    UNTIL: run.until.toISOString(),
    NAMESPACE: namespace,
    ...undoing.env,
  };
  const container = {
    name: 'job',
    image,
    command: ['/bin/sh', '-c', undoScripts[undoing.job]],
    env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
  };
  const job: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: patience,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          restartPolicy: 'OnFailure',
          ...(imagePullSecrets.length > 0 ? { imagePullSecrets } : {}),
          containers: [container],
        },
      },
    },
  };
  const account: KubeObject = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } };
  return [
    ...rights(namespace, [...undoing.here, rule('batch', 'jobs', name, 'get', 'patch')]),
    ...undoing.there.flatMap((one) => rights(one.namespace, one.rules)),
    account,
    job,
  ];
}
