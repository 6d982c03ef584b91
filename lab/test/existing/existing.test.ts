/** Clusters that exist, emulated by the built-in API server: what a lab looks at first, what it notes, what it takes away again. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { systemClock } from '../../../src/support/clock.js';
import { type CertificateAndKey, issueCertificate } from '../../src/certificates.js';
import { confirmClusters } from '../../src/clusters/confirm-clusters.js';
import { type ClusterProxy, openClusterProxy } from '../../src/existing/cluster-proxy.js';
import { lookAtClusters } from '../../src/existing/fitness.js';
import {
  type ClusterQuestion,
  clearGiven,
  fixClusters,
  readFixed,
  requireFixed,
} from '../../src/existing/given-clusters.js';
import { createdBy, inventoryFile, readInventory } from '../../src/existing/inventory.js';
import { upstreamOf } from '../../src/existing/upstream.js';
import { ledBy, openWebhookProxy } from '../../src/existing/webhooks.js';
import { createLabKube } from '../../src/kubernetes/client/client.js';
import { createKubernetesApi, type KubernetesApi } from '../../src/kubernetes/requests/api.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog, type LoggedLine } from '../../src/requests/request-log.js';

const namespace = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
const configMap = (space: string, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: space },
});

let home: string;
let ca: CertificateAndKey;
let apis: Record<'mother' | 'sovereign', KubernetesApi>;
let files: { mother: string; sovereign: string };
const { signal } = new AbortController();

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'existing-'));
  ca = await issueCertificate({ commonName: 'root', isAuthority: true });
  const start = (name: string) => createKubernetesApi({ name, log: createRequestLog(), faults: createFaults(), ca });
  apis = { mother: await start('one'), sovereign: await start('two') };
  files = {
    mother: file('mother', apis.mother.kubeconfig()),
    sovereign: file('sovereign', apis.sovereign.kubeconfig()),
  };
});
afterEach(async () => {
  await Promise.all(Object.values(apis).map((api) => api.close()));
  rmSync(home, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(home, name), text);
  return join(home, name);
}
const look = async (given = files) => (await lookAtClusters(given, { fqdn: 'omantel.omani.works', signal })).found;
const kubeOf = (cluster: keyof typeof apis) => createLabKube(apis[cluster].kubeconfig());
const made = async (cluster: keyof typeof apis, object: KubeObject) => {
  const kube = kubeOf(cluster);
  await kube.apply(object);
  kube.close();
};

describe('before anything is touched', () => {
  test('two clusters with nothing in them fit', async () => {
    expect(await look()).toEqual([]);
  });

  test('one cluster twice, and one that does not answer, are refused', async () => {
    await expect(look({ ...files, sovereign: files.mother })).rejects.toMatchObject({ code: 'E7005', exitCode: 7 });
    const nobody = apis.mother.kubeconfig(undefined, { server: 'https://127.0.0.1:1' });
    await expect(look({ ...files, mother: file('nobody', nobody) })).rejects.toMatchObject({ code: 'E3101' });
  });

  test('who may not do there what a lab does is told the verbs and resources', async () => {
    await made('sovereign', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'almost' },
      rules: [
        { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'bind', 'escalate'] },
        { apiGroups: ['', 'apps', 'apiextensions.k8s.io'], resources: ['*'], verbs: ['*'] },
      ],
    });
    await made('sovereign', {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'almost' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'almost' },
      subjects: [{ kind: 'User', name: 'almost', apiGroup: 'rbac.authorization.k8s.io' }],
    });
    const sovereign = file('almost', apis.sovereign.kubeconfig('almost'));
    await expect(look({ ...files, sovereign })).rejects.toMatchObject({
      ...{ code: 'E7006', exitCode: 4 },
      message: expect.stringContaining(
        '): delete clusterrolebindings.rbac.authorization.k8s.io, delete clusterroles.rbac.authorization.k8s.io.',
      ),
    });
  });

  test.each<[string, KubeObject]>([
    ['node theirs', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'theirs' } }],
    ['namespace flux-system', namespace('flux-system')],
    ['namespace gitea', namespace('gitea')],
  ])('%s cannot be stood beside', async (what, object) => {
    await made('sovereign', object);
    await expect(look()).rejects.toMatchObject({ code: 'E7005', message: expect.stringContaining(what) });
  });

  test('something else is for the person to agree with, and without asking nothing begins', async () => {
    await made('mother', namespace('somebody-elses'));
    expect(await look()).toEqual(['mother: namespace somebody-elses']);
    const options = { name: 'mine', clusters: files, signal };
    await expect(fixClusters(home, options)).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    const asked: ClusterQuestion[] = [];
    const fixed = await fixClusters(home, { ...options, confirm: async (question) => void asked.push(question) });
    expect(asked).toEqual([{ clusters: fixed, found: ['mother: namespace somebody-elses'] }]);
    expect(readFixed(home)).toEqual(fixed);
  });

  test.each(['mother', 'sovereign'] as const)(
    'the demos on the cluster of the %s are refused first of all',
    async (one) => {
      await made(one, namespace('sme'));
      await expect(look()).rejects.toMatchObject({
        ...{ code: 'E7010', exitCode: 7 },
        message: expect.stringMatching(/has the SME demos \(namespace sme\)/),
      });
    },
  );

  test('both are shown, and confirmed by their contexts: typed, or given', async () => {
    const { clusters } = await lookAtClusters(files, { fqdn: 'omantel.omani.works', signal });
    expect(clusters).toMatchObject({ mother: { context: 'one' }, sovereign: { context: 'two' } });
    const notes: string[] = [];
    const ask = (confirm: string | undefined, answers?: string[]) =>
      confirmClusters(
        {
          prompter: { available: answers !== undefined, text: async () => answers?.shift() ?? '' } as never,
          output: { note: (text) => void notes.push(text) },
        },
        { clusters, found: ['mother: namespace theirs'] },
        confirm,
      );
    await ask('one,two');
    await ask(undefined, ['one', 'two']);
    for (const shown of ['one', clusters.mother.uid, clusters.sovereign.server, 'mother: namespace theirs'])
      expect(notes.join('\n')).toContain(shown);
    const refused = { code: 'E4006', exitCode: 7, actions: ['add --confirm one,two'] };
    for (const wrong of ['omantel.omani.works', 'two,one', 'one'])
      await expect(ask(wrong)).rejects.toMatchObject(refused);
    await expect(ask(undefined)).rejects.toMatchObject(refused);
    await expect(ask(undefined, ['one', 'one'])).rejects.toMatchObject(refused);
  });

  test('later, a kubeconfig that leads to another cluster is refused, named by a flag or changed in place', async () => {
    const confirm = async () => undefined;
    await fixClusters(home, { name: 'mine', clusters: files, signal, confirm });
    await requireFixed(home, {}, signal);
    await requireFixed(home, files, signal);
    const refused = { code: 'E7011', exitCode: 7 };
    await expect(requireFixed(home, { sovereign: files.mother }, signal)).rejects.toMatchObject(refused);
    // the same context, now of another cluster
    file('sovereign', apis.mother.kubeconfig().replaceAll('one', 'two'));
    await expect(requireFixed(home, {}, signal)).rejects.toMatchObject(refused);
    mkdirSync(join(home, 'existing'), { recursive: true });
    writeFileSync(inventoryFile(home, 'sovereign'), `${JSON.stringify({ path: '/api/v1/namespaces/x', uid: 'u' })}\n`);
    await expect(clearGiven(home, { clock: systemClock, signal })).rejects.toMatchObject(refused);
  });

  test('both files are needed, and named', async () => {
    const given = fixClusters(home, { name: 'mine', clusters: { mother: files.mother }, signal });
    await expect(given).rejects.toMatchObject({ code: 'E7003', message: expect.stringContaining('--kubeconfig') });
  });
});

describe('through the proxy', () => {
  let proxy: ClusterProxy;
  let lines: LoggedLine[];
  beforeEach(async () => {
    lines = [];
    const log = createRequestLog();
    log.listen((line) => lines.push(line));
    proxy = await openClusterProxy({
      name: 'sovereign',
      upstream: upstreamOf(files.sovereign),
      made: inventoryFile(home, 'sovereign'),
      authority: ca,
      log,
      faults: createFaults(),
      clock: systemClock,
      dnsNames: ['omantel.omani.works'],
      ipAddresses: ['203.0.113.7'],
    });
  });
  afterEach(() => proxy.close());

  test('calls, changes and watches pass; what changes is logged; nobody passes without a token', async () => {
    const kube = createLabKube(proxy.kubeconfig(), 'somebody');
    const stop = new AbortController();
    const seen = new Promise<string>((resolve) => {
      void kube.watch(
        { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default' },
        ({ object }) => {
          if (object.metadata.name === 'here') resolve(object.metadata.name);
        },
        stop.signal,
      );
    });
    await kube.apply(configMap('default', 'here'));
    expect(await seen).toBe('here');
    stop.abort();
    expect(lines.filter(({ mutating }) => mutating).map(({ method, status }) => [method, status])).toEqual([
      ['PATCH', 201],
    ]);
    const stranger = createLabKube(proxy.kubeconfig({ credentials: { token: 'guessed' } }), 'stranger');
    expect((await stranger.raw('/api/v1/secrets')).status).toBe(401);
    stranger.close();
    kube.close();
  });

  test('a Service answers through the proxy by what the lab emulates', async () => {
    proxy.lead({
      call: async (space, name, port, { path }) => ({ status: 200, body: `${space}/${name}:${port}${path}` }),
    });
    const kube = createLabKube(proxy.kubeconfig());
    const answer = await kube.raw('/api/v1/namespaces/harbor/services/http:harbor:8080/proxy/api/v2.0/health');
    expect(answer).toEqual({ status: 200, body: 'harbor/harbor:8080/api/v2.0/health' });
    kube.close();
  });

  test('what was made there goes, and nothing else; the list goes with it', async () => {
    await fixClusters(home, { name: 'mine', clusters: files, signal, confirm: async () => undefined });
    await made('sovereign', namespace('theirs'));
    await made('sovereign', configMap('kube-system', 'theirs'));
    const kube = createLabKube(proxy.kubeconfig());
    for (const object of [
      namespace('ours'),
      configMap('ours', 'one'),
      configMap('theirs', 'ours'),
      configMap('kube-system', 'ours'),
      configMap('kube-system', 'anew'),
      crd,
      { ...held, metadata: { ...held.metadata, finalizers: ['example.org/never'] } },
    ])
      await kube.apply(object as KubeObject);
    // one that was there already is changed, not made
    await kube.apply({ ...configMap('kube-system', 'theirs'), data: { a: 'b' } } as KubeObject);
    kube.close();
    const own = kubeOf('sovereign');
    // taken away and made again by somebody: theirs now
    await own.delete({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'anew' });
    await own.apply(configMap('kube-system', 'anew'));
    expect(readInventory(inventoryFile(home, 'sovereign')).map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/ours',
      '/api/v1/namespaces/ours/configmaps/one',
      '/api/v1/namespaces/theirs/configmaps/ours',
      '/api/v1/namespaces/kube-system/configmaps/ours',
      '/api/v1/namespaces/kube-system/configmaps/anew',
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/helds.example.org',
      '/apis/example.org/v1/namespaces/theirs/helds/one',
    ]);

    await expect(fixClusters(home, { name: 'mine', clusters: files, signal })).rejects.toThrow(/left objects/);
    expect(await clearGiven(home, { clock: systemClock, signal })).toBeGreaterThan(0);
    const left = async (kind: string, space?: string) =>
      (await own.list({ apiVersion: 'v1', kind, ...(space ? { namespace: space } : {}) }))
        .map(({ metadata }) => metadata.name)
        .filter((name) => /ours|theirs|anew|one/.test(name));
    expect(await left('Namespace')).toEqual(['theirs']);
    expect((await left('ConfigMap')).sort()).toEqual(['anew', 'theirs']);
    const kinds = await own.list({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' });
    expect(kinds).toEqual([]);
    expect(await clearGiven(home, { clock: systemClock, signal })).toBe(0);
    own.close();
  });
});

test('only what made an object is noted', () => {
  const answer = (metadata: object) => Buffer.from(JSON.stringify({ metadata }));
  const object = { name: 'one', uid: 'u' };
  expect(createdBy('POST', '/api/v1/nodes', answer(object))).toEqual({ path: '/api/v1/nodes/one', uid: 'u' });
  expect(createdBy('PUT', '/apis/apps/v1/namespaces/a/deployments/one', answer(object))?.path).toMatch(
    /deployments\/one$/,
  );
  expect(createdBy('POST', '/api/v1/namespaces/a/serviceaccounts/b/token', answer(object))).toBeUndefined();
  expect(createdBy('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', answer({}))).toBeUndefined();
  expect(createdBy('POST', '/api/v1/nodes', Buffer.from('not json'))).toBeUndefined();
});

test('a webhook is led to the lab once it says whom it trusts', () => {
  const service = { namespace: 'cert-manager', name: 'cert-manager-webhook', path: '/validate' };
  const configuration = (...webhooks: object[]): KubeObject => ({ ...namespace('w'), webhooks }) as KubeObject;
  const endpoint = 'https://127.0.0.1:1234';
  expect(ledBy(endpoint, configuration({ name: 'a', clientConfig: { service } }))).toBeUndefined();
  expect(
    ledBy(endpoint, configuration({ name: 'a', clientConfig: { url: 'https://x', caBundle: 'YQ==' } })),
  ).toBeUndefined();
  expect(ledBy(endpoint, configuration({ name: 'a', clientConfig: { service, caBundle: 'YQ==' } }))).toEqual([
    {
      name: 'a',
      clientConfig: { caBundle: 'YQ==', url: `${endpoint}/cert-manager/cert-manager-webhook/443/validate` },
    },
  ]);
});

test('webhooks are led to the address at which the cluster sees this machine, as one in a container does', async () => {
  const addresses = Object.values(networkInterfaces()).flat();
  const ours = addresses.find((one) => one?.family === 'IPv4' && !one.internal)?.address ?? '127.0.0.1';
  const anywhere = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => anywhere.listen(0, '0.0.0.0', resolve));
  const { port } = anywhere.address() as AddressInfo;
  const seenFrom = async (host: string) => {
    const upstream = upstreamOf(file(host, apis.mother.kubeconfig(undefined, { server: `https://${host}:${port}` })));
    return upstream.ourAddress().finally(() => upstream.close());
  };
  expect(await seenFrom('127.0.0.1')).toBe('127.0.0.1');
  const host = await seenFrom(ours);
  expect(host).toBe(ours);
  await new Promise((resolve) => anywhere.close(resolve));
  await expect(seenFrom(ours)).rejects.toMatchObject({ code: 'E3101' });

  const proxy = await openWebhookProxy(ca, host);
  const configuration = (webhooks: object[]): KubeObject => ({ ...namespace('w'), webhooks }) as KubeObject;
  const patched: { webhooks: { clientConfig: { url: string } }[] }[] = [];
  const service = { namespace: 'a', name: 'b' };
  await proxy.rules[0]!.reconcile(configuration([{ clientConfig: { service, caBundle: 'YQ==' } }]), {
    patch: async (_: KubeObject, change: (typeof patched)[number]) => void patched.push(change),
  } as never);
  const { url } = patched[0]!.webhooks[0]!.clientConfig;
  expect(new URL(url).hostname).toBe(ours);
  const dispatcher = new Agent({ connect: { ca: ca.certificate } });
  // nobody leads it yet
  expect((await request(url, { method: 'POST', dispatcher })).statusCode).toBe(503);
  await dispatcher.close();
  await proxy.close();
});

const crd: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'helds.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'helds', singular: 'held', kind: 'Held', listKind: 'HeldList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
const held = { apiVersion: 'example.org/v1', kind: 'Held', metadata: { name: 'one', namespace: 'theirs' } };
