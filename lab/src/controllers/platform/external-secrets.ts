/** External Secrets Operator: stores are Ready while OpenBao is unsealed, ExternalSecrets become Secrets with its values. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { serviceName } from '../../components/component.js';
import type { OpenBao } from '../../components/openbao.js';
import { condition, conditions, isTrue } from '../conditions.js';
import { durationMs, secretValue } from '../flux/flux-ready.js';
import { podsBehind } from '../network/services.js';
import { all, type Outcome, ownedBy, type ReconcileContext, type Rule } from '../reconciler.js';
import { isReady } from '../workloads/pods.js';

const API = 'external-secrets.io/v1';
const OPERATOR = /^external-secrets$/;
const EXTERNAL = `${API}/ExternalSecret`;

interface Remote {
  key: string;
  property?: string;
}

export function externalSecrets(openbao: OpenBao): Rule[] {
  return [
    ...['SecretStore', 'ClusterSecretStore'].map(
      (kind): Rule => ({
        name: `external-secrets ${kind}`,
        kind: `${API}/${kind}`,
        operator: OPERATOR,
        also: {
          'apps/v1/StatefulSet': (set, lab) => (set.metadata.name === 'openbao' ? all(`${API}/${kind}`)(set, lab) : []),
        },
        reconcile: (store, lab) => validate(store, lab, openbao),
      }),
    ),
    {
      name: 'external-secrets ExternalSecret',
      kind: EXTERNAL,
      operator: OPERATOR,
      also: { [`${API}/SecretStore`]: all(EXTERNAL), [`${API}/ClusterSecretStore`]: all(EXTERNAL) },
      reconcile: (external, lab) => sync(external, lab, openbao),
    },
  ];
}

async function validate(store: KubeObject, lab: ReconcileContext, openbao: OpenBao): Promise<Outcome> {
  const problem = store.spec.provider?.vault ? vaultProblem(store, lab, openbao) : undefined;
  const ready = problem
    ? condition('Ready', false, 'InvalidProviderConfig', problem)
    : condition('Ready', true, 'Valid', 'store validated');
  await lab.setStatus(store, { capabilities: 'ReadWrite', conditions: conditions(store, lab.clock, [ready]) });
  return { againMs: problem ? 1000 : 10_000 };
}

function vaultProblem(store: KubeObject, lab: ReconcileContext, openbao: OpenBao): string | undefined {
  const host = new URL(store.spec.provider.vault.server).hostname;
  const at = serviceName(host);
  const service = at && lab.store.get('v1/Service', at.namespace, at.name);
  if (!service) return `unable to log in: dial tcp: lookup ${host}: no such host`;
  if (!podsBehind(service, lab).some(isReady)) return `unable to log in: dial tcp ${host}: connection refused`;
  return openbao.status(lab).sealed ? 'unable to log in: Vault is sealed' : undefined;
}

async function sync(external: KubeObject, lab: ReconcileContext, openbao: OpenBao): Promise<Outcome> {
  if (external.metadata.deletionTimestamp) return undefined;
  const tell = (holds: boolean, reason: string, message: string, more: Record<string, unknown> = {}) =>
    lab.setStatus(external, {
      ...more,
      conditions: conditions(external, lab.clock, [condition('Ready', holds, reason, message)]),
    });
  const { kind = 'SecretStore', name } = external.spec.secretStoreRef ?? {};
  const store = lab.store.get(`${API}/${kind}`, kind === 'SecretStore' ? external.metadata.namespace : undefined, name);
  if (!isTrue(store, 'Ready')) {
    await tell(false, 'SecretSyncedError', `${kind} "${name}" is not ready`);
    return undefined;
  }
  try {
    const data: Record<string, string> = {};
    for (const entry of (external.spec.dataFrom ?? []) as { extract?: Remote }[])
      if (entry.extract) Object.assign(data, await lookUp(store!, entry.extract.key, lab, openbao));
    for (const { secretKey, remoteRef } of (external.spec.data ?? []) as { secretKey: string; remoteRef: Remote }[]) {
      const found = await lookUp(store!, remoteRef.key, lab, openbao);
      const value = found[remoteRef.property ?? 'value'];
      if (value === undefined) throw new Error(`property ${remoteRef.property} not found in ${remoteRef.key}`);
      data[secretKey] = value;
    }
    const { template = {}, name: target = external.metadata.name } = external.spec.target ?? {};
    await lab.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      type: template.type ?? 'Opaque',
      metadata: {
        name: target,
        namespace: external.metadata.namespace,
        labels: { 'reconcile.external-secrets.io/managed': 'true', ...template.metadata?.labels },
        ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
        // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
        ownerReferences: [ownedBy(external) as any],
      },
      data: encode(templated(template.data, data)),
    });
    await tell(true, 'SecretSynced', 'secret synced', {
      binding: { name: target },
      syncedResourceVersion: `${external.metadata.generation}`,
    });
  } catch (error) {
    await tell(false, 'SecretSyncedError', messageOf(error));
    return { againMs: 1000 };
  }
  return { againMs: Math.min(durationMs(external.spec.refreshInterval, 3_600_000), 5000) };
}

async function lookUp(
  store: KubeObject,
  key: string,
  lab: ReconcileContext,
  openbao: OpenBao,
): Promise<Record<string, string>> {
  const kubernetes = store.spec.provider?.kubernetes;
  if (kubernetes) {
    const namespace = kubernetes.remoteNamespace ?? 'default';
    const secret = lab.store.get('v1/Secret', namespace, key);
    if (!secret) throw new Error(`Secret does not exist: ${namespace}/${key}`);
    return Object.fromEntries(
      Object.keys(secret.data ?? {}).map((one) => [one, secretValue(lab, namespace, key, one) ?? '']),
    );
  }
  const found = await openbao.read(lab, key.replace(/^secret\/(data\/)?/, ''));
  if (!found) throw new Error(`Secret does not exist: ${key}`);
  return found;
}

/** `{{ .key }}` in a template's values; without a template, what was read. */
function templated(template: Record<string, string> | undefined, data: Record<string, string>): Record<string, string> {
  if (!template) return data;
  const fill = (text: string) => text.replace(/\{\{-?\s*\.([\w-]+)[^}]*\}\}/g, (_all, key: string) => data[key] ?? '');
  return Object.fromEntries(Object.entries(template).map(([key, text]) => [key, fill(text)]));
}

const encode = (data: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
