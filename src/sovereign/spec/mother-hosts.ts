/**
 * Names by which the mother is known. The list is data, and what it does not have is found by her domain: upstream adds hosts (a mail relay
 * for every Sovereign, a registry in front of another) faster than a list is kept. API groups and label keys have the same ending and are
 * no hosts. Pure.
 */
import type { Sovereign } from './schema.js';

/** Default of spec.mother.hosts. */
export const motherHosts = [
  'console.openova.io',
  'marketplace.openova.io',
  'admin.openova.io',
  'pdns.openova.io',
  'pool.openova.io',
  'harbor.openova.io',
  'mail.openova.io',
  'ns1.openova.io',
  'ns2.openova.io',
  'ns3.openova.io',
];

/** First labels of upstream's API groups and label keys below the same domain. */
const groups = new Set(['catalyst', 'cli', 'infra', 'compose', 'bp', 'apps', 'orgs', 'access', 'dr']);

/** `openova.io` of `https://console.openova.io`; undefined where the console has no name below another one. */
export function motherDomain({ catalyst }: Sovereign['spec']['mother']): string | undefined {
  const labels = new URL(catalyst.consoleUrl).hostname.split('.');
  return labels.length > 2 && Number.isNaN(Number(labels.at(-1))) ? labels.slice(1).join('.') : undefined;
}

/** Every host of the mother that a text names: those of the list, and any other name below her domain. */
export function motherHostsIn(text: string, mother: Sovereign['spec']['mother']): string[] {
  const listed = mother.hosts.filter((host) => text.includes(host));
  const domain = motherDomain(mother);
  if (domain === undefined || !text.includes(`.${domain}`)) return listed;
  const below = new RegExp(
    `(?<![a-z0-9.-])((?:[a-z0-9-]+\\.)+)${domain.replaceAll('.', '\\.')}(?![a-z0-9.-])(?!/[\\w.-]+"\\s*:)`,
    'gi',
  );
  const others = [...text.matchAll(below)]
    .filter(([, labels = '']) => !labels.split('.').some((label) => groups.has(label)))
    .map(([host]) => host.toLowerCase());
  return [...new Set([...listed, ...others])];
}
