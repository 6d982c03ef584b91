/** Admission webhooks, as the objects in the store configure them: over HTTPS by url, or to a registered backend by Service. */
import { randomUUID } from 'node:crypto';
import { Environment } from '@marcbachmann/cel-js';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { apiVersionOf, type Kind, type Schema } from '../kinds/kinds.js';
import { matchesLabelSelector } from '../objects/selectors.js';
import type { Store } from '../objects/store.js';
import type { WriteCall } from '../requests/caller.js';
import { ApiRefusal, type StatusDetails } from '../requests/status.js';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE';

export interface Admission {
  /** Asks the mutating webhooks. @throws ApiRefusal when one denies, or would change the object */
  mutate(
    kind: Kind,
    operation: Operation,
    object: KubeObject,
    old: KubeObject | undefined,
    call: WriteCall,
  ): Promise<void>;
  /** @throws ApiRefusal when a webhook denies, or cannot be asked and its failurePolicy is Fail */
  validate(
    kind: Kind,
    operation: Operation,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
    call: WriteCall,
  ): Promise<void>;
}

/** Sends an AdmissionReview; rejects with what went wrong on the way. `what` is the webhook's clientConfig. */
export type AskWebhook = (what: Schema, body: string, timeoutMs: number) => Promise<string>;

interface Review {
  kind: Kind;
  operation: Operation;
  object?: KubeObject;
  old?: KubeObject;
  call: WriteCall;
}

interface Verdict {
  allowed?: boolean;
  status?: { code?: number; message?: string; reason?: string; details?: StatusDetails };
  patch?: string;
}

const group = 'admissionregistration.k8s.io';

export function createAdmission(store: Store, ask: AskWebhook): Admission {
  function webhooksFor(plural: string, review: Review): Schema[] {
    if (review.kind.group === group) return [];
    const all = store.list(`${group}/${plural}`).flatMap((configuration) => (configuration.webhooks ?? []) as Schema[]);
    return all.filter((webhook) => concerns(webhook, review));
  }

  function concerns(webhook: Schema, review: Review): boolean {
    const { kind, object, old } = review;
    if (!((webhook.rules ?? []) as Schema[]).some((rule) => covers(rule, review))) return false;
    const subject = object ?? old;
    const isNamespace = kind.group === '' && kind.kind === 'Namespace';
    const namespace = isNamespace ? subject : store.get('/namespaces', undefined, subject?.metadata.namespace ?? '');
    if (namespace && !matchesLabelSelector(webhook.namespaceSelector ?? {}, namespace.metadata.labels)) return false;
    if (![object, old].some((one) => one && matchesLabelSelector(webhook.objectSelector ?? {}, one.metadata.labels)))
      return false;
    return conditionsHold(webhook, requestOf('', review));
  }

  async function askOne(webhook: Schema, review: Review): Promise<Verdict> {
    const uid = randomUUID();
    const body = JSON.stringify({
      kind: 'AdmissionReview',
      apiVersion: 'admission.k8s.io/v1',
      request: requestOf(uid, review),
    });
    try {
      const seconds = Number(webhook.timeoutSeconds ?? 10);
      const answer = JSON.parse(await ask(webhook.clientConfig, body, seconds * 1000)) as { response?: Verdict };
      if (!answer.response) throw new Error('the answer holds no response');
      return answer.response;
    } catch (error) {
      if (webhook.failurePolicy === 'Ignore') return { allowed: true };
      const why = error instanceof Error ? error.message : String(error);
      throw new ApiRefusal(
        500,
        'InternalError',
        `Internal error occurred: failed calling webhook "${webhook.name}": ${why}`,
        { causes: [{ message: `failed calling webhook "${webhook.name}": ${why}` }] },
      );
    }
  }

  function refuseUnlessAllowed(webhook: Schema, verdict: Verdict): void {
    if (verdict.allowed) return;
    const { code = 0, message, reason, details } = verdict.status ?? {};
    const denied = `admission webhook "${webhook.name}" denied the request`;
    const text = message || reason ? `${denied}: ${message || reason}` : `${denied} without explanation`;
    throw new ApiRefusal(Math.max(code, 400), reason ?? '', text, details);
  }

  return {
    async mutate(kind, operation, object, old, call) {
      const review: Review = { kind, operation, object, old, call };
      for (const webhook of webhooksFor('mutatingwebhookconfigurations', review)) {
        const verdict = await askOne(webhook, review);
        refuseUnlessAllowed(webhook, verdict);
        // nothing in a lab answers with one: better refused than taken for done
        if (verdict.patch)
          throw new ApiRefusal(500, 'InternalError', `patches of webhooks (${webhook.name}) are not emulated`);
      }
    },
    async validate(kind, operation, object, old, call) {
      const review: Review = { kind, operation, object, old, call };
      const webhooks = webhooksFor('validatingwebhookconfigurations', review);
      await Promise.all(webhooks.map(async (webhook) => refuseUnlessAllowed(webhook, await askOne(webhook, review))));
    },
  };
}

const conditions = new Environment({ unlistedVariablesAreDyn: true }).registerVariable('request', 'dyn');

/** All of `matchConditions` (kubernetes v1.35, apiserver/pkg/admission/plugin/webhook/matchconditions): one that cannot be evaluated leaves it to failurePolicy. */
function conditionsHold(webhook: Schema, request: Record<string, unknown>): boolean {
  try {
    return ((webhook.matchConditions ?? []) as { expression: string }[]).every(
      ({ expression }) => conditions.evaluate(expression, { request }) === true,
    );
  } catch {
    return webhook.failurePolicy !== 'Ignore';
  }
}

function covers(rule: Schema, { kind, operation, call, object, old }: Review): boolean {
  const has = (list: string[] | undefined, value: string) =>
    list?.some((entry) => entry === '*' || entry === value) ?? false;
  const resource = call.subresource ? `${kind.plural}/${call.subresource}` : kind.plural;
  const resources = (rule.resources ?? []) as string[];
  const named = resources.some(
    (entry) =>
      entry === '*/*' ||
      entry === resource ||
      (entry === '*' && !call.subresource) ||
      (entry === `*/${call.subresource}` && call.subresource !== '') ||
      entry === `${kind.plural}/*`,
  );
  const scope = (object ?? old)?.metadata.namespace === undefined ? 'Cluster' : 'Namespaced';
  return (
    named &&
    has(rule.operations, operation) &&
    has(rule.apiGroups, kind.group) &&
    has(rule.apiVersions, kind.version) &&
    (rule.scope === undefined || rule.scope === '*' || rule.scope === scope)
  );
}

function requestOf(uid: string, { kind, operation, object, old, call }: Review): Record<string, unknown> {
  const subject = object ?? old;
  const gvk = { group: kind.group, version: kind.version, kind: kind.kind };
  const gvr = { group: kind.group, version: kind.version, resource: kind.plural };
  return {
    uid,
    kind: gvk,
    resource: gvr,
    requestKind: gvk,
    requestResource: gvr,
    ...(call.subresource ? { subResource: call.subresource } : {}),
    name: subject?.metadata.name,
    ...(subject?.metadata.namespace ? { namespace: subject.metadata.namespace } : {}),
    operation,
    userInfo: { username: call.user.name, groups: call.user.groups },
    object: object ? { ...object, apiVersion: apiVersionOf(kind) } : null,
    oldObject: old ? { ...old, apiVersion: apiVersionOf(kind) } : null,
    dryRun: call.dryRun,
    options: null,
  };
}
