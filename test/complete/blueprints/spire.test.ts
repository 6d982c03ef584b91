/** SPIRE, of the version of the image, with what its chart makes of the rendered values: who is an agent, what a workload is given, and what a restart keeps. */
import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { type Cluster, namespace as namespaceOf, startCluster } from '../../engines/blueprints/cluster.js';
import { builtProgram, rendered } from '../../engines/blueprints/rendered.js';
import { exec } from '../../unit/blueprints/charts-rig.js';
import { until } from '../../until.js';
import { accountObjects, accounts, agentConf, namespace, type SpireValues, serverConf } from './spire-conf.js';
import { type SpirePod, spirePod, tokenOf } from './spire-pod.js';

const programs = { server: builtProgram('spire', 'spire-server'), agent: builtProgram('spire', 'spire-agent') };
const trustDomain = 'spiffe://omantel.omani.works';
const sockets = { server: '/tmp/spire-server/private/api.sock', agent: '/tmp/spire-agent/public/spire-agent.sock' };
const agentTokenFile = '/run/secrets/tokens/spire-agent';
const here = '127.0.0.1';

interface Svids {
  svids: { spiffe_id: string; x509_svid: string; bundle: string }[];
}

describe.skipIf(!programs.server)('SPIRE with the rendered configuration', () => {
  let cluster: Cluster;
  let values: SpireValues;
  let server: SpirePod;
  let agent: SpirePod;
  let node: KubeObject;
  let port: number;
  const pods: SpirePod[] = [];

  /** The agent of the Pod of that name and ServiceAccount. As there, but for where it calls and listens, and a second way to know a workload: no kubelet is here. */
  async function agentOf(pod: string, account: string): Promise<SpirePod> {
    const spec = {
      serviceAccountName: account,
      nodeName: 'node-1',
      containers: [{ name: 'agent', image: 'demo:1.0' }],
    };
    await cluster.apply([{ apiVersion: 'v1', kind: 'Pod', metadata: { name: pod, namespace }, spec }]);
    const { uid } = (await cluster.get('pod', pod, '-n', namespace)).metadata as { uid: string };
    const [health = 0] = await freePorts(1);
    const { agent: settings, plugins, ...conf } = agentConf(values);
    const [kubelets] = plugins!['WorkloadAttestor'] as object[];
    const changed = {
      ...conf,
      agent: { ...settings, server_address: here, server_port: `${port}` },
      plugins: { ...plugins, WorkloadAttestor: [kubelets, { unix: { plugin_data: null } }] },
      health_checks: { ...conf.health_checks, bind_address: here, bind_port: `${health}` },
    };
    const made = spirePod({
      ...{ cluster, name: pod, health, volumes: ['/var/lib/spire', '/tmp/spire-agent/public'] },
      command: [programs.agent!, 'run', '-config', '/run/spire/config/agent.conf'],
      token: () => tokenOf(cluster, { namespace, account }),
      files: async () => ({
        '/run/spire/config/agent.conf': JSON.stringify(changed),
        '/run/spire/bundle/bundle.spiffe': await published(),
        [agentTokenFile]: await tokenOf(cluster, { namespace, account, bound: { pod, uid, audience: 'spire-server' } }),
      }),
    });
    pods.push(made);
    return made;
  }
  const published = async () =>
    (await cluster.get<{ data: Record<string, string> }>('configmap', 'spire-bundle', '-n', namespace)).data[
      'bundle.spiffe'
    ]!;
  const asked = async (...args: string[]) =>
    (await exec({ file: programs.server!, args: [...args, '-socketPath', server.at(sockets.server)] })).stdout;
  const agents = async () =>
    (JSON.parse(await asked('agent', 'list', '-output', 'json')) as { agents: { id: { path: string } }[] }).agents;
  /** As the controller manager registers a Pod, but for the selector that needs a kubelet. */
  const register = (workload: string) =>
    asked(
      ...['entry', 'create', '-selector', 'unix:uid:0', '-spiffeID', `${trustDomain}${workload}`],
      ...['-parentID', `${trustDomain}/spire/agent/k8s_psat/omantel/${node.metadata.uid}`],
    );
  const fetched = async (...what: string[]) => {
    const args = ['api', 'fetch', ...what, '-socketPath', agent.at(sockets.agent), '-output', 'json'];
    return (await exec({ file: programs.agent!, args })).stdout;
  };
  /** The SVID that a workload is given for that identity, once it has reached the agent. */
  async function svidOf(workload: string): Promise<{ certificate: X509Certificate; authority: X509Certificate }> {
    let found: Svids['svids'][number] | undefined;
    await until(async () => {
      const { svids } = JSON.parse(await fetched('x509')) as Svids;
      found = svids.find(({ spiffe_id: id }) => id === `${trustDomain}${workload}`);
      return found !== undefined;
    });
    const [certificate, authority] = [found!.x509_svid, found!.bundle].map(
      (der) => new X509Certificate(Buffer.from(der, 'base64')),
    );
    return { certificate: certificate!, authority: authority! };
  }

  beforeAll(async () => {
    cluster = await startCluster();
    values = (await rendered('bp-spire', 'ha')).object('HelmRelease', 'bp-spire')['spec'].values;
    await cluster.apply([namespaceOf(namespace), { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1' } }]);
    await cluster.apply(accountObjects);
    node = await cluster.get('node', 'node-1');
    const [given = 0, health = 0] = await freePorts(2);
    port = given;
    const conf = serverConf(values);
    const changed = {
      ...conf,
      server: { ...conf.server, bind_address: here, bind_port: `${port}` },
      health_checks: { ...conf.health_checks, bind_address: here, bind_port: `${health}` },
    };
    server = spirePod({
      ...{ cluster, name: 'server', health, volumes: ['/run/spire/data', '/tmp/spire-server/private'] },
      command: [programs.server!, 'run', '-expandEnv', '-config', '/run/spire/config/server.conf'],
      token: () => tokenOf(cluster, { namespace, account: accounts.server }),
      files: async () => ({ '/run/spire/config/server.conf': JSON.stringify(changed) }),
    });
    pods.push(server);
    await server.start();
    await until(async () => Boolean(await published()));
    agent = await agentOf('spire-agent-1', accounts.agent);
    await agent.start();
  });
  afterAll(async () => {
    for (const pod of pods) await pod.kill();
    await cluster?.close();
  });

  test('an agent is known by the node of its Pod, and trusts what the server has published', async () => {
    expect(await agents()).toMatchObject([{ id: { path: `/spire/agent/k8s_psat/omantel/${node.metadata.uid}` } }]);
  });

  test('a registered workload is given an identity in the Sovereign, signed by its own authority', async () => {
    await register('/ns/shop/sa/default');
    const { certificate, authority } = await svidOf('/ns/shop/sa/default');
    expect(certificate.subjectAltName).toBe(`URI:${trustDomain}/ns/shop/sa/default`);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(authority.subject).toContain('O=OpenOva Catalyst');
    expect(authority.subject).toContain('CN=omantel.omani.works');
    const hours = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / 3_600_000;
    expect(Math.round(hours)).toBe(4);
    // as the proof of #382 reads it
    expect(/spiffe:\/\/[^"]*/.exec(await fetched('x509'))?.[0]).toBe(`${trustDomain}/ns/shop/sa/default`);
  });

  test('its token names the Sovereign as the issuer', async () => {
    const [{ svids }] = JSON.parse(await fetched('jwt', '-audience', 'shop')) as [{ svids: { svid: string }[] }];
    const claims = JSON.parse(String(Buffer.from(svids[0]!.svid.split('.')[1]!, 'base64url')));
    expect(claims).toMatchObject({ iss: 'https://spire.omantel.omani.works', aud: ['shop'] });
  });

  test('a Pod of another ServiceAccount is no agent', async () => {
    const stranger = await agentOf('stranger', 'default');
    await stranger.begin();
    await until(() => /spire-system:default\\?" is not an allowed service account/.test(server.log()));
    await stranger.kill();
    expect(await agents()).toHaveLength(1);
  });

  test('a server that was killed goes on with its authority, its agents and its entries', async () => {
    const before = (await svidOf('/ns/shop/sa/default')).authority;
    await server.kill();
    await server.start();
    expect(await agents()).toHaveLength(1);
    await register('/ns/crm/sa/default');
    const { certificate } = await svidOf('/ns/crm/sa/default');
    expect(certificate.verify(before.publicKey)).toBe(true);
    await svidOf('/ns/shop/sa/default');
  });
});
