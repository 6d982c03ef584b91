import type { SecureContext } from 'node:tls';
import { beforeAll, expect, it } from 'vitest';
import { issueCertificate } from '../../../../lab/src/certificates.js';
import { createKubeConnect, tlsOptionsOf } from '../../../../src/kubernetes/client/kube-transport.js';
import { freshConnections } from '../../../../src/tools/http/http-client.js';

let ca: string;
beforeAll(async () => {
  ca = (await issueCertificate({ commonName: 'cluster', isAuthority: true })).certificate;
});

/** A probe opens a new connection every other second: its authority and certificate are parsed for the first alone. */
it('each connection uses the same parsed authority, new ones too', async () => {
  expect(tlsOptionsOf({ ca })).not.toHaveProperty('ca');
  const identity = async () => ({ headers: {} });
  const connect = createKubeConnect(
    { server: 'https://192.0.2.1', ca, identity } as never,
    undefined,
    freshConnections,
  );
  const [first, second] = [await connect(), await connect()].map(
    ({ agent }) => (agent as unknown as { options: { secureContext?: SecureContext } }).options.secureContext,
  );
  expect(first).toBeDefined();
  expect(second).toBe(first);
});
