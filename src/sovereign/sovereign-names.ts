/** How a Sovereign is named wherever its things are: at Hetzner, on the mother, in the tree. Pure. */

/** The FQDN of the Sovereign that something belongs to: a label at Hetzner and on objects of the mother. */
export const sovereignLabel = 'catalyst.openova.io/sovereign';

/** `omantel.omani.works` → `omantel-omani-works`. FQDNs can differ and have the same slug. */
export function slugOf(fqdn: string): string {
  return fqdn.replaceAll('.', '-');
}
