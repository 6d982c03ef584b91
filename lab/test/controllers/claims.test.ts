/** What the tree's own Compositions make of claims at Hetzner and in Object Storage, and what is left when a claim has gone. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { substitute } from '../../../src/blueprints/render/substitute.js';
import { variablesOf } from '../../../src/blueprints/render/variables.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import type { Server } from '../../../src/hetzner/api/types.js';
import { poolUserData } from '../../../src/hetzner/cluster/boot/pool-user-data.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { clusterNames } from '../../../src/sovereign/cluster-names.js';
import { bucketMarker } from '../../../src/sovereign/object-storage.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { omantel } from '../../../test/unit/blueprints/rig.js';
import { until } from '../../../test/until.js';
import { openBucket } from '../../src/components/buckets.js';
import { crd } from '../../src/controllers/crd.js';
import { kindsOfPackage } from '../../src/controllers/platform/crossplane/opentofu-kinds.js';
import { createHetznerLab, type HetznerLab } from '../../src/hetzner/lab-hetzner.js';
import { createFaults } from '../../src/requests/faults.js';
import { createRequestLog } from '../../src/requests/request-log.js';
import { type S3Server, startS3 } from '../../src/servers/s3/server.js';
import { type Cluster, cilium, cluster, namespace, node, workload } from './harness.js';

const root = join(import.meta.dirname, '../../..');
const sovereign = omantel();
const { fqdn } = sovereign.spec;
const group = 'compose.openova.io/v1alpha1';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const secret = (name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: 'crossplane-system' },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
});
const claim = (kind: string, name: string, parameters: object): KubeObject => ({
  apiVersion: group,
  kind,
  metadata: { name, namespace: 'shop' },
  spec: { parameters },
});
const isReady = (object: KubeObject | undefined) =>
  object?.status?.conditions?.some(
    (one: { type: string; status: string }) => one.type === 'Ready' && one.status === 'True',
  );

/** The chart as helm renders it with the values of the tree. */
async function rendered(): Promise<KubeObject[]> {
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: process.env, cacheDir: join(homedir(), '.cache', 'catalyst') });
  const blueprints = await loadBlueprints(join(root, 'templates/blueprints'));
  const blueprint = blueprints.find(({ name }) => name === 'bp-crossplane-claims')!;
  const where = { where: 'bp-crossplane-claims' };
  const values = substitute(blueprint.documents.values['values'], variablesOf(sovereign), where);
  const { stdout } = await exec({
    file: await binaries.path('helm'),
    args: ['template', 'claims', join(blueprint.folder, 'chart'), '-n', 'crossplane-system', '--values', '-'],
    stdin: JSON.stringify(values),
  });
  return parseYamlStream(stdout) as KubeObject[];
}

