/** What the true definitions of the kinds that Blueprints bring say of names and status; a test on real engines renews both tables. */
import table from './crd-names.json' with { type: 'json' };
import withoutStatus from './crd-without-status.json' with { type: 'json' };

const names = table as Readonly<Record<string, readonly string[]>>;

/** `{shortNames}` of a definition's names, or nothing when it has none. */
export function shortNames(crd: string): { shortNames?: readonly string[] } {
  const found = names[crd];
  return found ? { shortNames: found } : {};
}

/** `{subresources}` of a definition's version: a few projects (Velero, Traefik, Trivy) write their status into the object itself. */
export const subresources = (crd: string): { subresources?: { status: object } } =>
  withoutStatus.includes(crd) ? {} : { subresources: { status: {} } };
