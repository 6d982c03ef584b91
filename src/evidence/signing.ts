/** ed25519 signatures in DSSE envelopes. The private key stays in the credential store; evidence carries the public one. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { sha256 } from '../support/hash.js';

/** The slice of the credential store that keeps the key. */
export interface KeyKeeper {
  find(name: 'generated/evidence-key'): Promise<string | undefined>;
  set(name: 'generated/evidence-key', value: string): Promise<void>;
}

export interface Signer {
  /** First 16 hex digits of the sha256 of the public key (SPKI, DER). */
  keyId: string;
  /** SPKI PEM. */
  publicKey: string;
  /** base64 signature of the bytes. */
  sign(bytes: Uint8Array): string;
}

/** Opens the signing key of this Sovereign's evidence, and makes it the first time. */
export async function openSigner(keeper: KeyKeeper): Promise<Signer> {
  let pem = await keeper.find('generated/evidence-key');
  if (pem === undefined) {
    pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await keeper.set('generated/evidence-key', pem);
  }
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  return {
    keyId: keyIdOf(publicKey),
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (bytes) => sign(null, bytes, privateKey).toString('base64'),
  };
}

/** The public key (SPKI PEM), when this Sovereign has one yet. */
export async function findPublicKey(keeper: Pick<KeyKeeper, 'find'>): Promise<string | undefined> {
  const pem = await keeper.find('generated/evidence-key');
  return pem && createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'pem' }).toString();
}

export function keyIdOf(key: KeyObject): string {
  return sha256(key.export({ type: 'spki', format: 'der' })).slice(0, 16);
}

/** True when `signature` (base64) over `bytes` was made by the owner of the public key (PEM). */
export function signatureHolds(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  try {
    const decoded = Buffer.from(signature, 'base64');
    // The last characters of a base64 text hold bits that no byte needs: one text per signature.
    return decoded.toString('base64') === signature && verify(null, bytes, createPublicKey(publicKey), decoded);
  } catch {
    return false;
  }
}

export interface Envelope {
  payloadType: string;
  /** base64 */
  payload: string;
  signatures: { keyid: string; sig: string }[];
}

/** DSSE pre-authentication encoding: what is really signed, so that a payload cannot be taken for one of another type. */
export function preAuthentication(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

export function seal(signer: Signer, payloadType: string, value: unknown): Envelope {
  const payload = Buffer.from(JSON.stringify(value));
  const sig = signer.sign(preAuthentication(payloadType, payload));
  return { payloadType, payload: payload.toString('base64'), signatures: [{ keyid: signer.keyId, sig }] };
}

/** The payload when one of the signatures holds under `publicKey` (PEM), else undefined. */
export function unseal(envelope: Envelope, payloadType: string, publicKey: string): unknown {
  if (envelope.payloadType !== payloadType) return undefined;
  const payload = Buffer.from(envelope.payload, 'base64');
  const bytes = preAuthentication(payloadType, payload);
  if (payload.toString('base64') !== envelope.payload) return undefined;
  const holds = envelope.signatures.some(
    ({ keyid, sig }) => signatureHolds(publicKey, bytes, sig) && keyid === keyIdOf(createPublicKey(publicKey)),
  );
  return holds ? JSON.parse(payload.toString()) : undefined;
}
