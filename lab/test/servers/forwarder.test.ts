import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Forwarder, openForwarder } from '../../src/requests/forwarder.js';

let gate: Forwarder;
beforeEach(async () => {
  gate = await openForwarder();
});
afterEach(() => gate.close());

test('leads nowhere, then to what stands behind it, then nowhere again', async () => {
  const behind = createServer((_request, response) => response.end('here'));
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
  const ask = () => fetch(`http://${gate.endpoint}`).then((answer) => answer.text());
  await expect(ask()).rejects.toThrow();
  gate.lead((behind.address() as AddressInfo).port);
  expect(await ask()).toBe('here');
  gate.lead(undefined);
  await expect(ask()).rejects.toThrow();
  behind.closeAllConnections();
  behind.close();
});
