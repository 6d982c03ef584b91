/** sealed-secrets: a sealing key with the active label, and SealedSecrets opened as kubeseal sealed them. */
import { constants, createDecipheriv, privateDecrypt } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { issueCertificate } from '../../certificates.js';
import { condition, conditions } from '../conditions.js';
import { all, ownedBy, type ReconcileContext, type Rule } from '../reconciler.js';
import { POD } from '../workloads/pods.js';

const SEALED = 'bitnami.com/v1alpha1/SealedSecret';
const ACTIVE = 'sealedsecrets.bitnami.com/sealed-secrets-key';
const OPERATOR = /sealed-secrets/;

export const sealedSecrets: Rule[] = [
  {
    name: 'sealed-secrets key',
    kind: POD,
    async reconcile(pod, lab) {
      if (!isController(pod) || pod.status?.phase !== 'Running' || keysOf(lab).length > 0) return;
      const now = lab.clock.now().getTime();
      const made = await issueCertificate({
        commonName: 'sealed-secrets',
        rsa: true,
        notBefore: new Date(now - 60_000),
        notAfter: new Date(now + 3650 * 86_400_000),
      });
      await lab.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        type: 'kubernetes.io/tls',
        metadata: {
          name: 'sealed-secrets-keylab00',
          namespace: pod.metadata.namespace,
          labels: { [ACTIVE]: 'active' },
        },
        stringData: { 'tls.crt': made.certificate, 'tls.key': made.key },
      });
    },
  },
  {
    name: 'sealed-secrets SealedSecret',
    kind: SEALED,
    operator: OPERATOR,
    also: { 'v1/Secret': (secret, lab) => (secret.metadata.labels?.[ACTIVE] ? all(SEALED)(secret, lab) : []) },
    async reconcile(sealed, lab) {
      if (sealed.metadata.deletionTimestamp) return;
      const tell = (holds: boolean, reason: string, message = '') =>
        lab.setStatus(sealed, {
          observedGeneration: sealed.metadata.generation,
          conditions: conditions(sealed, lab.clock, [condition('Synced', holds, reason, message)]),
        });
      if (standsAlready(sealed, lab))
        return tell(
          false,
          '',
          `failed update: Resource "${sealed.metadata.name}" already exists and is not managed by SealedSecret`,
        );
      try {
        await lab.apply(unsealed(sealed, keysOf(lab)));
        await tell(true, '', '');
      } catch (error) {
        await tell(false, 'ErrUnsealFailed', messageOf(error));
      }
    },
  },
];

/** A Secret that somebody else made is theirs (bitnami-labs/sealed-secrets v0.36.6, pkg/controller/controller.go, unseal). */
function standsAlready({ metadata: { name, namespace, uid } }: KubeObject, lab: ReconcileContext): boolean {
  const secret = lab.store.get('v1/Secret', namespace, name);
  const { ownerReferences = [], annotations = {} } = secret?.metadata ?? {};
  const isOpen = ['managed', 'patch'].some((way) => annotations[`sealedsecrets.bitnami.com/${way}`] === 'true');
  return secret !== undefined && !isOpen && !ownerReferences.some((owner) => owner.uid === uid);
}

const isController = (pod: KubeObject): boolean =>
  OPERATOR.test(pod.metadata.name) && (pod.metadata.ownerReferences ?? []).some((owner) => owner.kind === 'ReplicaSet');

/** The controller makes its key before it says that it is ready. */
export const sealingKeyMissing = (pod: KubeObject, lab: ReconcileContext): string | undefined =>
  isController(pod) && keysOf(lab).length === 0 ? 'Readiness probe failed: no sealing key yet' : undefined;

function keysOf(lab: Pick<ReconcileContext, 'store'>): string[] {
  return lab.store
    .list('v1/Secret')
    .filter((secret) => secret.metadata.labels?.[ACTIVE] === 'active' && secret.data?.['tls.key'])
    .map((secret) => Buffer.from(secret.data['tls.key'], 'base64').toString());
}

function unsealed(sealed: KubeObject, keys: readonly string[]): KubeObject {
  const { name, namespace, annotations = {} } = sealed.metadata;
  const clusterWide = annotations['sealedsecrets.bitnami.com/cluster-wide'] === 'true';
  const namespaceWide = annotations['sealedsecrets.bitnami.com/namespace-wide'] === 'true';
  const label = clusterWide ? '' : namespaceWide ? `${namespace}` : `${namespace}/${name}`;
  const data = Object.entries((sealed.spec.encryptedData ?? {}) as Record<string, string>).map(([key, value]) => [
    key,
    openWithAny(Buffer.from(value, 'base64'), label, keys).toString('base64'),
  ]);
  const { metadata = {}, ...template } = sealed.spec.template ?? {};
  return {
    type: 'Opaque',
    ...template,
    apiVersion: 'v1',
    kind: 'Secret',
    // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
    metadata: { ...metadata, name, namespace, ownerReferences: [ownedBy(sealed) as any] },
    data: Object.fromEntries(data),
  };
}

function openWithAny(sealed: Buffer, label: string, keys: readonly string[]): Buffer {
  for (const key of keys) {
    try {
      return open(sealed, label, key);
    } catch {
      // sealed with another key, or under another name: try the next
    }
  }
  throw new Error('no key could decrypt secret');
}

/** Two bytes length, session key by RSA-OAEP(SHA-256, label), then AES-256-GCM with a nonce of zeros. */
function open(sealed: Buffer, label: string, key: string): Buffer {
  const length = sealed.readUInt16BE(0);
  const session = privateDecrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: Buffer.from(label) },
    sealed.subarray(2, 2 + length),
  );
  const decipher = createDecipheriv('aes-256-gcm', session, Buffer.alloc(12));
  decipher.setAuthTag(sealed.subarray(sealed.length - 16));
  return Buffer.concat([decipher.update(sealed.subarray(2 + length, sealed.length - 16)), decipher.final()]);
}
