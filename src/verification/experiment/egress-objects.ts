/**
 * What cuts the Sovereign off from somebody, and what undoes it when nobody else does. A Cilium deny by address (names cannot be denied)
 * that leaves everything else as it is, NXDOMAIN from the cluster's own CoreDNS, and a Job that lifts both when their time is over, with a
 * CronJob beside it. What D22 denies, everything but a list, is in egress/block-policy.ts.
 */
import type { KubeObject, KubeRef } from '../../kubernetes/client/kube.js';
import { armedAnnotation } from '../../mother/jobs/undo-scripts.js';
import { jobLabel, processAnnotation, runLabel, sovereignLabel } from '../../mother/own-names.js';
import {
  allowedNamesKey,
  blockJob,
  blockNamesKey,
  blockName as name,
  untilAnnotation,
} from '../../scans/umbilical/marks.js';
import { type ProcessIdentity, readIdentity } from '../../sovereign/state/process-identity.js';
import type { ProbeJob } from '../../walk/probes/probe-job.js';
import { probeNamespace } from '../../walk/probes/probe-objects.js';

const rbac = 'rbac.authorization.k8s.io';

/** Whose block it is; everything of it carries this. */
export interface BlockRun {
  fqdn: string;
  runId: string;
  /** The process that has made it, as on the Lease (src/mother/lease.ts). */
  process: ProcessIdentity;
  /** When the cluster lifts it. */
  until: Date;
}

/** Labels and annotations by which everything of a block is known. */
export const marksOf = ({ fqdn, runId, process, until }: BlockRun) => ({
  labels: { [jobLabel]: blockJob, [sovereignLabel]: fqdn, [runLabel]: runId },
  annotations: { [processAnnotation]: JSON.stringify(process), [untilAnnotation]: until.toISOString() },
});

/** Read from the policy or the Job; blocks of earlier versions have neither run nor process. */
export function blockOf({ metadata: { labels = {}, annotations = {} } }: KubeObject) {
  const process = readIdentity(annotations[processAnnotation]);
  return { runId: labels[runLabel], process, until: annotations[untilAnnotation] };
}

export const policyRef: KubeRef = { apiVersion: 'cilium.io/v2', kind: 'CiliumClusterwideNetworkPolicy', name };
/** k3s reads `*.server` of this ConfigMap as further server blocks of its CoreDNS. */
export const namesRef: KubeRef = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'coredns-custom',
};

/**
 * Denies the addresses to every Pod. `enableDefaultDeny` off: a deny alone would turn every endpoint to default deny and cut
 * it off from the API server too.
 */
export function denyPolicy(run: BlockRun, addresses: readonly string[]): KubeObject {
  return {
    apiVersion: policyRef.apiVersion,
    kind: policyRef.kind,
    metadata: { name, ...marksOf(run) },
    spec: {
      description: 'Definition of Done: temporary block of egress to these addresses',
      endpointSelector: {},
      enableDefaultDeny: { ingress: false, egress: false },
      egressDeny: [{ toCIDRSet: addresses.map((address) => ({ cidr: cidrOf(address) })) }],
    },
  };
}

export const cidrOf = (address: string) => `${address}/${address.includes(':') ? 128 : 32}`;

/** A CoreDNS server block that knows none of the names. */
export function unknownNames(hosts: readonly string[], runId: string): string {
  return `# run ${runId}\n${hosts.map((host) => `${host}:53`).join(' ')} {\n    template ANY ANY {\n        rcode NXDOMAIN\n    }\n}\n`;
}

/**
 * Takes policy, names, its own armed objects and last its rights away. `over` compares the age of the armed Job or CronJob with the time that
 * the block has, by the clocks of the cluster: a Pod that was killed and started again does not begin to count anew.
 */
const shared = `set -eu
over() {
  made=$(kubectl -n "$NAMESPACE" get "$1" "$POLICY" -o 'jsonpath={.metadata.creationTimestamp}' | sed 's/T/ /; s/Z$//')
  left=$(( $(date -u -d "$made" +%s) + SECONDS_TO_WAIT - $(date -u +%s) ))
  [ "$left" -le 0 ]
}
lift() {
  kubectl delete ciliumclusterwidenetworkpolicies.cilium.io "$POLICY" --ignore-not-found
  kubectl -n kube-system patch configmap coredns-custom --type=merge -p "{\\"data\\":{\\"$NAMES\\":null,\\"$ALLOWED\\":null}}"
  printf '{"lifted":true}' > /dev/termination-log
}
`;

/** Tests its rights first; the ClusterRoleBinding, which goes last, owns account and roles. */
const liftScript = `${shared}may() { kubectl auth can-i -q "$@" || { printf 'not allowed: %s' "$*" > /dev/termination-log; exit 1; }; }
may delete "ciliumclusterwidenetworkpolicies.cilium.io/$POLICY"
may patch configmaps/coredns-custom -n kube-system
may delete "cronjobs.batch/$POLICY" -n "$NAMESPACE"
kubectl -n "$NAMESPACE" annotate job "$POLICY" "${armedAnnotation}=true" --overwrite
over job || sleep "$left"
lift
kubectl -n "$NAMESPACE" delete cronjob "$POLICY" --ignore-not-found --wait=false
kubectl delete clusterrolebinding "$POLICY" --ignore-not-found || true
`;

