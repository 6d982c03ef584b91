import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { imageRefused, isChartRefused, pullRefusal, refusedImage } from '../../../src/kubernetes/pull-refusal.js';
import { readinessOf } from '../../../src/kubernetes/readiness.js';
import { explaining } from '../../../src/kubernetes/wait-ready.js';
import { fakeKube } from '../../fakes/fake-kube.js';

const image = 'ghcr.io/openova-io/openova/pool-domain-manager:4f80be2';
const pulling = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": `;
const token =
  'failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://ghcr.io/token: ';

test.each([
  [`${pulling}${image}: not found`, 'missing'],
  [`Back-off pulling image "${image}": ErrImagePull: ${pulling}${image}: not found`, 'missing'],
  [`${pulling}${token}401 Unauthorized`, 'private'],
  [`${pulling}${token}403 Forbidden`, 'private'],
  [`${pulling}pulling from host ghcr.io failed with status 403: denied`, 'private'],
  ['rpc error: denied: denied', 'private'],
  ['dial tcp: lookup ghcr.io: no such host', undefined],
  ['read: connection refused', undefined],
  ['429 Too Many Requests - toomanyrequests: You have reached your pull rate limit', undefined],
  ['net/http: TLS handshake timeout', undefined],
])('the words of a failed pull: %s', (message, refusal) => {
  expect(pullRefusal(message)).toBe(refusal);
});

test.each([
  [
    'chart pull error: failed to download chart for remote reference: GET https://ghcr.io/v2/x: 403: denied: denied',
    true,
  ],
  ['chart pull error: failed to download chart for remote reference: ghcr.io/x:1.0.0: not found', true],
  [
    'failed to fetch Helm repository index: failed to cache index to temporary file: failed to fetch https://a/index.yaml : 404 Not Found',
    true,
  ],
  ["could not get Source object: HelmRepository 'flux-system/x' not found", false],
  ['chart pull error: dial tcp: i/o timeout', false],
  ['failed to fetch http://chart-x.flux-system.svc.cluster.local/1/index.yaml : 404 Not Found', false],
])('the words of Flux for a chart: %s', (message, refused) => {
  expect(isChartRefused(message)).toBe(refused);
  const conditions = [{ type: 'Ready', status: 'False', reason: 'x', message, observedGeneration: 2 }];
  for (const [apiVersion, kind] of [
    ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
    ['source.toolkit.fluxcd.io/v1', 'HelmRepository'],
  ] as const) {
    const object = {
      apiVersion,
      kind,
      metadata: { name: 'x', generation: 2 },
      spec: {},
      status: { observedGeneration: 2, conditions },
    };
    expect(readinessOf(object)).toMatchObject(refused ? { failed: expect.anything() } : { pending: expect.anything() });
  }
});

const pod = (message: string, where = 'containerStatuses'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'pdm-1', namespace: 'powerdns' },
  status: { [where]: [{ image, state: { waiting: { reason: 'ErrImagePull', message } } }] },
});

test.each(['containerStatuses', 'initContainerStatuses'])(
  'a wait ends at once, with the image and what to type: %s',
  async (where) => {
    const kube = fakeKube();
    kube.put(pod(`${pulling}${token}403 Forbidden`, where));
    kube.waitFor = (_ref, { signal }) =>
      new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason as Error)));
    const clock = { now: () => new Date(0), sleep: async () => undefined };
    const waiting = {
      kube,
      clock,
      progress: { waiting: () => undefined, output: () => undefined },
      timeoutMs: 1_200_000,
    };
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'powerdns', name: 'pdm' };
    const ended = explaining(
      waiting,
      ({ signal }) =>
        kube.waitFor(ref, { reason: 'it', timeoutMs: 1, look: () => ({ pending: 'x' }), signal: signal! }),
      async () => undefined,
      () => refusedImage(kube, ['powerdns']),
    );
    await expect(ended).rejects.toMatchObject({
      code: 'E3206',
      exitCode: 5,
      message: expect.stringContaining(image),
      actions: expect.arrayContaining(['catalyst credentials set registry-token']),
    });
  },
);

test('an image without a host is one of Docker Hub', () => {
  expect(imageRefused('private', 'natsio/nats-box:0.19.2', 'seen').message).toMatch(/^docker\.io does not give natsio/);
});

test('a registry that does not answer is waited for', async () => {
  const kube = fakeKube();
  kube.put(pod('dial tcp: lookup ghcr.io: no such host'));
  expect(await refusedImage(kube, ['powerdns'])).toBeUndefined();
});
