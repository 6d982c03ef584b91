import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { openBucket } from '../../src/components/buckets.js';
import { crd } from '../../src/controllers/crd.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { startS3 } from '../../src/servers/s3/server.js';
import { type Cluster, cilium, cluster, namespace, node, workload } from './harness.js';

const isTrue = (object: KubeObject | undefined, type: string): boolean =>
  object?.status?.conditions?.some(
    (one: { type: string; status: string }) => one.type === type && one.status === 'True',
  ) ?? false;

const service = (ns: string, name: string, port: number, app = name): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: ns },
  spec: { selector: { app }, ports: [{ name: 'main', port, targetPort: port }] },
});

describe('emulated operators', () => {
  let lab: Cluster;
  const begin = async (...args: Parameters<typeof cluster>) => {
    lab = await cluster(...args);
    for (const name of ['kube-system', 'ops', 'shop']) await lab.kube.apply(namespace(name));
    await lab.kube.apply(node());
    await lab.kube.apply(cilium);
  };
  afterEach(() => lab.close());

  it('make a healthy Postgres with a Secret that opens it, and nothing before the operator runs', async () => {
    await begin();
    await lab.kube.apply(crd('postgresql.cnpg.io', 'v1', 'Cluster', 'Namespaced'));
    const ref = { apiVersion: 'postgresql.cnpg.io/v1', kind: 'Cluster', namespace: 'shop', name: 'pg' };
    await lab.kube.apply({
      ...ref,
      metadata: { name: 'pg', namespace: 'shop' },
      spec: { instances: 1, bootstrap: { initdb: { database: 'orders', owner: 'clerk' } } },
    } as KubeObject);
    expect(await lab.kube.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'pg-app' })).toBeUndefined();
    await lab.kube.apply(workload('Deployment', 'ops', 'cnpg-cloudnative-pg'));
    await lab.until(ref, (object) => object?.status?.phase === 'Cluster in healthy state' && isTrue(object, 'Ready'));
    const secret = await lab.kube.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'pg-app' });
    const read = (key: string) => Buffer.from(secret!.data[key], 'base64').toString();
    expect(read('username')).toBe('clerk');
    expect(read('uri')).toBe(`postgresql://clerk:${read('password')}@pg-rw.shop:5432/orders`);
  });

  it('issue a certificate by DNS-01 only once the parent refers to the servers that the solver writes to', async () => {
    let authority: 'sovereign' | 'mother' = 'mother';
    await begin({ dns: { setZone: async () => undefined, authority: async () => authority } });
    for (const [kind, scope] of [
      ['Certificate', 'Namespaced'],
      ['ClusterIssuer', 'Cluster'],
      ['Issuer', 'Namespaced'],
    ] as const)
      await lab.kube.apply(crd('cert-manager.io', 'v1', kind, scope));
    await lab.kube.apply(workload('Deployment', 'ops', 'cert-manager'));
    await lab.kube.apply(workload('Deployment', 'ops', 'cert-manager-webhook-pdns'));
    const host = 'http://powerdns.powerdns.svc.cluster.local:8081';
    await lab.kube.apply({
      apiVersion: 'cert-manager.io/v1',
      kind: 'ClusterIssuer',
      metadata: { name: 'prod' },
      spec: {
        acme: {
          server: 'https://acme.test',
          privateKeySecretRef: { name: 'account' },
          solvers: [{ dns01: { webhook: { groupName: 'x', solverName: 'pdns', config: { host } } } }],
        },
      },
    });
    const ref = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', namespace: 'shop', name: 'web' };
    await lab.kube.apply({
      ...ref,
      metadata: { name: 'web', namespace: 'shop' },
      spec: {
        secretName: 'web-tls',
        dnsNames: ['omantel.test', '*.omantel.test'],
        issuerRef: { kind: 'ClusterIssuer', name: 'prod' },
      },
    } as KubeObject);
    await lab.until(ref, (object) => isTrue(object, 'Issuing'));
    expect(
      await lab.kube.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'web-tls' }),
    ).toBeUndefined();
    authority = 'sovereign';
    await lab.until(ref, (object) => isTrue(object, 'Ready'));
    const secret = await lab.kube.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'web-tls' });
    const leaf = new X509Certificate(Buffer.from(secret!.data['tls.crt'], 'base64'));
    expect(leaf.verify(new X509Certificate(lab.authority.certificate).publicKey)).toBe(true);
    expect(leaf.subjectAltName).toContain('*.omantel.test');
  });

  it('unseal what kubeseal sealed, and refuse what was sealed under another name', async () => {
    await begin();
    await lab.kube.apply(crd('bitnami.com', 'v1alpha1', 'SealedSecret', 'Namespaced'));
    await lab.kube.apply(workload('Deployment', 'kube-system', 'sealed-secrets-controller'));
    const key = await lab.until(
      { apiVersion: 'v1', kind: 'Secret', namespace: 'kube-system', name: 'sealed-secrets-keylab00' },
      (object) => object !== undefined,
    );
    const certificate = Buffer.from(key.data['tls.crt'], 'base64').toString();
    const sealed = (name: string, label: string): KubeObject => ({
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata: { name, namespace: 'shop' },
      spec: {
        encryptedData: { word: seal('open sesame', label, certificate) },
        template: { metadata: { labels: { made: 'here' } } },
      },
    });
    await lab.kube.apply(sealed('good', 'shop/good'));
    const secret = await lab.until(
      { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'good' },
      (object) => object !== undefined,
    );
    expect(Buffer.from(secret.data.word, 'base64').toString()).toBe('open sesame');
    await lab.kube.apply(sealed('moved', 'shop/elsewhere'));
    const refused = await lab.until(
      { apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret', namespace: 'shop', name: 'moved' },
      (object) => object?.status?.conditions?.length > 0,
    );
    expect(refused.status.conditions[0]).toMatchObject({ type: 'Synced', status: 'False' });

    const own = (name: string, annotations: Record<string, string>): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace: 'shop', annotations },
      data: { word: Buffer.from('from before').toString('base64') },
    });
    const wordOf = (object: KubeObject | undefined) => Buffer.from(object?.data.word, 'base64').toString();
    const before = { apiVersion: 'v1', kind: 'Secret', namespace: 'shop', name: 'before' };
    await lab.kube.apply(own('before', {}));
    await lab.kube.apply(sealed('before', 'shop/before'));
    const unmanaged = await lab.until(
      { ...before, apiVersion: 'bitnami.com/v1alpha1', kind: 'SealedSecret' },
      (object) => object?.status?.conditions?.length > 0,
    );
    expect(unmanaged.status.conditions[0]).toMatchObject({
      status: 'False',
      message: 'failed update: Resource "before" already exists and is not managed by SealedSecret',
    });
    expect(wordOf(await lab.kube.get(before))).toBe('from before');
    await lab.kube.apply(own('handed', { 'sealedsecrets.bitnami.com/managed': 'true' }));
    await lab.kube.apply(sealed('handed', 'shop/handed'));
    await lab.until({ ...before, name: 'handed' }, (object) => wordOf(object) === 'open sesame');
  });

  it('refuse by an enforcing policy and report by an auditing one', async () => {
    await begin();
    await lab.kube.apply(crd('kyverno.io', 'v1', 'ClusterPolicy', 'Cluster', { plural: 'clusterpolicies' }));
    await lab.kube.apply(crd('wgpolicyk8s.io', 'v1alpha2', 'PolicyReport', 'Namespaced'));
    await lab.kube.apply(namespace('kyverno'));
    await lab.kube.apply(service('kyverno', 'kyverno-svc', 443, 'kyverno-admission-controller'));
    for (const name of ['kyverno-admission-controller', 'kyverno-reports-controller'])
      await lab.kube.apply(workload('Deployment', 'kyverno', name));
    const policy = (name: string, action: string, rule: object): KubeObject => ({
      apiVersion: 'kyverno.io/v1',
      kind: 'ClusterPolicy',
      metadata: { name },
      spec: { validationFailureAction: action, rules: [{ name: 'only', ...rule }] },
    });
    const maps = {
      match: { any: [{ resources: { kinds: ['ConfigMap'], selector: { matchLabels: { probe: 'refuse' } } } }] },
    };
    await lab.kube.apply(policy('no-probe', 'Enforce', { ...maps, validate: { message: 'not here', deny: {} } }));
    await lab.kube.apply(
      policy('limits', 'Audit', {
        match: { any: [{ resources: { kinds: ['Pod'] } }] },
        validate: { pattern: { spec: { containers: [{ resources: { limits: { memory: '?*' } } }] } } },
      }),
    );
    await lab.until(
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        name: 'kyverno-resource-validating-webhook-cfg',
      },
      (object) => object !== undefined,
    );
    const map = (label: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: label, namespace: 'shop', labels: { probe: label } },
    });
    await expect(lab.kube.apply(map('refuse'), { dryRun: true })).rejects.toThrow(/no-probe[\s\S]*not here/);
    await lab.kube.apply(map('fine'), { dryRun: true });
    const pod = await lab.kube.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'loose', namespace: 'shop' },
      spec: { containers: [{ name: 'a', image: 'a' }] },
    });
    const report = await lab.until(
      { apiVersion: 'wgpolicyk8s.io/v1alpha2', kind: 'PolicyReport', namespace: 'shop', name: pod.metadata.uid! },
      (object) => object?.results?.length > 0,
    );
    expect(report.results[0]).toMatchObject({ policy: 'limits', result: 'fail' });

    // Kyverno is down: what says nothing about its failure refuses, everywhere
    const down = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      namespace: 'kyverno',
      name: 'kyverno-admission-controller',
    };
    await lab.kube.patch(down, { spec: { replicas: 0 } });
    await lab.until(down, (object) => (object?.status?.readyReplicas ?? 0) === 0);
    await expect(lab.kube.apply(map('fine'), { dryRun: true })).rejects.toThrow(
      /failed calling webhook "validate.kyverno.svc-fail"/,
    );
    const change = async (name: string, spec: object, webhook: string) => {
      await lab.kube.patch(down, { spec: { replicas: 1 } });
      await lab.until(down, (object) => (object?.status?.readyReplicas ?? 0) === 1);
      await lab.kube.patch({ apiVersion: 'kyverno.io/v1', kind: 'ClusterPolicy', name }, { spec });
      await lab.until(
        {
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'ValidatingWebhookConfiguration',
          name: 'kyverno-resource-validating-webhook-cfg',
        },
        (object) => object?.webhooks.some((one: { name: string }) => one.name === webhook),
      );
      await lab.kube.patch(down, { spec: { replicas: 0 } });
      await lab.until(down, (object) => (object?.status?.readyReplicas ?? 0) === 0);
    };
    await change('limits', { failurePolicy: 'Ignore' }, 'validate.kyverno.svc-ignore');
    const matchConditions = [{ name: 'there', expression: "request.namespace == 'ops'" }];
    await change(
      'no-probe',
      { webhookConfiguration: { failurePolicy: 'Fail', matchConditions } },
      'validate.kyverno.svc-fail-finegrained-no-probe',
    );
    await lab.kube.apply(map('fine'), { dryRun: true });
    const inOps = { ...map('fine'), metadata: { name: 'fine', namespace: 'ops', labels: { probe: 'fine' } } };
    await expect(lab.kube.apply(inOps, { dryRun: true })).rejects.toThrow(/svc-fail-finegrained-no-probe/);
  });

  it('back up into the bucket and bring back what was lost; wrong keys make the location unavailable', async () => {
    const s3 = await startS3({
      log: createRequestLog(),
      faults: createFaults(),
      region: 'fsn1',
      accounts: [{ name: 'lab', accessKey: 'KEY', secretKey: 'hidden' }],
    });
    const storage = { endpoint: s3.endpoint, region: 'fsn1', accessKey: 'KEY', secretKey: 'hidden' };
    s3.storage.createBucket('omantel-velero', 'lab');
    await begin({ objectStorage: storage });
    await lab.kube.apply(namespace('velero'));
    for (const kind of ['BackupStorageLocation', 'Backup', 'Restore', 'DeleteBackupRequest'])
      await lab.kube.apply(crd('velero.io', 'v1', kind, 'Namespaced'));
    const keys = (secret: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'velero-s3', namespace: 'velero' },
      stringData: { cloud: `[default]\naws_access_key_id=KEY\naws_secret_access_key=${secret}\n` },
    });
    const velero = (kind: string, name: string, spec: object): KubeObject => ({
      apiVersion: 'velero.io/v1',
      kind,
      metadata: { name, namespace: 'velero' },
      spec,
    });
    const ref = (kind: string, name: string) => ({ apiVersion: 'velero.io/v1', kind, namespace: 'velero', name });
    await lab.kube.apply(keys('wrong'));
    await lab.kube.apply(workload('Deployment', 'velero', 'velero'));
    await lab.kube.apply(
      velero('BackupStorageLocation', 'default', { provider: 'aws', objectStorage: { bucket: 'omantel-velero' } }),
    );
    await lab.until(ref('BackupStorageLocation', 'default'), (object) => object?.status?.phase === 'Unavailable');
    await lab.kube.apply(keys('hidden'));
    await lab.until(ref('BackupStorageLocation', 'default'), (object) => object?.status?.phase === 'Available');
    const map = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'kept' };
    await lab.kube.apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'kept', namespace: 'shop' },
      data: { word: 'here' },
    } as KubeObject);
    // a group that is told of and not served, as while its kinds are being defined
    const unserved = { kind: 'status' as const, status: 404, body: '404 page not found\n' };
    lab.faults.add({ server: 'kubernetes/sovereign', path: '/apis/batch/v1', fault: unserved });
    await lab.kube.apply(velero('Backup', 'one', { includedNamespaces: ['shop'], storageLocation: 'default' }));
    await lab.until(ref('Backup', 'one'), (object) => object?.status?.phase === 'Completed');
    expect(await (await openBucket(storage, 'omantel-velero')).list('backups/one/')).toHaveLength(2);
    await lab.kube.delete(map);
    await lab.kube.apply(velero('Restore', 'one', { backupName: 'one' }));
    await lab.until(ref('Restore', 'one'), (object) => object?.status?.phase === 'Completed');
    expect((await lab.kube.get(map))?.data).toEqual({ word: 'here' });
    // the kind has no status subresource: its status is a change of the object like any other
    expect((await lab.kube.get(ref('Restore', 'one')))?.metadata.generation).toBe(2);
    await s3.close();
  });
});

/** As kubeseal does it. */
function seal(text: string, label: string, certificate: string): string {
  const session = randomBytes(32);
  const key = {
    key: createPublicKey(certificate),
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: 'sha256',
    oaepLabel: Buffer.from(label),
  };
  const wrapped = publicEncrypt(key, session);
  const cipher = createCipheriv('aes-256-gcm', session, Buffer.alloc(12));
  const body = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(wrapped.length);
  return Buffer.concat([length, wrapped, body]).toString('base64');
}
