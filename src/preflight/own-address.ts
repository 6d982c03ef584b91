/** Where SSH to the servers will come from, and that their firewall will let it in: looked up before anything is paid for. */
import { addressService, admits } from '../hetzner/cluster/public-address.js';
import type { Spec } from '../sovereign/spec/schema.js';
import { fail, messageOf } from '../support/errors/errors.js';
import type { Check } from './check.js';

export function ownAddressCheck(options: { spec: Spec; publicAddress: () => Promise<string> }): Check {
  const { sshFrom } = options.spec.hetzner;
  return {
    id: 'own-address',
    title: "the firewall will admit this machine's public IPv4 address",
    async look() {
      if (sshFrom === undefined) return `${await options.publicAddress()}, the only address that SSH is allowed from`;
      const address = await options.publicAddress().catch((error: unknown) => error);
      // The firewall is made from the spec alone: what is not known here is in nobody's way.
      if (typeof address !== 'string')
        return {
          warn: `SSH is allowed from spec.hetzner.sshFrom (${sshFrom.join(', ')}); could not determine whether that includes this machine: ${messageOf(address)}`,
          remedy: [`curl -4 --noproxy '*' ${addressService}`],
        };
      if (admits(sshFrom, address)) return `${address} is in spec.hetzner.sshFrom`;
      throw fail(
        'E2008',
        `spec.hetzner.sshFrom (${sshFrom.join(', ')}) does not admit ${address}, this machine's public IPv4 address.`,
        {
          actions: [`add ${address}/32 to spec.hetzner.sshFrom`, 'or run catalyst on a machine that it admits'],
        },
      );
    },
  };
}