describe('claims of the Sovereign', () => {
  let hetzner: HetznerLab;
  let s3: S3Server;
  let lab: Cluster;
  const keys = { accessKey: 'KEY', secretKey: 'hidden' };
  const booted: { server: Server; userData: string }[] = [];

  beforeEach(async () => {
    booted.splice(0);
    const [log, faults] = [createRequestLog(), createFaults()];
    hetzner = await createHetznerLab({
      ...{ log, faults, actionMs: 1, fixtures: () => undefined },
      onServerRunning: (server, userData) => booted.push({ server, userData }),
    });
    s3 = await startS3({ log, faults, region: 'fsn1', accounts: [{ name: 'lab', ...keys }] });
    lab = await cluster({
      cloud: () => hetzner.endpoint,
      objectStorage: { endpoint: s3.endpoint, region: 'fsn1', accessKey: '', secretKey: '' },
    });
    for (const name of ['kube-system', 'crossplane-system', 'shop']) await lab.kube.apply(namespace(name));
    for (const object of [node(), cilium, workload('Deployment', 'crossplane-system', 'crossplane')])
      await lab.kube.apply(object);
    for (const kind of ['CompositeResourceDefinition', 'Composition'])
      await lab.kube.apply(crd('apiextensions.crossplane.io', 'v1', kind, 'Cluster'));
    for (const kind of kindsOfPackage('provider-opentofu')) await lab.kube.apply(kind);
    await lab.kube.apply(
      secret('hcloud-credentials', { 'terraform.tfvars.json': JSON.stringify({ hcloud_token: hetzner.token }) }),
    );
    const s3Keys = { s3_access_key: keys.accessKey, s3_secret_key: keys.secretKey };
    await lab.kube.apply(secret('object-storage-credentials', { 'terraform.tfvars.json': JSON.stringify(s3Keys) }));
    await lab.kube.apply(secret('node-pool-join', { 'user-data': poolUserData(sovereign, 'the-join-token') }));
  });
  afterEach(async () => {
    await lab.close();
    await hetzner.close();
    await s3.close();
  });

  const api = () =>
    createHetznerApi({ token: hetzner.token, endpoint: hetzner.endpoint, signal: new AbortController().signal });

  /** What `cluster create` made before. */
  async function clusterParts() {
    const names = clusterNames(fqdn);
    const network = {
      ip_range: '10.0.0.0/16',
      subnets: [{ type: 'cloud', ip_range: '10.0.1.0/24', network_zone: 'eu-central' }],
    };
    return {
      network: (await api().create('network', { name: names.network, ...network })).resource.id,
      firewall: (await api().create('firewall', { name: names.firewall, rules: [] })).resource.id,
      key: (await api().create('ssh_key', { name: names.sshKey, public_key: 'ssh-ed25519 AAAA x' })).resource.id,
    };
  }

  it('of a node pool create servers that join: in the network, behind the firewall, with the key and the FQDN as label', async () => {
    const parts = await clusterParts();
    for (const object of await rendered()) await lab.kube.apply(object);
    const pool = claim('NodePoolClaim', 'extra', { count: 2, serverType: 'cx53' });
    await lab.until(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'nodepoolclaims.compose.openova.io',
      },
      Boolean,
    );
    await lab.kube.apply(pool);
    const ref = { apiVersion: group, kind: 'NodePoolClaim', namespace: 'shop', name: 'extra' };
    const made = await lab.until(ref, (object) => isReady(object) && object?.status?.addresses?.length === 2);
    const servers = await api().list('server');
    expect(servers).toHaveLength(2);
    for (const server of servers) {
      expect(server.labels).toMatchObject({ 'catalyst.openova.io/sovereign': fqdn });
      expect(server.private_net.map(({ network }) => network)).toEqual([parts.network]);
      expect(server.public_net.firewalls?.map(({ id }) => id)).toEqual([parts.firewall]);
      expect(made.status!.addresses).toContain(server.public_net.ipv4?.ip);
    }
    const [first] = booted;
    const config = readFile(first!.userData, '/etc/rancher/k3s/config.yaml');
    expect(config).toMatchObject({ token: 'the-join-token', server: 'https://10.0.1.254:6443' });
    expect(parseYamlStream(first!.userData)[0]).not.toHaveProperty('ssh_keys');

    await lab.kube.delete(ref);
    await lab.until(ref, (object) => object === undefined);
    // Crossplane deletes in the background what a claim was made of
    await until(async () => (await api().list('server')).length === 0);
  });

  it('of a load balancer reach their targets in the private network, and leave nothing', async () => {
    const parts = await clusterParts();
    for (const object of await rendered()) await lab.kube.apply(object);
    await lab.until(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'loadbalancerclaims.compose.openova.io',
      },
      Boolean,
    );
    await lab.kube.apply(claim('LoadBalancerClaim', 'web', { listenPort: 443, targetPort: 31443 }));
    const ref = { apiVersion: group, kind: 'LoadBalancerClaim', namespace: 'shop', name: 'web' };
    await lab.until(ref, (object) => isReady(object) && object?.status?.address !== undefined);
    const [balancer] = await api().list('load_balancer');
    expect(balancer!.labels).toEqual({ 'catalyst.openova.io/sovereign': fqdn });
    expect(balancer!.private_net.map(({ network }) => network)).toEqual([parts.network]);
    expect(balancer!.targets).toMatchObject([
      {
        type: 'label_selector',
        use_private_ip: true,
        label_selector: { selector: `catalyst.openova.io/sovereign=${fqdn}` },
      },
    ]);
    await lab.kube.delete(ref);
    await lab.until(ref, (object) => object === undefined);
    await until(async () => (await api().list('load_balancer')).length === 0);
  });

  it('of a bucket mark it as this Sovereign’s, by which purge knows it', async () => {
    for (const object of await rendered()) await lab.kube.apply(object);
    await lab.until(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'bucketclaims.compose.openova.io',
      },
      Boolean,
    );
    await lab.kube.apply(claim('BucketClaim', 'photos', { name: 'photos' }));
    const ref = { apiVersion: group, kind: 'BucketClaim', namespace: 'shop', name: 'photos' };
    const { status } = await lab.until(ref, (object) => isReady(object) && object?.status?.bucket !== undefined);
    expect(status!.bucket).toBe(`${sovereign.spec.objectStorage.bucketPrefix}-photos`);
    const bucket = await openBucket({ endpoint: s3.endpoint, region: 'fsn1', ...keys }, status!.bucket);
    expect(JSON.parse((await bucket.get(bucketMarker))!.toString())).toEqual({ sovereign: fqdn });
  });

  it('say what Hetzner refused, and go on when it no longer does', async () => {
    for (const object of await rendered()) await lab.kube.apply(object);
    await lab.until(
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        name: 'nodepoolclaims.compose.openova.io',
      },
      Boolean,
    );
    await lab.kube.apply(claim('NodePoolClaim', 'extra', { count: 1, serverType: 'cx53' }));
    const name = await workspaceName(lab);
    const workspace = { apiVersion: 'opentofu.upbound.io/v1beta1', kind: 'Workspace', name };
    const refused = await lab.until(workspace, (object) =>
      JSON.stringify(object?.status ?? {}).includes('no firewalls'),
    );
    expect(isReady(refused)).toBe(false);
    await clusterParts();
    await lab.until(workspace, (object) => isReady(object) === true);
  });
});

/** Name of the one Workspace, once it is there. */
async function workspaceName(lab: Cluster): Promise<string> {
  const ref = { apiVersion: 'opentofu.upbound.io/v1beta1', kind: 'Workspace' };
  const seen = new AbortController();
  let name = '';
  await lab.kube.watch(
    ref,
    ({ object }) => {
      name = object.metadata.name;
      seen.abort();
    },
    AbortSignal.any([seen.signal, AbortSignal.timeout(20_000)]),
  );
  return name;
}

function readFile(userData: string, path: string): unknown {
  const { write_files } = parseYamlStream(userData)[0] as { write_files: { path: string; content: string }[] };
  return parseYamlStream(write_files.find((file) => file.path === path)!.content)[0];
}