/** Every minute, for the case that somebody or something takes the Job away: does nothing until the time is over. */
const keepScript = `${shared}over cronjob || exit 0
lift
kubectl -n "$NAMESPACE" delete job "$POLICY" --ignore-not-found --wait=false
kubectl -n "$NAMESPACE" delete cronjob "$POLICY" --ignore-not-found --wait=false --cascade=orphan
kubectl delete clusterrolebinding "$POLICY" --ignore-not-found || true
`;

interface ExpiryOptions extends BlockRun {
  image: string;
  seconds: number;
  pullSecret?: string | undefined;
}

/** ServiceAccount, rights to lift just this block, the CronJob that looks after the Job, and the Job that waits; in the order to apply. */
export function expiryObjects(options: ExpiryOptions): KubeObject[] {
  const metadata = { name, namespace: probeNamespace, ...marksOf(options) };
  const { pullSecret } = options;
  return [
    ...rightsOf(metadata),
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata,
      ...(pullSecret ? { imagePullSecrets: [{ name: pullSecret }] } : {}),
    },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: '* * * * *',
        concurrencyPolicy: 'Forbid',
        startingDeadlineSeconds: 120,
        successfulJobsHistoryLimit: 0,
        failedJobsHistoryLimit: 1,
        jobTemplate: {
          metadata: { labels: metadata.labels },
          spec: {
            backoffLimit: 1,
            activeDeadlineSeconds: 300,
            ttlSecondsAfterFinished: 60,
            template: podOf(options, keepScript),
          },
        },
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: { backoffLimit: 6, ttlSecondsAfterFinished: 600, template: podOf(options, liftScript) },
    },
  ];
}

/** The first binding owns all others. */
function rightsOf(metadata: KubeObject['metadata']): KubeObject[] {
  const subjects = [{ kind: 'ServiceAccount', name, namespace: probeNamespace }];
  const bind = (kind: 'ClusterRole' | 'Role', namespace: string | undefined, rules: object[]): KubeObject[] => [
    {
      apiVersion: `${rbac}/v1`,
      kind: `${kind}Binding`,
      metadata: { ...metadata, namespace },
      subjects,
      roleRef: { apiGroup: rbac, kind, name },
    } as KubeObject,
    { apiVersion: `${rbac}/v1`, kind, metadata: { ...metadata, namespace }, rules } as KubeObject,
  ];
  const own = { resourceNames: [name] };
  return [
    ...bind('ClusterRole', undefined, [
      {
        apiGroups: ['cilium.io'],
        resources: ['ciliumclusterwidenetworkpolicies'],
        ...own,
        verbs: ['get', 'delete'],
      },
      { apiGroups: ['batch'], resources: ['jobs'], ...own, verbs: ['get', 'patch', 'delete'] },
      { apiGroups: ['batch'], resources: ['cronjobs'], ...own, verbs: ['get', 'delete'] },
      { apiGroups: [rbac], resources: ['clusterrolebindings'], ...own, verbs: ['get', 'delete'] },
    ]),
    ...bind('Role', 'kube-system', [
      { apiGroups: [''], resources: ['configmaps'], resourceNames: [namesRef.name], verbs: ['get', 'patch'] },
    ]),
  ];
}

function podOf(options: ExpiryOptions, script: string) {
  const env = {
    SECONDS_TO_WAIT: String(options.seconds),
    POLICY: name,
    NAMES: blockNamesKey,
    ALLOWED: allowedNamesKey,
    NAMESPACE: probeNamespace,
  };
  return {
    metadata: { labels: marksOf(options).labels },
    spec: {
      serviceAccountName: name,
      restartPolicy: 'OnFailure',
      containers: [
        {
          name: 'job',
          image: options.image,
          command: ['/bin/sh', '-c', script],
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
        },
      ],
    },
  };
}

export interface Reach {
  /** By name: its addresses as a Pod sees them, and whether a Pod gets an answer on port 443. */
  hosts: Record<string, { addresses: string[]; reached: boolean }>;
}

const reachScript = `set -eu
sep=''
{
  printf '{"hosts":{'
  for host in $HOSTS; do
    found=$(getent ahosts "$host" 2>/dev/null | awk '{print $1}' | sort -u | awk '{printf "%s\\"%s\\"", n++ ? "," : "", $1}') || found=''
    if curl -sk -o /dev/null --connect-timeout 4 -m 8 "https://$host/"; then reached=true; else reached=false; fi
    printf '%s"%s":{"addresses":[%s],"reached":%s}' "$sep" "$host" "$found" "$reached"
    sep=','
  done
  printf '}}'
} > /dev/termination-log
`;

/** Looks from inside a Pod, where the block must be felt. */
export function reachProbe(image: string, hosts: readonly string[]): ProbeJob {
  return {
    name: 'egress-reach',
    image,
    script: reachScript,
    env: { HOSTS: hosts.join(' ') },
    timeoutMs: 60_000 + hosts.length * 10_000,
  };
}
