import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { issueCertificate } from '../../src/certificates.js';
import { createLabKube, RequestRefused } from '../../src/kubernetes/client/client.js';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const configMap = (name: string, data: Record<string, string>, more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default', ...more },
  data,
});
const ref = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name });
const refused = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (error: RequestRefused) => {
      expect(error).toBeInstanceOf(RequestRefused);
      return error;
    },
  );
/** Until the collector, which works between requests, has done its part. */
async function until(look: () => boolean): Promise<void> {
  for (let turn = 0; turn < 200 && !look(); turn += 1) await new Promise((resolve) => setImmediate(resolve));
  expect(look()).toBe(true);
}

describe('writes', () => {
  it('refuses a write on an old version and one that comes twice', async () => {
    const made = await rig.kube.create(configMap('twice', { a: '1' }));
    const again = await refused(rig.kube.create(configMap('twice', {})));
    expect(again).toMatchObject({ status: 409, reason: 'AlreadyExists', message: 'configmaps "twice" already exists' });
    await rig.kube.patch(ref('twice'), { data: { a: '2' } });
    const old = await refused(rig.kube.replace({ ...made, data: { a: '3' } }));
    expect(old).toMatchObject({ status: 409, reason: 'Conflict' });
    expect(old.message).toContain('the object has been modified; please apply your changes to the latest version');
  });

  it('keeps who owns which field, and takes away what an applier no longer wants', async () => {
    await rig.kube.apply(configMap('owned', { a: '1', b: '1' }), { fieldManager: 'one' });
    await rig.kube.apply(configMap('owned', { b: '1', c: '1' }), { fieldManager: 'two' });
    const after = await rig.kube.apply(configMap('owned', {}), { fieldManager: 'one' });
    expect(after.data).toEqual({ b: '1', c: '1' });
    await rig.kube.patch(ref('owned'), { data: { c: '9' } }, { fieldManager: 'hand' });
    const conflict = await refused(
      rig.kube.apply(configMap('owned', { b: '1', c: '1' }), { fieldManager: 'two', force: false }),
    );
    expect(conflict.message).toBe('Apply failed with 1 conflict: conflict with "hand" using v1: .data.c');
    expect(conflict.details).toMatchObject({ causes: [{ reason: 'FieldManagerConflict', field: '.data.c' }] });
    const forced = await rig.kube.apply(configMap('owned', { b: '1', c: '1' }), { fieldManager: 'two' });
    const managers = (forced.metadata.managedFields as { manager: string }[]).map((entry) => entry.manager);
    // `data: {}` of the first applier owns the empty field itself, as it does on a real server.
    expect(managers).toEqual(['one', 'two']);
  });

  it('says null of a list that has nothing in it where the kind always has one, and applying it again changes nothing', async () => {
    const slice: KubeObject = {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', endpoints: [], ports: [] },
      metadata: { name: 'none', namespace: 'default' },
    };
    const made = await rig.kube.apply(slice, { fieldManager: 'one' });
    expect(made).toMatchObject({ endpoints: null, ports: null });
    const again = await rig.kube.apply(slice, { fieldManager: 'one' });
    expect(again.metadata.resourceVersion).toBe(made.metadata.resourceVersion);
    const filled = await rig.kube.apply(
      { ...slice, endpoints: [{ addresses: ['10.42.0.9'] }] },
      { fieldManager: 'one' },
    );
    expect(filled['endpoints']).toMatchObject([{ addresses: ['10.42.0.9'] }]);
    const role = await rig.kube.create({
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
      metadata: { name: 'none', namespace: 'default' },
    });
    expect(role).toMatchObject({ rules: null });
  });

  it('merges lists by their keys and leaves the status to the status subresource', async () => {
    const container = (name: string, more = {}) => ({ name, image: `${name}:1`, ...more });
    const workload = (containers: unknown[]): KubeObject => ({
      apiVersion: 'apps/v1',
      kind: 'DaemonSet',
      metadata: { name: 'keyed', namespace: 'default' },
      spec: {
        selector: { matchLabels: { a: 'b' } },
        template: { metadata: { labels: { a: 'b' } }, spec: { containers } },
      },
      status: { numberReady: 7 },
    });
    const first = await rig.kube.apply(workload([container('x', { env: [{ name: 'A', value: '1' }] })]), {
      fieldManager: 'one',
    });
    expect(first.status).toBeUndefined();
    const second = await rig.kube.apply(
      workload([container('x', { env: [{ name: 'B', value: '2' }] }), container('y')]),
      { fieldManager: 'two' },
    );
    const containers = second.spec.template.spec.containers as { name: string; env?: unknown }[];
    expect(containers.map((one) => one.name)).toEqual(['x', 'y']);
    expect(containers[0]?.env).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]);
    const daemonSet = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'default', name: 'keyed' };
    const ready = await rig.kube.patchStatus(daemonSet, { numberReady: 1 });
    expect(ready).toMatchObject({ status: { numberReady: 1 }, metadata: { generation: second.metadata.generation } });
    expect((await rig.kube.patch(daemonSet, { status: { numberReady: 5 } })).status).toEqual({ numberReady: 1 });
  });
});

