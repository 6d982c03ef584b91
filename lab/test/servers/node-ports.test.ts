import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { openNodePorts } from '../../src/components/node-ports.js';
import type { Lab } from '../../src/controllers/engine.js';

const program = createServer((_request, response) => response.end('here'));
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'traefik', namespace: 'traefik' },
  spec: { selector: { app: 'traefik' }, ports: [{ port: 80, nodePort: 31080 }] },
};
const pod = (ready: boolean): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'traefik-0', namespace: 'traefik', labels: { app: 'traefik' } },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});
let objects: KubeObject[] = [];
let ports: Awaited<ReturnType<typeof openNodePorts>>;

beforeEach(async () => {
  await new Promise<void>((resolve) => program.listen(0, '127.0.0.1', resolve));
  const { port } = program.address() as AddressInfo;
  const list = (kind: string) => objects.filter((one) => `v1/${one.kind}` === kind);
  const lab = { store: { list } } as unknown as Lab;
  ports = await openNodePorts(lab, { http: 31080, https: 31443 }, { http: port, https: port });
});
afterEach(async () => {
  await ports.close();
  program.closeAllConnections();
  program.close();
});

test('a NodePort answers while a pod behind it is Ready, and resets who comes else', async () => {
  const ask = (port: number) =>
    fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } }).then((answer) => answer.text());
  await expect(ask(ports.http.port)).rejects.toThrow();
  objects = [service, pod(false)];
  await expect(ask(ports.http.port)).rejects.toThrow();
  objects = [service, pod(true)];
  expect(await ask(ports.http.port)).toBe('here');
  // no Service has the other one
  await expect(ask(ports.https.port)).rejects.toThrow();
  objects = [service, pod(false)];
  await expect(ask(ports.http.port)).rejects.toThrow();
});
