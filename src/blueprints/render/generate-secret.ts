import { randomBytes, randomInt } from 'node:crypto';
import type { GeneratedKind } from './secrets.js';

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** A new random value of that kind; letters and digits only, so that it fits every place that charts put it. */
export function generateSecret(kind: GeneratedKind): string {
  switch (kind) {
    case 'password':
      return letters(32);
    case 'alnum16':
      return letters(16);
    case 'hex32':
      return randomBytes(32).toString('hex');
    case 'base64key':
      return randomBytes(32).toString('base64');
  }
}

function letters(count: number): string {
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('');
}
