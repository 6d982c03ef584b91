/** Whether an object of any kind has become what it is to be: one rule per kind, conditions for the rest. Pure. */
import type { KubeObject } from './client/kube.js';
import { isChartRefused, pullRefusal } from './pull-refusal.js';
import type { WorkloadRef } from './rollout.js';
import { notRolledOut } from './rollout.js';

export type Readiness = { ready: true } | { pending: string } | { failed: string };

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
}

type Rule = (object: KubeObject) => Readiness;

/** `HelmRelease flux-system/bp-harbor` */
export function nameOf(of: { kind: string; metadata: { namespace?: string; name: string } }): string {
  const { namespace, name } = of.metadata;
  return `${of.kind} ${namespace ? `${namespace}/` : ''}${name}`;
}

export function readinessOf(object: KubeObject): Readiness {
  const { generation = 0 } = object.metadata;
  const seen = object.status?.observedGeneration;
  // Flux's controllers keep -1 for as long as they fail; what they say of this generation stands in the condition
  const spoken = conditionOf(object, 'Ready')?.observedGeneration ?? -1;
  if (typeof seen === 'number' && Math.max(seen, spoken) < generation)
    return { pending: `${nameOf(object)} is not observed yet` };
  const rule = rules[`${object.apiVersion.split('/').slice(0, -1).join('/')}/${object.kind}`] ?? byConditions;
  return rule(object);
}

export function conditionOf(object: KubeObject, type: string): Condition | undefined {
  return ((object.status?.conditions ?? []) as Condition[]).find((condition) => condition.type === type);
}

const isTrue = (object: KubeObject, type: string) => conditionOf(object, type)?.status === 'True';

function workload(object: KubeObject): Readiness {
  const { namespace = '', name } = object.metadata;
  const missing = notRolledOut({ kind: object.kind as WorkloadRef['kind'], namespace, name }, object);
  return missing === undefined ? { ready: true } : { pending: missing };
}

const all =
  (...types: string[]): Rule =>
  (object) => {
    const missing = types.find((type) => !isTrue(object, type));
    return missing === undefined ? { ready: true } : { pending: whyNot(object, missing) };
  };

function whyNot(object: KubeObject, type: string): string {
  const condition = conditionOf(object, type);
  const why = [condition?.reason, condition?.message].filter(Boolean).join(': ');
  return `${nameOf(object)} is not ${type}${why ? ` (${why})` : ''}`;
}

const rules: Record<string, Rule> = {
  'apps/Deployment': workload,
  'apps/StatefulSet': workload,
  'apps/DaemonSet': workload,
  'batch/Job': (object) => {
    if (isTrue(object, 'Failed')) return { failed: whyNot(object, 'Complete').replace('is not Complete', 'failed') };
    return isTrue(object, 'Complete') || (object.status?.succeeded ?? 0) > 0
      ? { ready: true }
      : { pending: `${nameOf(object)} runs` };
  },
  'apiextensions.k8s.io/CustomResourceDefinition': all('Established'),
  'postgresql.cnpg.io/Cluster': (object) => {
    const phase = String(object.status?.phase ?? 'new');
    if (phase !== 'Cluster in healthy state') return { pending: `${nameOf(object)}: ${phase}` };
    // healthy without its write-ahead log in Object Storage, it would be a database without a backup
    if (!object.spec?.backup || isTrue(object, 'ContinuousArchiving')) return { ready: true };
    return { pending: whyNot(object, 'ContinuousArchiving') };
  },
  'pkg.crossplane.io/Provider': (object) => packageOf(object),
  'pkg.crossplane.io/Function': (object) => packageOf(object),
  'apiextensions.crossplane.io/CompositeResourceDefinition': all('Established'),
  'velero.io/BackupStorageLocation': (object) => {
    const phase = String(object.status?.phase ?? 'new');
    return phase === 'Available' ? { ready: true } : { pending: `${nameOf(object)} is ${phase}` };
  },
  'kyverno.io/ClusterPolicy': (object) =>
    isTrue(object, 'Ready') || object.status?.ready === true ? { ready: true } : { pending: whyNot(object, 'Ready') },
  'helm.toolkit.fluxcd.io/HelmRelease': (object) => {
    if (object.spec?.suspend === true) return { failed: `${nameOf(object)} is suspended: Flux ignores it` };
    const stalled = conditionOf(object, 'Stalled');
    if (stalled?.status === 'True') return { failed: `${nameOf(object)}: ${stalled.message ?? stalled.reason}` };
    const ready = conditionOf(object, 'Ready');
    const current =
      (ready?.observedGeneration ?? object.status?.observedGeneration ?? -1) >= (object.metadata.generation ?? 0);
    if (!ready || !current) return { pending: `${nameOf(object)} is not observed yet` };
    if (ready.status === 'True') return { ready: true };
    const words = String(ready.message ?? '');
    return ready.status === 'False' && (hopeless.test(words) || isChartRefused(words))
      ? { failed: `${nameOf(object)}: ${words}` }
      : { pending: whyNot(object, 'Ready') };
  },
};

/** What no retry of helm-controller cures: the release itself is wrong. */
const hopeless =
  /values don't meet the specifications|YAML parse error|error converting YAML|execution error at|nil pointer evaluating|invalid ownership metadata|field is immutable|no chart version found|no '[^']*' chart with version|invalid chart reference|is forbidden: User/;

/** Crossplane pulls packages itself, and says so of what it cannot unpack. */
function packageOf(object: KubeObject): Readiness {
  const installed = conditionOf(object, 'Installed');
  const refused = installed?.status === 'False' && pullRefusal(installed.message ?? '') !== undefined;
  return refused ? { failed: whyNot(object, 'Installed') } : all('Installed', 'Healthy')(object);
}

/** Kinds without a rule: Stalled and Failed end the wait, a Ready condition decides, and what has none is as it should be. */
function byConditions(object: KubeObject): Readiness {
  if (isTrue(object, 'Stalled')) return { failed: whyNot(object, 'Ready') };
  const ready = conditionOf(object, 'Ready');
  if (!ready)
    return waitsForReady.has(object.kind) ? { pending: `${nameOf(object)} reports no status yet` } : { ready: true };
  if (ready.status === 'True') return { ready: true };
  const refused = ready.status === 'False' && isChartRefused(ready.message ?? '');
  return refused ? { failed: whyNot(object, 'Ready') } : { pending: whyNot(object, 'Ready') };
}

const waitsForReady = new Set(['Certificate', 'ClusterIssuer', 'Issuer', 'ClusterSecretStore', 'ExternalSecret']);
