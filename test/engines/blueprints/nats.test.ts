/** NATS as the Sovereign runs it: the version of the chart, with the configuration that the chart makes of the rendered values. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePorts } from '../../../lab/src/engines/free-ports.js';
import { type StartedProgram, startProgram } from '../../../src/tools/exec/exec.js';
import { until } from '../../until.js';
import { type NatsClient, natsClient } from './nats-client.js';
import { formatConf, type NatsValues, natsConf } from './nats-conf.js';
import { builtProgram, type Profile, rendered, secretText } from './rendered.js';

const server = builtProgram('nats', 'nats-server');

const folder = mkdtempSync(join(tmpdir(), 'catalyst-nats-'));
const running: StartedProgram[] = [];
const clients: NatsClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const program of running) program.kill('SIGKILL');
  await Promise.all(running.splice(0).map((program) => program.ended));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const passwordOf = (user: string) => `secret-of-${user}`;
const login = (user: string) => ({ user, pass: passwordOf(user) });

interface Member {
  port: number;
  monitoring: number;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The servers of a profile: ports and folders are those of a test, all else is as it is rendered. */
async function membersOf(profile: Profile): Promise<Member[]> {
  const { values } = await rendered('bp-nats-jetstream', profile);
  const conf = natsConf(values as NatsValues);
  const count = conf.cluster?.routes.length ?? 1;
  const ports = await freePorts(3 * count);
  const at = (index: number) => ({
    port: ports[3 * index]!,
    monitoring: ports[3 * index + 1]!,
    cluster: ports[3 * index + 2]!,
  });
  const routes = Array.from({ length: count }, (_, index) => `nats://127.0.0.1:${at(index).cluster}`);
  const auth = await secretText('bp-nats-jetstream', { secret: 'nats-auth', key: 'auth.conf' }, passwordOf);
  return Array.from({ length: count }, (_, index) => {
    const { port, monitoring, cluster } = at(index);
    const root = join(folder, `${profile}-${index}`);
    const here = {
      ...{ ...conf, host: '127.0.0.1', port, http_port: monitoring, pid_file: join(root, 'pid') },
      jetstream: { ...conf.jetstream, store_dir: join(root, 'data') },
      ...(conf.cluster ? { cluster: { ...conf.cluster, host: '127.0.0.1', port: cluster, routes } } : {}),
    };
    for (const each of ['nats-config', 'nats-auth']) mkdirSync(join(root, each), { recursive: true });
    writeFileSync(join(root, 'nats-config/nats.conf'), formatConf(here));
    writeFileSync(join(root, 'nats-auth/auth.conf'), auth);
    let program: StartedProgram | undefined;
    return {
      ...{ port, monitoring },
      async start() {
        program = startProgram({
          file: server!,
          args: ['--config', join(root, 'nats-config/nats.conf')],
          env: { POD_NAME: `nats-${index}` },
          cwd: root,
          logFile: join(root, 'log'),
        });
        running.push(program);
        let ended: string | undefined;
        void program.ended.then((how) => {
          ended = how;
        });
        const healthy = async () => (await fetch(`http://127.0.0.1:${monitoring}/healthz`)).ok;
        await until(async () => ended !== undefined || (await healthy()));
        if (ended) throw new Error(`nats-server: ${ended}\n${readFileSync(join(root, 'log'), 'utf8')}`);
      },
      async stop() {
        program?.kill('SIGKILL');
        await program?.ended;
      },
    };
  });
}

async function clientOf(member: Member, user?: string): Promise<NatsClient> {
  const client = await natsClient(member.port, user ? login(user) : undefined);
  clients.push(client);
  return client;
}

const stream = (replicas: number) => ({
  name: 'orders',
  subjects: ['orders.>'],
  storage: 'file',
  num_replicas: replicas,
});

describe.skipIf(!server)('NATS with the rendered configuration', () => {
  let solo: Member;
  let ha: Member[];
  beforeAll(async () => {
    [solo] = (await membersOf('solo')) as [Member];
    ha = await membersOf('ha');
  });

  test('solo: nobody without credentials, a message outlives the server', async () => {
    await solo.start();
    await expect(clientOf(solo)).rejects.toThrow('Authorization Violation');
    await expect(natsClient(solo.port, { ...login('catalyst'), pass: 'guessed' })).rejects.toThrow(
      'Authorization Violation',
    );
    const before = await clientOf(solo, 'catalyst');
    expect((await before.request('$JS.API.STREAM.CREATE.orders', stream(1))).error).toBeUndefined();
    expect(await before.request('orders.new', { id: 1 })).toMatchObject({ stream: 'orders', seq: 1 });
    await solo.stop();
    await solo.start();
    const after = await clientOf(solo, 'catalyst');
    expect((await after.request('$JS.API.STREAM.INFO.orders')).state).toMatchObject({ messages: 1 });
  });

  test('solo: the limits of the values are those of JetStream', async () => {
    await solo.start();
    const client = await clientOf(solo, 'catalyst');
    expect((await client.request('$JS.API.INFO')).error).toBeUndefined();
    const shown = await fetch(`http://127.0.0.1:${solo.monitoring}/jsz`);
    expect(((await shown.json()) as { config: object }).config).toMatchObject({
      max_storage: 8 * 2 ** 30,
      max_memory: 256 * 2 ** 20,
    });
  });

  test('solo: the probe may publish its own subject and no other', async () => {
    await solo.start();
    const probe = await clientOf(solo, 'probe');
    await probe.publish('catalyst.probe', 'seen');
    await expect(probe.publish('orders.new', 'not its own')).rejects.toThrow('Permissions Violation');
  });

  test('ha: three servers keep what one of them loses', async () => {
    await Promise.all(ha.map((member) => member.start()));
    const [first, second] = ha as [Member, Member];
    const before = await clientOf(first, 'catalyst');
    const made = await before.request('$JS.API.STREAM.CREATE.orders', stream(3));
    expect(made).toMatchObject({ config: { num_replicas: 3 } });
    const { seq = 0 } = await before.request('orders.new', { id: 1 });
    expect(seq).toBeGreaterThan(0);
    await first.stop();
    const after = await clientOf(second, 'catalyst');
    const kept = async () => (await after.request('$JS.API.STREAM.INFO.orders')).state?.messages;
    await until(async () => (await kept()) !== undefined);
    expect(await kept()).toBeGreaterThanOrEqual(seq);
  });
});