describe('deletion', () => {
  const owned = (owner: KubeObject, name: string) =>
    configMap(
      name,
      {},
      {
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: owner.metadata.name,
            uid: owner.metadata.uid,
            blockOwnerDeletion: true,
          },
        ],
      },
    );

  it('follows owners in the background, in the foreground, or not at all', async () => {
    const gone = (name: string) => rig.api.store.get('/configmaps', 'default', name) === undefined;
    for (const propagation of ['Background', 'Foreground', 'Orphan'] as const) {
      const owner = await rig.kube.create(configMap('owner', {}));
      const child = await rig.kube.create(owned(owner, 'child'));
      await rig.kube.create(owned(child, 'grandchild'));
      await rig.kube.delete(ref('owner'), { propagation });
      await until(() => gone('owner'));
      if (propagation === 'Orphan') {
        expect((await rig.kube.get(ref('child')))?.metadata.ownerReferences).toBeUndefined();
        await rig.kube.delete(ref('child'));
      }
      await until(() => gone('child') && gone('grandchild'));
    }
  });

  it('waits for finalizers, and a Namespace for what is in it', async () => {
    await rig.kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'full' } });
    await rig.kube.create({
      ...configMap('held', {}),
      metadata: { name: 'held', namespace: 'full', finalizers: ['a.b/c'] },
    });
    const space = { apiVersion: 'v1', kind: 'Namespace', name: 'full' };
    await rig.kube.delete(space);
    await until(() => rig.api.store.get('/configmaps', 'full', 'held')?.metadata.deletionTimestamp !== undefined);
    expect((await rig.kube.get(space))?.status).toEqual({ phase: 'Terminating' });
    const late = await refused(
      rig.kube.create({ ...configMap('late', {}), metadata: { name: 'late', namespace: 'full' } }),
    );
    expect(late).toMatchObject({ status: 403, reason: 'Forbidden' });
    expect(late.message).toContain('because it is being terminated');
    await rig.kube.patch({ ...ref('held'), namespace: 'full' }, { metadata: { finalizers: null } });
    await until(() => rig.api.store.get('/namespaces', undefined, 'full') === undefined);
  });
});

describe('what is malformed or not to be', () => {
  it.each([
    ['apps/v1', 'Deployment', 'spec.selector: Required value'],
    ['apps/v1', 'StatefulSet', 'spec.template.spec.containers: Required value'],
    ['batch/v1', 'Job', 'spec.template.spec.containers: Required value'],
    ['v1', 'Pod', 'spec.containers: Required value'],
    ['v1', 'Service', 'spec.ports: Required value'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'roleRef.name: Required value'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'spec.names: Required value'],
  ])('%s %s is refused as Invalid', async (apiVersion, kind, message) => {
    const error = await refused(
      rig.kube.create({ apiVersion, kind, metadata: { name: 'bare', namespace: 'default' } }),
    );
    expect(error).toMatchObject({ status: 422, reason: 'Invalid' });
    expect(error.message).toContain(message);
  });

  it('gives a node port to one Service only', async () => {
    const service = (name: string, nodePort: number): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: { type: 'NodePort', ports: [{ port: 443, nodePort }] },
    });
    await rig.kube.apply(service('first', 31443));
    await rig.kube.apply(service('first', 31443));
    expect((await refused(rig.kube.apply(service('second', 31443)))).message).toBe(
      'Service "second" is invalid: spec.ports[0].nodePort: Invalid value: 31443: provided port is already allocated',
    );
    expect((await refused(rig.kube.apply(service('third', 443)))).message).toContain('not in the valid range');
  });

  it('keeps the Namespaces of the cluster itself', async () => {
    const error = await refused(rig.kube.delete({ apiVersion: 'v1', kind: 'Namespace', name: 'kube-system' }));
    expect(error.message).toBe('namespaces "kube-system" is forbidden: this namespace may not be deleted');
  });

  it('takes the objects of a CRD away with it', async () => {
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
    const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name: 'toys.example.org' };
    const names = { kind: 'Toy', plural: 'toys' };
    const { name, ...typed } = crd;
    await rig.kube.create({
      ...typed,
      metadata: { name },
      spec: { group: 'example.org', scope: 'Cluster', names, versions },
    });
    const toy = { apiVersion: 'example.org/v1', kind: 'Toy' };
    await rig.kube.create({ ...toy, metadata: { name: 'one', finalizers: ['a.b/c'] } });
    await rig.kube.delete(crd);
    await until(
      () => rig.api.store.get('example.org/toys', undefined, 'one')?.metadata.deletionTimestamp !== undefined,
    );
    expect(await rig.kube.get(crd)).toBeDefined();
    await rig.kube.patch({ ...toy, name: 'one' }, { metadata: { finalizers: null } });
    await until(
      () => rig.api.store.get('apiextensions.k8s.io/customresourcedefinitions', undefined, name) === undefined,
    );
    expect((await rig.kube.raw('/apis/example.org/v1/toys')).status).toBe(404);
  });
});

