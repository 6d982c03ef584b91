/** OpenBao with the rendered configuration: it initializes itself, unseals itself, and does not begin anew when a volume is lost. */
import { randomInt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { canMount } from '../../../lab/src/engines/pods/pod-root.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { until } from '../../until.js';
import { type KubernetesStub, startKubernetesStub } from './kubernetes-stub.js';
import { loginAs } from './openbao-client.js';
import { type BaoServer, baoServer, type Cluster, marker } from './openbao-server.js';
import { builtProgram, type Profile, rendered } from './rendered.js';

const program = builtProgram('openbao', 'bao');
const mounts = await canMount(createExec(createRedactor()));
if (!mounts) console.warn('\nopenbao NOT RUN with the rendered configuration: mounts are not permitted here\n');

let folder: string;
let kubernetes: KubernetesStub;
let servers: BaoServer[] = [];
async function cleanUp(): Promise<void> {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  kubernetes.close();
  rmSync(folder, { recursive: true, force: true });
}

async function clusterOf(profile: Profile): Promise<Cluster> {
  // the port is the rendered one, so the addresses are what keeps runs apart
  const net = `127.${randomInt(1, 255)}.${randomInt(255)}`;
  folder = mkdtempSync(join(tmpdir(), 'catalyst-openbao-'));
  kubernetes = await startKubernetesStub(`${net}.9`);
  return { program: program!, tree: await rendered('bp-openbao', profile), folder, net, kubernetes };
}

function started(cluster: Cluster, index = 0, selfInit?: (text: string) => string): BaoServer {
  const server = baoServer(cluster, index, selfInit);
  servers = [...servers.filter((one) => one.url !== server.url), server];
  return server;
}

const asAdmin = (server: BaoServer) => loginAs(server.url, 'openbao', 'catalyst-admin');
const asProbe = (server: BaoServer) => loginAs(server.url, 'catalyst-probes', 'catalyst-probe');
const value = { data: { word: 'kept' } };
const path = 'secret/data/catalyst-probes/story';

const missing = !program || !mounts;

describe.skipIf(missing)('solo: OpenBao with the rendered configuration', () => {
  let cluster: Cluster;
  let server: BaoServer;
  beforeAll(async () => {
    cluster = await clusterOf('solo');
    server = started(cluster);
    await server.start();
  });
  afterAll(cleanUp);

  test('an empty one initializes itself, and each reader has its own part alone', async () => {
    expect(server.prepared()).toContain('initializing a new OpenBao');
    const probe = await asProbe(server);
    expect((await probe.call('POST', path, value)).status).toBe(200);
    expect((await probe.call('GET', 'secret/data/catalyst/other')).status).toBe(403);
    await expect(loginAs(server.url, 'default', 'catalyst-probe')).rejects.toThrow('403');
  });

  test('an administrator adds a policy and a role after the first boot, and cannot read secrets', async () => {
    const admin = await asAdmin(server);
    const policy = 'path "secret/data/added/*" { capabilities = ["create", "read"] }';
    expect((await admin.call('POST', 'sys/policies/acl/added', { policy })).status).toBe(204);
    const role = {
      bound_service_account_names: 'added',
      bound_service_account_namespaces: 'added',
      token_policies: 'added',
    };
    expect((await admin.call('POST', 'auth/kubernetes/role/added', role)).status).toBe(204);
    const added = await loginAs(server.url, 'added', 'added');
    expect((await added.call('POST', 'secret/data/added/one', value)).status).toBe(200);
    expect((await admin.call('GET', 'secret/data/added/one')).status).toBe(403);
  });

  test('what the tree declares beside the first boot is accepted by the administrator', async () => {
    const admin = await asAdmin(server);
    const files = Object.entries(
      cluster.tree.object('ConfigMap', 'openbao-policies')['data'] as Record<string, string>,
    );
    expect(files.length).toBeGreaterThan(0);
    for (const [file, text] of files) {
      const [kind, name] = file.split('.');
      const answer =
        kind === 'policy'
          ? await admin.call('POST', `sys/policies/acl/${name}`, { policy: text })
          : await admin.call('POST', `auth/kubernetes/role/${name}`, JSON.parse(text));
      expect([file, answer]).toEqual([file, { status: 204 }]);
    }
  });

  test('restarted, it unseals itself and has what it had; its audit log and its Pod say so', async () => {
    await server.stop();
    await server.start();
    expect(server.prepared()).toContain('this server has its store');
    expect((await (await asProbe(server)).call('GET', path)).data?.data).toEqual(value.data);
    const audit = server.file('openbao/audit/audit.log');
    expect(readFileSync(audit, 'utf8')).toContain(path);
    expect((statSync(audit).mode & 0o777).toString(8)).toBe('640');
    await until(() => kubernetes.labels.get('openbao-0')?.['openbao-active'] === 'true');
    expect(kubernetes.labels.get('openbao-0')).toMatchObject({
      'openbao-initialized': 'true',
      'openbao-sealed': 'false',
    });
  });
});

describe.skipIf(missing)('OpenBao with the rendered configuration, when something was lost', () => {
  afterEach(cleanUp);

  test('solo: a first boot that failed half-way is repaired by asking for it', async () => {
    const cluster = await clusterOf('solo');
    const broken = started(cluster, 0, (text) => text.replace('sys/policies/acl/catalyst-api', 'sys/no-such-path'));
    await expect(broken.start()).rejects.toThrow(/openbao: /);
    expect(marker(cluster).read()).toEqual({ state: 'initializing' });

    const server = started(cluster);
    marker(cluster).write({ state: 'initializing', repair: 'first' });
    await server.start();
    expect(server.prepared()).toContain('setting aside what a failed initialization left, as asked for: first');
    expect((await (await asProbe(server)).call('POST', path, value)).status).toBe(200);

    // asked for once: what is there now is not set aside again
    await server.stop();
    await server.start();
    expect((await (await asProbe(server)).call('GET', path)).status).toBe(200);
  });

  test('ha: three servers are one cluster, and the first one that loses its volume joins the others', async () => {
    const cluster = await clusterOf('ha');
    const [first, ...others] = [0, 1, 2].map((index) => started(cluster, index)) as [BaoServer, BaoServer, BaoServer];
    await first.start();
    await Promise.all(others.map((server) => server.start()));
    // a server that joined has a vote once it has been stable for a while
    await until(() => ['openbao-1', 'openbao-2'].every((name) => first.log().includes(`AddVoter server-id=${name}`)));
    const clusterId = async (server: BaoServer) =>
      ((await (await fetch(`${server.url}/v1/sys/health?standbyok=true`)).json()) as { cluster_id: string }).cluster_id;
    const before = await clusterId(first);
    expect((await (await asProbe(first)).call('POST', path, value)).status).toBe(200);
    await asAdmin(first);
    marker(cluster).write({ state: 'done' });

    await first.stop();
    first.loseVolume();
    await until(async () => (await asProbe(others[0]!)) !== undefined);
    await first.start();
    expect(first.prepared()).toContain('it joins the others');
    expect(await clusterId(first)).toBe(before);
    const after = await asProbe(others[0]!);
    expect((await after.call('GET', path)).data?.data).toEqual(value.data);
  });
});
