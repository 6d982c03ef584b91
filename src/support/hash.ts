import { hash } from 'node:crypto';
import { canonicalize } from 'json-canonicalize';

export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data);
}

/** Hash of a JSON value by its canonical form (RFC 8785): key order does not matter. */
export function hashOf(value: unknown): string {
  return sha256(canonicalize(value));
}