describe('watch', () => {
  it('goes on after a break, after forgetting, and begins when the CRD comes', async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const on = ({ type, object }: { type: string; object: KubeObject }) => {
      seen.push(`${type} ${object.metadata.name}`);
    };
    const gadgets = { apiVersion: 'example.org/v1', kind: 'Gadget' };
    const watching = rig.kube.watch(gadgets, on, stop.signal);
    const gadget = (name: string) => ({ ...gadgets, metadata: { name, namespace: 'default' } });
    const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }];
    await rig.kube.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.org' },
      spec: { group: 'example.org', scope: 'Namespaced', names: { kind: 'Gadget', plural: 'gadgets' }, versions },
    });
    await rig.kube.create(gadget('a'));
    const wait = async (text: string) => {
      for (let turn = 0; turn < 500 && !seen.includes(text); turn += 1)
        await new Promise((resolve) => setTimeout(resolve, 10));
      expect(seen).toContain(text);
    };
    await wait('ADDED a');
    rig.api.setAvailable(false);
    expect((await rig.kube.raw('/readyz')).status).toBe(503);
    rig.api.setAvailable(true);
    await rig.kube.create(gadget('b'));
    await wait('ADDED b');
    rig.api.setAvailable(false);
    rig.api.store.remove('example.org/gadgets', rig.api.store.get('example.org/gadgets', 'default', 'a')!);
    rig.api.store.compact();
    rig.api.setAvailable(true);
    await wait('DELETED a');
    await rig.kube.delete({ ...gadgets, namespace: 'default', name: 'b' });
    await wait('DELETED b');
    stop.abort();
    await watching;
    expect(seen).toEqual(['ADDED a', 'ADDED b', 'DELETED a', 'DELETED b']);
  });

  it('answers 410 to who resumes from what is forgotten', async () => {
    rig.api.store.compact();
    const answer = await rig.kube.raw('/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=1');
    expect(answer.status).toBe(410);
  });
});

describe('access', () => {
  it('knows accounts by their tokens, and refuses what no role allows', async () => {
    const account = 'system:serviceaccount:default:default';
    const kube = createLabKube(rig.api.kubeconfig(account), 'account');
    const denied = await refused(kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'default' }));
    expect(denied).toMatchObject({ status: 403, reason: 'Forbidden' });
    expect(denied.message).toBe(
      `secrets is forbidden: User "${account}" cannot list resource "secrets" in API group "" in the namespace "default"`,
    );
    await rig.kube.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'reads', namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    });
    expect(await kube.list({ apiVersion: 'v1', kind: 'Secret', namespace: 'default' })).toEqual([]);
    const stranger = createLabKube(rig.api.kubeconfig('x').replace(/token: .*/, 'token: wrong'), 'stranger');
    expect((await stranger.raw('/api/v1/pods')).status).toBe(401);
    kube.close();
    stranger.close();
  });

  it('lets nobody grant more than they have', async () => {
    const rules = [{ verbs: ['*'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] }];
    const role = (name: string, of: unknown) => ({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: of,
    });
    const held = [{ verbs: ['create', 'get'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'] }];
    await rig.kube.create(role('maker', held));
    await rig.kube.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'maker' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'maker' },
      subjects: [{ kind: 'User', name: 'maker' }],
    });
    const maker = createLabKube(rig.api.kubeconfig({ name: 'maker', groups: [] }), 'maker');
    const more = await refused(maker.create(role('more', rules)));
    expect(more.message).toContain('is attempting to grant RBAC permissions not currently held');
    expect((await maker.create(role('same', held))).metadata.name).toBe('same');
    maker.close();
  });

  it('answers reviews, which change nothing', async () => {
    const spec = {
      user: 'system:serviceaccount:flux-system:helm-controller',
      resourceAttributes: { verb: '*', group: '*', resource: '*' },
    };
    const ask = async () => {
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      const answer = await rig.kube.raw('/apis/authorization.k8s.io/v1/subjectaccessreviews', { method: 'POST', body });
      return JSON.parse(answer.body).status.allowed;
    };
    expect(await ask()).toBe(false);
    await rig.kube.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'helm-controller' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'helm-controller', namespace: 'flux-system' }],
    });
    expect(await ask()).toBe(true);
    expect(rig.requests.at(-1)?.mutating).toBe(false);
  });
});

