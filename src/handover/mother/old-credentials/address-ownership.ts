/** Whose address is it: the Sovereign's, by its API, its nodes and what it has at Hetzner, or somebody else's. */
import { isExactName } from '../../../hetzner/names.js';
import { canonicalAddress } from '../../../scans/names/addresses.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import type { World } from '../../../world/world.js';
import { isPublicAddress, type Whose } from './classify-credential-check.js';

/** Asks the Sovereign and Hetzner, each once and only when an address needs it. Without a Hetzner token no address is `other`. */
export function whoseAddress(world: World, api: string | undefined): (host: string) => Promise<Whose> {
  const { fqdn } = world.sovereign.spec;
  let known: Promise<{ addresses: Set<string>; whole: boolean }> | undefined;
  return async (host) => {
    const name = canonicalAddress(host.toLowerCase());
    if (name === fqdn || name.endsWith(`.${fqdn}`)) return 'own';
    known ??= addressesOf(world, api);
    const { addresses, whole } = await known;
    if (addresses.has(name)) return 'own';
    return whole && isPublicAddress(name) ? 'other' : 'unknown';
  };
}

async function addressesOf(world: World, api: string | undefined): Promise<{ addresses: Set<string>; whole: boolean }> {
  const kube = await world.kube();
  const nodes = await kube.list({ apiVersion: 'v1', kind: 'Node' });
  const ofNodes = nodes.flatMap(({ status }) => (status?.addresses ?? []) as { address: string }[]);
  const hetzner = await atHetzner(world);
  const ofApi = api === undefined ? [] : [new URL(api).hostname.replace(/^\[|\]$/g, '')];
  const all = [...ofNodes.map(({ address }) => address), ...ofApi, ...(hetzner ?? [])];
  return { addresses: new Set(all.map((one) => canonicalAddress(one.toLowerCase()))), whole: hetzner !== undefined };
}

/** Undefined without a token: the person may have taken it away already. */
async function atHetzner(world: World): Promise<string[] | undefined> {
  const { fqdn } = world.sovereign.spec;
  try {
    const api = await world.hetzner();
    const [servers, balancers] = await Promise.all([api.list('server'), api.list('load_balancer')]);
    return [
      ...servers
        .filter(({ name }) => isExactName(fqdn, 'server', name))
        .flatMap((one) => [one.public_net.ipv4?.ip, ...one.private_net.map(({ ip }) => ip)]),
      ...balancers
        .filter(({ name }) => isExactName(fqdn, 'load_balancer', name))
        .flatMap(({ public_net }) => [public_net.ipv4.ip, public_net.ipv6.ip]),
    ].filter((ip) => typeof ip === 'string');
  } catch (error) {
    if (isCatalystError(error) && error.class === 'credentials') return undefined;
    throw error;
  }
}
