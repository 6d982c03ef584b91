/** Secrets as they may stand in Git: sealed with the public key of the Sovereign's own sealed-secrets controller. */
import { constants, createCipheriv, type KeyObject, publicEncrypt, randomBytes } from 'node:crypto';
import type { KubeObject } from '../../kubernetes/client/kube.js';

/** Label of the Secrets that hold the controller's sealing keys. */
export const activeSealingKey = 'sealedsecrets.bitnami.com/sealed-secrets-key=active';
/** All of them: an older key still opens what was sealed with it. */
export const anySealingKey = 'sealedsecrets.bitnami.com/sealed-secrets-key';

/** On a Secret that was there first: without it the controller refuses to write over it, whatever Git contains. */
export const handedToGit = { 'sealedsecrets.bitnami.com/managed': 'true' };

/** The format of kubeseal, strict scope: 2-byte length, RSA-OAEP (SHA-256, label namespace/name) session key, AES-256-GCM with a zero nonce. */
export function seal(key: KeyObject, namespace: string, secret: string, value: string | Buffer): string {
  const session = randomBytes(32);
  const label = Buffer.from(`${namespace}/${secret}`);
  const wrapped = publicEncrypt(
    { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: label },
    session,
  );
  const cipher = createCipheriv('aes-256-gcm', session, Buffer.alloc(12));
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  const sealed = [length, wrapped, cipher.update(Buffer.from(value)), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(sealed).toString('base64');
}

/** The SealedSecret that becomes `secret`. Sealing twice gives other bytes: the session key is new each time. */
export function sealedSecretOf(secret: KubeObject, key: KeyObject): KubeObject {
  const { name, namespace = 'default', labels, annotations } = secret.metadata;
  const data = Object.entries((secret['data'] ?? {}) as Record<string, string>);
  return {
    apiVersion: 'bitnami.com/v1alpha1',
    kind: 'SealedSecret',
    // The Secret goes with its SealedSecret. One that moves to another folder of the tree must not take a database's password along
    metadata: { name, namespace, annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } },
    spec: {
      encryptedData: Object.fromEntries(
        data.map(([field, text]) => [field, seal(key, namespace, name, Buffer.from(text, 'base64'))]),
      ),
      template: {
        type: secret['type'] ?? 'Opaque',
        metadata: { name, namespace, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
      },
    },
  };
}
