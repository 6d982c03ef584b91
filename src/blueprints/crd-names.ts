/** Short names of the kinds that Blueprints bring, as their true definitions have them; a test on real engines renews the table. */
import table from './crd-names.json' with { type: 'json' };

const names = table as Readonly<Record<string, readonly string[]>>;

/** `{shortNames}` of a definition's names, or nothing when it has none. */
export function shortNames(crd: string): { shortNames?: readonly string[] } {
  const found = names[crd];
  return found ? { shortNames: found } : {};
}
