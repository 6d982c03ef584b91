/** What a controller makes of a value: the Secret, once it holds that value. A proof that was killed may have left one of its own. */
import type { KubeObject } from '../../kubernetes/client/kube.js';

export function holdsValue(secret: KubeObject | undefined, value: string): { done: true } | { pending: string } {
  if (!secret) return { pending: 'no Secret yet' };
  const seen = Buffer.from(String(secret.data?.value ?? ''), 'base64').toString('utf8');
  return seen === value ? { done: true } : { pending: 'the Secret has another value: that of an earlier proof' };
}
