/** What the lab's notification-controller takes and forwards, as Flux's own does. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { Call } from '../../src/components/component.js';
import { notificationController } from '../../src/components/notification.js';
import type { LabRequest } from '../../src/requests/http-server.js';

const got: unknown[] = [];
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (data) => (text += data));
  request.on('end', () => {
    got.push(JSON.parse(text));
    response.end();
  });
});
let address: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});
afterAll(() => server.close());

const object = (kind: string, spec: object): KubeObject => ({
  ...{ apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind },
  metadata: { namespace: 'flux-system', name: 'chat' },
  spec,
});
const event = {
  involvedObject: { kind: 'GitRepository', namespace: 'flux-system', name: 'flux-system' },
  ...{ severity: 'error', message: 'a tether' },
};

function send(body: string, alert: object, method = 'POST') {
  const objects = [
    object('Alert', { providerRef: { name: 'chat' }, eventSources: [{ kind: 'GitRepository', name: '*' }], ...alert }),
    object('Provider', { type: 'generic', address }),
  ];
  const store = {
    list: (key: string) => objects.filter((one) => key.endsWith(`/${one.kind}`)),
    get: (key: string) => objects.find((one) => key.endsWith(`/${one.kind}`)),
  };
  const request = { method, path: '/', body: Buffer.from(body) } as unknown as LabRequest;
  return notificationController.handle(request, { lab: { store } } as unknown as Call);
}

it('posts an event to the Provider of each Alert that asks for it', async () => {
  expect(await send(JSON.stringify(event), {})).toMatchObject({ status: 202 });
  expect(got).toEqual([event]);
});

it.each([
  ['a suspended Alert', { suspend: true }],
  ['another kind', { eventSources: [{ kind: 'Kustomization', name: '*' }] }],
  ['another name', { eventSources: [{ kind: 'GitRepository', name: 'other' }] }],
])('takes one for %s and posts nothing', async (_, alert) => {
  const before = got.length;
  expect(await send(JSON.stringify(event), alert)).toMatchObject({ status: 202 });
  expect(got).toHaveLength(before);
});

it('posts no news to an Alert for errors, and takes no text', async () => {
  const before = got.length;
  expect(await send(JSON.stringify({ ...event, severity: 'info' }), { eventSeverity: 'error' })).toMatchObject({
    status: 202,
  });
  expect(await send('text', {})).toMatchObject({ status: 400 });
  expect(got).toHaveLength(before);
});
