/** By what a Sovereign is known on the mother: its name, the ids of its records, its addresses and its cluster's authority. */

import type { Kube } from '../../kubernetes/client/kube.js';
import { loadBalancerAddresses } from '../../kubernetes/load-balancer-addresses.js';
import { nodeAddresses } from '../../kubernetes/node-addresses.js';
import { slugOf } from '../../sovereign/sovereign-names.js';
import { noClusterYet } from '../../world/kube-if-any.js';
import { authoritiesOnlyOf } from '../cluster/authorities.js';
import { createAddressSearch } from '../names/addresses.js';
import { hasWord, namesBelow } from '../names/occurrences.js';
import type { Scanned } from '../scan.js';
import { type Cut, cutsOf } from '../text/neighbors.js';
import type { Wanted } from '../text/search.js';

export interface OwnTraces {
  fqdn: string;
  /** Of its deployment records. */
  ids: readonly string[];
  /** Public ones; private networks are everybody's. */
  addresses: readonly string[];
  /** Fingerprints. */
  authorities: ReadonlySet<string>;
}

/** Of a Sovereign whose cluster is gone, or was never there. */
export const nameAlone = (fqdn: string): OwnTraces => ({ fqdn, ids: [], addresses: [], authorities: new Set() });

/** Its cluster tells addresses and authority; before there is one, nothing on the mother can have them. */
export async function tracesOf(look: Scanned, ids: readonly string[]): Promise<OwnTraces> {
  const { fqdn } = look.sovereign.spec;
  const kube = await look.kube().catch(noClusterYet);
  const [addresses, authorities] = kube
    ? await Promise.all([addressesOf(kube), look.mother().then((mother) => authoritiesOnlyOf(kube, mother))])
    : [[], []];
  return { fqdn, ids: [...new Set(ids)].sort(), addresses, authorities: new Set(authorities) };
}

async function addressesOf(kube: Kube): Promise<string[]> {
  const [nodes, balancer] = await Promise.all([
    nodeAddresses(kube).catch(noClusterYet),
    loadBalancerAddresses(kube).catch(noClusterYet),
  ]);
  return [...new Set([...(nodes ?? []), ...(balancer ? [balancer.ipv4, balancer.ipv6] : [])])].filter(
    (one) => one !== undefined,
  );
}

/** Words before the slug in names that upstream, catalyst or a person gives; any other is another Sovereign's name that ends alike. */
const before = ['catalyst', 'sovereign', 'cluster', 'tofu', 'handover', 'redirect', 'undo', 'kubeconfig', 'backup'];

/** True when a text names the slug as a whole, alone or in a name that is made of it. @param text in lower case */
export function namesSlug(text: string, slug: string): boolean {
  for (let at = text.indexOf(slug); at >= 0; at = text.indexOf(slug, at + 1)) {
    const left = text.slice(0, at);
    const right = text[at + slug.length] ?? '';
    const begins = !/[a-z0-9-]$/.test(left) || before.some((word) => left.endsWith(`${word}-`));
    if (begins && !/[a-z0-9]/.test(right)) return true;
  }
  return false;
}

/** Of an id or the authority: the object is this Sovereign's beyond doubt, whatever else it says. */
export const isIdentity = (key: string) => key.startsWith('id ') || key.startsWith('authority ');

export function ownWanted({ fqdn, ids, addresses, authorities }: OwnTraces): Wanted {
  const search = createAddressSearch(addresses);
  const slug = slugOf(fqdn);
  const cuts: Cut[] = cutsOf(fqdn, true).map((cut) => ({ name: fqdn, ...cut }));
  return {
    cuts,
    ofCertificate: (fingerprint) =>
      authorities.has(fingerprint) ? `authority ${fingerprint.slice(0, 16)}` : undefined,
    *inText(text) {
      if (text.includes(fqdn) && !namesBelow(text, fqdn).next().done) yield fqdn;
      for (const id of ids) if (text.includes(id) && hasWord(text, id)) yield `id ${id}`;
      if (text.includes(slug) && namesSlug(text, slug)) yield slug;
      for (const address of search.in(text)) yield `address ${address}`;
    },
  };
}
