/** How a Sovereign is named wherever its things are: at Hetzner, on the mother, in the tree. Pure. */
import { sha256 } from '../support/hash.js';

/** The FQDN of the Sovereign that something belongs to: a label at Hetzner and on objects of the mother. */
export const sovereignLabel = 'catalyst.openova.io/sovereign';

/** `omantel.omani.works` → `omantel-omani-works`. FQDNs can differ and have the same slug. */
export function slugOf(fqdn: string): string {
  return fqdn.replaceAll('.', '-');
}

/** By which a Sovereign's own catalyst-api knows the cluster it runs in; the mother's ids have the same form and are others. */
export function ownDeploymentId(fqdn: string): string {
  return sha256(fqdn).slice(0, 16);
}

/** Where the Sovereign's console is: the pinned UI is built for the path /sovereign/. */
export function consoleUrl(fqdn: string): string {
  return `https://console.${fqdn}/sovereign/`;
}
