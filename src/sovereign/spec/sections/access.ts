/** How components are reached in sovereign.yaml, and who vouches for their names. */
import { z } from 'zod';
import { connectTarget, count, describe, hostPort, httpUrl } from '../field-types.js';

export const connectToSchema = z.strictObject({
  host: describe(
    z.string().optional(),
    'Host name, address or network in CIDR form that this rule applies to; default: every host.',
  ),
  port: describe(
    count.min(1).max(65535).optional(),
    'The port that would be dialed; only a rule with a SOCKS proxy can leave it out.',
  ),
  to: describe(
    connectTarget,
    'Where to connect instead (host:port), or the SOCKS proxy to connect through (socks5://host:port); TLS name and Host header stay those of the original.',
  ),
});

export const accessSchema = z
  .strictObject({
    connectTo: z
      .array(connectToSchema)
      .default([])
      .meta({ description: 'Rules in order; the first that matches a host and port determines where to connect.' }),
    resolver: describe(
      hostPort.optional(),
      "Recursive DNS server (address:port) that resolves the names catalyst connects to; default: this machine's resolver. If it is set and connectTo has a rule for a network, proxies from the environment are not used: such a rule needs the address, and a proxy would receive only the name.",
    ),
    caBundle: describe(z.string().optional(), 'PEM of certificate authorities trusted beside the public ones.'),
  })
  .prefault({});

export const acmeSchema = z
  .strictObject({
    server: httpUrl.default('https://acme-v02.api.letsencrypt.org/directory').meta({ description: 'ACME directory.' }),
  })
  .prefault({});
