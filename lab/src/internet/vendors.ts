/** Names of vendors that the product or its Sovereign calls, and their addresses in a lab (from the ranges for documentation). */

/** Tells a caller its address. */
export const addressService = { name: 'ip.hetzner.com', ipv4: '192.0.2.30', ipv6: '2001:db8:b::30' };

/** The certificate authority that ACME issuers call. */
export const certificateAuthority = {
  names: ['acme-v02.api.letsencrypt.org', 'acme-staging-v02.api.letsencrypt.org'],
  ipv4: '192.0.2.20',
};

/** Registries that Crossplane pulls packages from; their names stand in the tree. */
export const packageAddress = '192.0.2.40';

/** Name servers of all of them. */
export const vendorNameServer = '192.0.2.53';

/** Anybody's resolvers, at the addresses that the tree gives to cert-manager. */
export const publicResolvers = ['1.1.1.1', '8.8.8.8'];
