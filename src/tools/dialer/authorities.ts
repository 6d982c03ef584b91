/** Whom we trust on the network: the authorities that Node brings, NODE_EXTRA_CA_CERTS, those of the system, and the spec's beside them. */
import { getCACertificates } from 'node:tls';

/** PEM, each once. `caBundle` adds to the others, it never takes their place. */
export function trustedAuthorities(caBundle?: string): string[] {
  const known = [...getCACertificates('default'), ...getCACertificates('system')];
  return [...new Set([...known, ...(caBundle ? [caBundle] : [])])];
}

/** The same as one file's text, for programs that take one; undefined when they know all of it by themselves. */
export function authoritiesFile(
  caBundle: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  if (!caBundle && !env['NODE_EXTRA_CA_CERTS']) return undefined;
  return `${trustedAuthorities(caBundle).join('\n')}\n`;
}
