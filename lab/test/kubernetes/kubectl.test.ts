import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
}, 60_000);
afterAll(() => rig.close());

const deployment = (image: string, extra = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "${image}"${extra}}
`;

describe('kubectl', () => {
  it('applies on the server side twice without a change', async () => {
    const first = await rig.kubectl('apply --server-side -f -', deployment('nginx:1'));
    expect(first).toMatchObject({ code: 0, out: 'deployment.apps/web serverside-applied\n' });
    const before = await rig.kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' });
    expect(before?.spec).toMatchObject({ replicas: 1, progressDeadlineSeconds: 600 });
    expect(before?.metadata.generation).toBe(1);
    const second = await rig.kubectl('apply --server-side -f -', deployment('nginx:1'));
    expect(second.code).toBe(0);
    const after = await rig.kube.get({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' });
    expect(after?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
    await rig.kubectl('apply --server-side -f -', deployment('nginx:2'));
    const changed = await rig.kube.get({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'default',
      name: 'web',
    });
    expect(changed?.metadata.generation).toBe(2);
  });

  it('refuses fields of another manager and names it, until forced', async () => {
    const other = await rig.kubectl('apply --server-side --field-manager=other -f -', deployment('nginx:9'));
    expect(other.code).toBe(1);
    expect(other.err).toContain('Apply failed with 1 conflict: conflict with "kubectl"');
    expect(other.err).toContain('.spec.template.spec.containers[name="web"].image');
    const forced = await rig.kubectl(
      'apply --server-side --force-conflicts --field-manager=other -f -',
      deployment('nginx:9'),
    );
    expect(forced.code).toBe(0);
  });

  it('does nothing in a dry-run', async () => {
    const revision = rig.api.store.revision();
    const ran = await rig.kubectl(
      'apply --server-side --dry-run=server --force-conflicts -f -',
      deployment('nginx:10'),
    );
    expect(ran).toMatchObject({ code: 0, out: 'deployment.apps/web serverside-applied (server dry run)\n' });
    expect(rig.api.store.revision()).toBe(revision);
    expect(rig.requests.at(-1)?.mutating).toBe(false);
  });

  it('creates through protobuf, scales, waits and deletes with what is owned', async () => {
    expect(await rig.kubectl('create namespace shop')).toMatchObject({ code: 0 });
    expect(await rig.kubectl('-n shop create secret generic s --from-literal=a=b')).toMatchObject({ code: 0 });
    expect(await rig.kubectl('-n shop get secret s -o jsonpath={.data.a}')).toMatchObject({ out: 'Yg==' });
    const two = JSON.stringify({ spec: { replicas: 2 } });
    await rig.kubectl(
      '-n shop apply --server-side -f -',
      deployment('nginx:1').replaceAll('web', 'd').replace('default', 'shop'),
    );
    expect(await rig.kubectl(`-n shop patch deployment d --type=merge -p ${two}`)).toMatchObject({ code: 0, err: '' });
    expect(await rig.kubectl('-n shop scale deployment d --replicas=5')).toMatchObject({ code: 0, err: '' });
    expect(await rig.kubectl('-n shop get deployment d -o jsonpath={.spec.replicas}')).toMatchObject({ out: '5' });
    const waiting = rig.kubectl('-n shop wait deployment/d --for=condition=Available --timeout=20s');
    const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'd' };
    await rig.kube.patchStatus(ref, { conditions: [{ type: 'Available', status: 'True' }] });
    expect(await waiting).toMatchObject({ code: 0, out: 'deployment.apps/d condition met\n' });
    expect(await rig.kubectl('delete namespace shop')).toMatchObject({ code: 0 });
    expect(rig.api.store.list('apps/deployments', 'shop')).toEqual([]);
    expect((await rig.kubectl('get namespace shop')).err).toContain('namespaces "shop" not found');
  });

  it('reads lists, explains who may do what', async () => {
    expect((await rig.kubectl('get all -A')).out).toContain('service/kubernetes');
    expect((await rig.kubectl('get namespaces')).out).toMatch(/NAME +AGE/);
    expect((await rig.kubectl('auth can-i create pods')).out).toBe('yes\n');
    expect((await rig.kubectl('auth can-i create pods --as=system:serviceaccount:default:default')).out).toBe('no\n');
    expect((await rig.kubectl('version')).out).toContain('v1.35.4+k3s1');
    const denied = await rig.kubectl('get pods --as=somebody');
    expect(denied.err).toContain(
      'pods is forbidden: User "somebody" cannot list resource "pods" in API group "" in the namespace "default"',
    );
  });

  it('says that nobody serves a kind', async () => {
    const manifest = 'apiVersion: nope.io/v1\nkind: Nope\nmetadata: {name: nobody}\n';
    for (const mode of ['', ' --server-side']) {
      const ran = await rig.kubectl(`apply -f -${mode}`, manifest);
      expect(ran.err).toContain('no matches for kind "Nope" in version "nope.io/v1"');
    }
  });

  it('applies on its own side, edits by strategic patch, rolls out', async () => {
    const manifest = deployment('nginx:1').replaceAll('web', 'old');
    expect(await rig.kubectl('apply -f -', manifest)).toMatchObject({ code: 0, err: '' });
    expect((await rig.kubectl('apply -f -', manifest)).out).toBe('deployment.apps/old unchanged\n');
    expect((await rig.kubectl('apply -f -', manifest.replace('nginx:1', 'nginx:2'))).out).toContain('configured');
    expect(await rig.kubectl('set image deployment/old old=nginx:3')).toMatchObject({ code: 0, err: '' });
    expect(await rig.kubectl('rollout restart deployment/old')).toMatchObject({ code: 0, err: '' });
    expect((await rig.kubectl('label deployment old tier=x')).out).toContain('labeled');
    expect((await rig.kubectl('delete deployment old --cascade=foreground')).code).toBe(0);
  });
});
