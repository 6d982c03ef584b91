/** When the credential of a kubeconfig ends. */
import { X509Certificate } from 'node:crypto';
import type { KubeAccess } from './kubeconfig.js';

/** `renewed` where a plugin or a file gives new ones; undefined where nothing in it says when it ends. */
export type CredentialEnd = Date | 'renewed' | undefined;

/** By the client certificate, or by a token that says when it ends (RFC 7519 §4.1.4). */
export function credentialEnd({ renewable, cert, chosen }: KubeAccess): CredentialEnd {
  if (renewable) return 'renewed';
  if (cert) return new Date(new X509Certificate(cert).validTo);
  const token = chosen.user['token'];
  return typeof token === 'string' ? endOfToken(token) : undefined;
}

function endOfToken(token: string): Date | undefined {
  const [, claims] = token.split('.');
  if (claims === undefined) return undefined;
  try {
    const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' ? new Date(exp * 1000) : undefined;
  } catch {
    return undefined;
  }
}
