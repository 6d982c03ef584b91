import { beforeEach, expect, test } from 'vitest';
import { whyNotIssued } from '../../../src/kubernetes/why-not-issued.js';
import { type FakeKube, fakeKube } from '../../fakes/fake-kube.js';

const refs = [{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate', namespace: 'traefik', name: 'wildcard' }];
const request = (revision: number, status: object = {}, certificate = 'wildcard') => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'CertificateRequest',
  metadata: {
    ...{ namespace: 'traefik', name: `${certificate}-${revision}`, uid: `request-${revision}` },
    annotations: {
      'cert-manager.io/certificate-name': certificate,
      'cert-manager.io/certificate-revision': `${revision}`,
    },
  },
  status,
});
const owned = (kind: string, name: string, owner: string, status: object, spec: object = {}) => ({
  apiVersion: 'acme.cert-manager.io/v1',
  kind,
  metadata: {
    ...{ namespace: 'traefik', name, uid: name },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Owner', name: owner, uid: owner }],
  },
  spec,
  status,
});

let kube: FakeKube;
const put = (...objects: Parameters<FakeKube['put']>[0][]) => {
  for (const object of objects) kube.put(object);
};
beforeEach(() => {
  kube = fakeKube();
});

test('nothing is said of what is no Certificate, or has no request yet', async () => {
  put(request(1, {}, 'other'));
  expect(await whyNotIssued(kube, [{ apiVersion: 'v1', kind: 'Secret', namespace: 'traefik', name: 'wildcard' }])).toBe(
    undefined,
  );
  expect(await whyNotIssued(kube, refs)).toBe(undefined);
});

test('the reason of a challenge of the newest request is told, not that of an older one or of one that is valid', async () => {
  put(
    request(9),
    request(10),
    owned('Order', 'old', 'request-9', { state: 'invalid', reason: 'an older order' }),
    owned('Order', 'order', 'request-10', { state: 'pending' }),
    owned('Challenge', 'done', 'order', { state: 'valid', reason: 'done' }, { dnsName: 'omantel.test' }),
    owned(
      ...(['Challenge', 'held', 'order'] as const),
      { state: 'pending', reason: 'DNS record not yet propagated' },
      { dnsName: '*.omantel.test' },
    ),
  );
  expect(await whyNotIssued(kube, refs)).toBe(
    'Certificate traefik/wildcard: the challenge for *.omantel.test is pending: DNS record not yet propagated',
  );
});

test('without a challenge it is the order, and without an order the request', async () => {
  const message = 'Referenced issuer does not have a Ready status condition';
  put(request(1, { conditions: [{ type: 'Ready', status: 'False', message }] }));
  expect(await whyNotIssued(kube, refs)).toBe(`Certificate traefik/wildcard: ${message}`);
  put(owned('Order', 'order', 'request-1', { state: 'errored', reason: 'rate limited' }));
  expect(await whyNotIssued(kube, refs)).toBe('Certificate traefik/wildcard: the order is errored: rate limited');
});
