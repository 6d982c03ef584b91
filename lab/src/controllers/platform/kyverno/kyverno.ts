/** Kyverno: policies are Ready, audit ones report on pods, enforcing ones refuse by an admission webhook. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { condition, conditions } from '../../conditions.js';
import { all, ownedBy, type ReconcileContext, type Rule } from '../../reconciler.js';
import { POD, selects } from '../../workloads/pods.js';
import { denies, misfit } from './kyverno-patterns.js';
import { webhooksOf } from './kyverno-webhooks.js';

const POLICY = 'kyverno.io/v1/ClusterPolicy';
const WEBHOOK = 'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration';
const webhookName = 'kyverno-resource-validating-webhook-cfg';
const OPERATOR = /^kyverno-admission-controller$/;
const REPORTER = /^kyverno-reports-controller$/;

interface Filter {
  resources?: { kinds?: string[]; namespaces?: string[]; names?: string[]; selector?: object; operations?: string[] };
}
export interface Finding {
  policy: string;
  rule: string;
  result: 'pass' | 'fail';
  message: string;
  enforced: boolean;
}

export const kyverno: Rule[] = [
  {
    name: 'kyverno policy',
    kind: POLICY,
    operator: OPERATOR,
    async reconcile(policy, lab) {
      if (policy.metadata.deletionTimestamp) return;
      await lab.setStatus(policy, {
        ready: true,
        conditions: conditions(policy, lab.clock, [condition('Ready', true, 'Succeeded', 'Ready')]),
      });
      await registerWebhook(lab);
    },
  },
  {
    name: 'kyverno report',
    kind: POD,
    operator: REPORTER,
    also: { [POLICY]: all(POD) },
    async reconcile(pod, lab) {
      if (pod.metadata.deletionTimestamp) return;
      const results = findings(pod, 'CREATE', lab);
      if (results.length === 0) return;
      const count = (result: string) => results.filter((one) => one.result === result).length;
      await lab.apply({
        apiVersion: 'wgpolicyk8s.io/v1alpha2',
        kind: 'PolicyReport',
        metadata: {
          name: `${pod.metadata.uid}`,
          namespace: pod.metadata.namespace,
          labels: { 'app.kubernetes.io/managed-by': 'kyverno' },
          // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
          ownerReferences: [ownedBy(pod) as any],
        },
        scope: {
          apiVersion: 'v1',
          kind: 'Pod',
          name: pod.metadata.name,
          namespace: pod.metadata.namespace,
          uid: pod.metadata.uid,
        },
        results: results.map(({ policy, rule, result, message }) => ({
          source: 'kyverno',
          policy,
          rule,
          result,
          message,
          scored: true,
        })),
        summary: { pass: count('pass'), fail: count('fail'), warn: 0, error: 0, skip: 0 },
      });
    },
  },
];

/** Made new from all policies at each change of one. */
async function registerWebhook(lab: ReconcileContext): Promise<void> {
  const service = lab.store.list('v1/Service').find((one) => one.metadata.name === 'kyverno-svc');
  const policies = lab.store.list(POLICY).filter(({ metadata }) => !metadata.deletionTimestamp);
  if (!service || policies.length === 0) return;
  const { namespace, name } = service.metadata;
  // how the API server reaches it may have been changed since
  const led = lab.store.get(WEBHOOK, undefined, webhookName)?.webhooks?.[0]?.clientConfig;
  const own = {
    service: { namespace, name, path: '/validate', port: 443 },
    caBundle: Buffer.from(lab.world.authority.certificate).toString('base64'),
  };
  await lab.apply({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: {
      name: webhookName,
      labels: { 'webhook.kyverno.io/managed-by': 'kyverno' },
    },
    webhooks: webhooksOf(policies, lab, led ?? own),
  });
}

function rulesOf(policy: KubeObject): { rule: KubeObject; enforced: boolean }[] {
  return ((policy.spec.rules ?? []) as KubeObject[]).map((rule) => {
    const action: string = rule.validate?.failureAction ?? policy.spec.validationFailureAction ?? 'Audit';
    return { rule, enforced: action.toLowerCase() === 'enforce' };
  });
}

/** All validate rules that concern an object, and what they say. */
export function findings(object: KubeObject, operation: string, lab: Pick<ReconcileContext, 'store'>): Finding[] {
  return lab.store.list(POLICY).flatMap((policy) =>
    rulesOf(policy).flatMap(({ rule, enforced }): Finding[] => {
      if (!rule.validate || !concerns(rule, object, operation)) return [];
      const refused = says(rule.validate, object, operation);
      const message = refused ? (rule.validate.message ?? refused) : 'validation rule passed';
      return [
        { policy: policy.metadata.name, rule: String(rule.name), result: refused ? 'fail' : 'pass', message, enforced },
      ];
    }),
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a validate rule of any of Kyverno's forms
function says(validate: any, object: KubeObject, operation: string): string | undefined {
  if (validate.deny)
    return denies(validate.deny, { object, operation, namespace: object.metadata.namespace }) ? 'denied' : undefined;
  const patterns = validate.anyPattern ?? (validate.pattern ? [validate.pattern] : []);
  const failed = patterns.map((pattern: unknown) => misfit(pattern, object));
  return patterns.length > 0 && failed.every((one: string | undefined) => one !== undefined)
    ? `validation error: rule failed at path ${failed[0]}`
    : undefined;
}

function concerns(rule: KubeObject, object: KubeObject, operation: string): boolean {
  const among = (filters: { any?: Filter[]; all?: Filter[]; resources?: Filter['resources'] } | undefined): boolean => {
    if (!filters) return false;
    if (filters.any) return filters.any.some((one) => fits(one, object, operation));
    if (filters.all) return filters.all.every((one) => fits(one, object, operation));
    return filters.resources !== undefined && fits(filters as Filter, object, operation);
  };
  return among(rule.match) && !among(rule.exclude);
}

function fits({ resources = {} }: Filter, object: KubeObject, operation: string): boolean {
  const wild = (patterns: readonly string[] | undefined, value: string) =>
    !patterns ||
    patterns.some((one) => new RegExp(`^${one.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(value));
  const kinds = resources.kinds?.map((kind) => kind.split('/').at(-1)!);
  return (
    wild(kinds, object.kind) &&
    wild(resources.namespaces, object.metadata.namespace ?? '') &&
    wild(resources.names, object.metadata.name ?? '') &&
    (!resources.operations || resources.operations.includes(operation)) &&
    (!resources.selector || selects(resources.selector, object.metadata.labels))
  );
}
