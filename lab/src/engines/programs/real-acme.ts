/**
 * The certificate authority of the world as what it is: pebble, an ACME server that believes the DNS and nothing else. It makes
 * a root of its own at every start; whoever is to trust its certificates is told of that root.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import { Agent, request as send } from 'undici';
import { type CertificateAndKey, issueCertificate } from '../../certificates.js';
import type { AcmeAuthority } from '../../clusters/cluster-api.js';
import { certificateAuthority } from '../../internet/vendors.js';
import type { Engines } from '../build/cache.js';
import { createChildren } from '../children.js';
import { freePorts } from '../free-ports.js';

export interface RealAcmeOptions {
  directory: string;
  engines: Engines;
  /** Signs for its servers, not for what it issues. */
  authority: CertificateAndKey;
  /** `127.0.0.1:PORT` */
  resolver: string;
  clock: Clock;
  say: (text: string) => void;
}

/** Resolves once it has told its root. */
export async function startRealAcme(options: RealAcmeOptions): Promise<AcmeAuthority & { managementUrl: string }> {
  const { directory, engines, authority, resolver, clock, say } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string) => {
    writeFileSync(join(directory, name), text, { mode: 0o600 });
    return join(directory, name);
  };
  const [port = 0, managementPort = 0, nowhere = 0] = await freePorts(3);
  const served = await issueCertificate(
    { commonName: 'acme', dnsNames: [...certificateAuthority.names, 'localhost'], ipAddresses: ['127.0.0.1'] },
    authority,
  );
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${managementPort}`,
    certificate: write('served.pem', served.certificate),
    privateKey: write('served-key.pem', served.key),
    // challenges by HTTP and TLS find nobody: the resolver tells no addresses
    httpPort: nowhere,
    tlsPort: nowhere,
    // an answer that is not there yet is asked for again after a second
    retryAfter: { authz: 1, order: 1 },
    keyAlgorithm: 'ecdsa',
    profiles: { default: { description: '90 days', validityPeriod: 7_776_000, promoteCommonName: true } },
  };
  const children = createChildren({ directory, clock, say });
  children.start('pebble', {
    file: engines.program('pebble'),
    args: ['-config', write('pebble.json', JSON.stringify({ pebble: config })), '-dnsserver', resolver, '-strict'],
    // each certificate is proven anew, and no call is refused by chance
    env: { PEBBLE_VA_NOSLEEP: '1', PEBBLE_AUTHZREUSE: '0', PEBBLE_WFE_NONCEREJECT: '0' },
  });
  const managementUrl = `https://127.0.0.1:${managementPort}`;
  const root = await rootOf(managementUrl, authority.certificate, clock).catch(async (error: unknown) => {
    await children.stop();
    throw error;
  });
  return { port, root, managementUrl, close: () => children.stop() };
}

/** Its root as it tells it, asked until it does; rejects after 20 s. */
async function rootOf(managementUrl: string, ca: string, clock: Clock): Promise<string> {
  const deadline = AbortSignal.timeout(20_000);
  const dispatcher = new Agent({ connect: { ca } });
  try {
    for (;;) {
      const answer = await send(`${managementUrl}/roots/0`, { dispatcher }).catch(() => undefined);
      const text = await answer?.body.text();
      if (answer?.statusCode === 200 && text) return text;
      await clock.sleep(50, deadline).catch(() => {
        throw new Error('pebble did not report its root certificate within 20s');
      });
    }
  } finally {
    await dispatcher.close();
  }
}