describe('what answers behind', () => {
  it('proxies to a Service, when there is one and something behind it', async () => {
    const path = '/api/v1/namespaces/default/services/http:hello:80/proxy/a/b?c=d';
    expect((await rig.kube.raw(path)).status).toBe(404);
    await rig.kube.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hello', namespace: 'default' },
      spec: { ports: [{ port: 80 }] },
    });
    expect((await rig.kube.raw(path)).status).toBe(503);
    rig.api.registerBackend('default', 'hello', ({ path: at, query }) => ({
      status: 200,
      body: `${at} ${query.get('c')}`,
    }));
    expect(await rig.kube.raw(path)).toEqual({ status: 200, body: '/a/b d' });
  });

  it('asks webhooks, by Service and by url, in dry-runs too', async () => {
    const asked: { dryRun: boolean; operation: string }[] = [];
    const verdict = (body: string) => {
      const { request } = JSON.parse(body);
      asked.push(request);
      const allowed = request.object?.data?.bad === undefined;
      const status = { message: 'no bad data', code: 403 };
      return JSON.stringify({ response: { uid: request.uid, allowed, ...(allowed ? {} : { status }) } });
    };
    const own = await issueCertificate({ commonName: 'hook', ipAddresses: ['127.0.0.1'] }, rig.ca);
    const server = createServer({ cert: own.certificate, key: own.key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => response.end(verdict(Buffer.concat(chunks).toString())));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/check`;
    const caBundle = Buffer.from(rig.ca.certificate).toString('base64');
    const service = { namespace: 'default', name: 'hook', path: '/check' };
    const configuration = (clientConfig: unknown, failurePolicy = 'Fail'): KubeObject => ({
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'hook' },
      webhooks: [
        {
          name: 'hook.example.org',
          clientConfig,
          failurePolicy,
          rules: [
            { operations: ['CREATE', 'UPDATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] },
          ],
          objectSelector: { matchLabels: { checked: 'yes' } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    const checked = { labels: { checked: 'yes' } };
    await rig.kube.apply(configuration({ url, caBundle }));
    const denied = await refused(rig.kube.create(configMap('bad', { bad: 'x' }, checked), { dryRun: true }));
    expect(denied).toMatchObject({
      status: 403,
      message: 'admission webhook "hook.example.org" denied the request: no bad data',
    });
    expect(asked).toMatchObject([{ dryRun: true, operation: 'CREATE' }]);
    await rig.kube.create(configMap('unchecked', { bad: 'x' }));

    await rig.kube.delete({
      ...ref('hook'),
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
    });
    await rig.kube.apply(configuration({ service, caBundle }));
    const unanswered = await refused(rig.kube.create(configMap('good', {}, checked)));
    expect(unanswered).toMatchObject({ status: 500, reason: 'InternalError' });
    expect(unanswered.message).toContain('service "hook" not found');
    await rig.kube.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hook', namespace: 'default' },
      spec: { ports: [{ port: 443 }] },
    });
    const stop = rig.api.registerBackend('default', 'hook', ({ body }) => ({
      status: 200,
      body: verdict(body.toString()),
    }));
    expect((await rig.kube.create(configMap('good', {}, checked))).metadata.name).toBe('good');
    expect((await refused(rig.kube.patch(ref('good'), { data: { bad: 'x' } }))).status).toBe(403);
    stop();
    await rig.kube.apply(configuration({ service, caBundle }, 'Ignore'));
    expect((await rig.kube.patch(ref('good'), { data: { bad: 'x' } })).data).toEqual({ bad: 'x' });
    server.close();
  });

  it('hands out what containers wrote', async () => {
    const spec = { containers: [{ name: 'main', image: 'x:1' }] };
    await rig.kube.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'talker', namespace: 'default' }, spec });
    rig.api.podLogs.set('default/talker/main', 'one\ntwo\n');
    expect((await rig.kubectl('logs talker')).out).toBe('one\ntwo\n');
    expect((await rig.kubectl('logs talker --tail=1')).out).toBe('two\n');
  });
});

describe('faults, log and speed', () => {
  it('breaks as it is told and keeps what was asked', async () => {
    rig.faults.add({
      server: 'kubernetes/test',
      method: 'GET',
      path: '/version',
      fault: { kind: 'status', status: 500 },
      count: 1,
    });
    expect((await rig.kube.raw('/version')).status).toBe(500);
    expect((await rig.kube.raw('/version')).status).toBe(200);
    await rig.kube.create(configMap('logged', {}));
    expect(rig.requests.at(-1)).toMatchObject({
      server: 'kubernetes/test',
      userAgent: 'rig',
      mutating: true,
      object: 'ConfigMap/default/logged',
    });
  });
});
