/**
 * Story: the day after. Thirty rounds of a handed-over Sovereign, with renewals, restarts and rotations between them, give no alarm; then
 * tethers come back one by one, and each is sent once, to a webhook and through the Sovereign's Flux.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { History } from '../../src/actions/evidence/history.js';
import type { RoundResult } from '../../src/actions/verify/round.js';
import { parseJournal } from '../../src/engine/journal-entry.js';
import type { Kube, KubeObject, KubeWriter } from '../../src/kubernetes/client/kube.js';
import { createKube } from '../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { waitUntil } from '../../src/support/wait.js';
import { createBinaries } from '../../src/tools/exec/binaries.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { attribute } from './attribution.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { placesOf } from './declared-writes.js';
import { writesOf } from './seen-writes.js';

const fqdn = 'omantel.omani.works';
const secret = 'T0P-S3CR3T-of-the-webhook';
const stop = new AbortController();

interface Posted {
  path: string;
  reason: string;
  severity: string;
  message: string;
  returned?: { where: string; grade?: string }[];
  cleared?: { where: string }[];
}

let catalyst: Catalyst;
let lab: LabInfo;
let kube: Kube & KubeWriter;
let server: Server;
let journal: string;
const posted: Posted[] = [];
const at = (path: string) => posted.filter((one) => one.path === path);

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (data) => (text += data));
    request.on('end', () => {
      posted.push({ path: request.url!, ...JSON.parse(text) });
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  catalyst = catalystAtHome('rounds');
  lab = await catalyst.up();
  journal = join(dirname(lab.spec), 'state', fqdn, 'journal.jsonl');
  const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '7']);
  expect(walked.code, walked.stderr).toBe(0);
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: {}, cacheDir: join(catalyst.home, 'binaries') });
  kube = createKube({
    ...{ kubeconfig: lab.kubeconfigs.sovereign, kubectl: () => binaries.path('kubectl') },
    ...{ exec, clock: systemClock, signal: stop.signal },
  });
  await openAlerts();
}, 600_000);
afterAll(async () => {
  stop.abort();
  server.close();
  await catalyst.close();
});

/** The webhook as a credential, a Provider and an Alert of the Sovereign's Flux, and both in the spec. */
async function openAlerts(): Promise<void> {
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const file = join(catalyst.home, 'webhook');
  writeFileSync(file, `${origin}/${secret}\n`, { mode: 0o600 });
  const set = await catalyst.run(['credentials', 'set', 'alert-webhook', '--from-file', file, '--lab', catalyst.lab]);
  expect(set.code, set.stderr).toBe(0);
  const spec = readFileSync(lab.spec, 'utf8');
  writeFileSync(lab.spec, spec.replace(/^spec:\n/m, 'spec:\n  alerts: {webhook: true, flux: true}\n'));
  const notification = (kind: string, more: object): KubeObject => ({
    ...{ apiVersion: 'notification.toolkit.fluxcd.io/v1beta3', kind },
    ...{ metadata: { namespace: 'flux-system', name: 'rounds' }, spec: more },
  });
  await kube.create(notification('Provider', { type: 'generic', address: `${origin}/flux` }));
  const eventSources = [{ kind: 'GitRepository', name: 'flux-system' }];
  await kube.create(notification('Alert', { providerRef: { name: 'rounds' }, eventSources }));
}

const round = async (...more: string[]) => {
  const { code, document } = await catalyst.json<RoundResult>(['verify', 'round', '--lab', catalyst.lab, ...more]);
  const failed = document.error as { data?: { result?: RoundResult } } | undefined;
  return { code, result: document.result ?? failed?.data?.result, error: document.error };
};

/** What was written since then, held against what the journal has of it. */
function leftOver(requests: number, known: number) {
  const writes = writesOf(readFileSync(lab.requestLog).subarray(requests).toString());
  const entries = parseJournal(readFileSync(journal), journal).entries.slice(known);
  return { writes: writes.length, ...attribute(writes, placesOf(entries)) };
}

/** From here on; what was asked for before is in the request log by now. */
async function moment() {
  await kube.raw('/version');
  return [statSync(lab.requestLog).size, parseJournal(readFileSync(journal), journal).entries.length] as const;
}

const restart = (namespace: string, name: string) => {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() };
  const spec = { template: { metadata: { annotations } } };
  return kube.patch({ apiVersion: 'apps/v1', kind: 'Deployment', namespace, name }, { spec });
};

/** What happens to a Sovereign by itself, by turns. */
const everyday: readonly [string, () => Promise<unknown>][] = [
  ['Gitea is restarted', () => restart('gitea', 'gitea')],
  [
    'certificates are renewed',
    async () => {
      const all = await kube.list({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' });
      const { namespace, name } = all[0]!.metadata;
      const secretName = String(all[0]!['spec'].secretName ?? name);
      await kube.delete({ apiVersion: 'v1', kind: 'Secret', namespace, name: secretName });
    },
  ],
  [
    'a password is rotated',
    () =>
      kube.apply([
        {
          ...{ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name: 'rotated' } },
          data: { password: Buffer.from(new Date().toISOString()).toString('base64') },
        },
      ]),
  ],
  ['Grafana is restarted', () => restart('observability', 'grafana')],
  [
    'Pods are evicted',
    async () => {
      const [pod] = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: 'valkey' });
      if (pod) await kube.delete({ apiVersion: 'v1', kind: 'Pod', namespace: 'valkey', name: pod.metadata.name });
    },
  ],
];

test('a test of the alerts arrives by both channels, and a dry-run sends none', async () => {
  const dry = await catalyst.run(['verify', 'round', '--test-alert', '--dry-run', '--lab', catalyst.lab]);
  expect([dry.code, posted], dry.stderr).toEqual([0, []]);
  const tested = await catalyst.run(['verify', 'round', '--test-alert', '--lab', catalyst.lab]);
  expect([tested.code, tested.stdout], tested.stderr).toEqual([0, 'webhook: accepted\nflux: accepted\n']);
  expect(posted.map(({ path, reason }) => [path, reason])).toEqual([
    [`/${secret}`, 'Test'],
    ['/flux', 'Test'],
  ]);
  posted.length = 0;
});

test('thirty rounds with renewals, restarts and rotations between them give no alarm', async () => {
  for (let turn = 0; turn < 30; turn += 1) {
    const [what, happens] = everyday[turn % everyday.length]!;
    await happens();
    const begun = await moment();
    const { code, result, error } = await round();
    expect([code, result?.verdict], `${turn}, ${what}: ${JSON.stringify(error)}`).toEqual([0, 'CLEAN']);
    expect(leftOver(...begun)).toEqual({ writes: 0, unjournaled: [], unseen: [] });
  }
  expect(posted).toEqual([]);
}, 300_000);

const object = (
  apiVersion: string,
  kind: string,
  rest: object,
  namespace: string | undefined = 'default',
): KubeObject => ({
  ...{ apiVersion, kind, metadata: { name: 'tether', ...(namespace ? { namespace } : {}) } },
  ...rest,
});
const labels = { app: 'tether' };
const container = {
  name: 'a',
  image: `harbor.${fqdn}/library/a:1`,
  env: [{ name: 'U', value: 'https://console.openova.io' }],
};
const planted: readonly [string, string, KubeObject][] = [
  [
    'a Deployment',
    'Deployment default/tether',
    object('apps/v1', 'Deployment', {
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    }),
  ],
  [
    'a Service outside',
    'Service default/tether',
    object('v1', 'Service', { spec: { type: 'ExternalName', externalName: 'pdns.openova.io' } }),
  ],
  [
    'a kubeconfig in a Secret',
    'Secret default/tether',
    object('v1', 'Secret', { data: { config: Buffer.from('server: https://k8s.openova.io:6443').toString('base64') } }),
  ],
  [
    'rights of the mother',
    'ClusterRoleBinding tether',
    object(
      'rbac.authorization.k8s.io/v1',
      'ClusterRoleBinding',
      {
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'contabo' }],
      },
      '',
    ),
  ],
];

test.each(planted)('%s that names the mother alerts in the next round', async (_, where, tether) => {
  const [hooks, events] = [at(`/${secret}`).length, at('/flux').length];
  await kube.create(tether);
  const begun = await moment();
  const { code, error } = await round();
  expect([code, error?.code]).toEqual([3, 'E6005']);
  expect(leftOver(...begun)).toEqual({ writes: 1, unjournaled: [], unseen: [] });
  const [alert, ...more] = at(`/${secret}`).slice(hooks);
  expect(more).toEqual([]);
  expect(alert).toMatchObject({ severity: 'error', reason: 'TetherReturned', returned: [{ where, grade: 'L1' }] });
  expect(at('/flux').slice(events)).toMatchObject([{ severity: 'error', message: alert!.message }]);
  expect(alert!.message).toMatch(
    new RegExp(`^${fqdn}: 1 tether found\\n${where}: .*breaks L1.*remedy: [^]*next: catalyst verify umbilical`),
  );
});

test('nothing is sent again while they stay, and once when they are gone', async () => {
  const before = posted.length;
  expect((await round()).code).toBe(3);
  expect(posted).toHaveLength(before);
  for (const [, , { apiVersion, kind, metadata }] of planted)
    await kube.delete({
      apiVersion,
      kind,
      name: metadata.name,
      ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    });
  await waitUntil({
    ...{ reason: 'the Pods of the tether to go', timeoutMs: 60_000, clock: systemClock, signal: stop.signal },
    look: async () => {
      const pods = await kube.list({
        apiVersion: 'v1',
        kind: 'Pod',
        namespace: 'default',
        labelSelector: 'app=tether',
      });
      return pods.length === 0 ? { done: true } : { pending: `${pods.length} are there` };
    },
  });
  expect(await round()).toMatchObject({ code: 0, result: { verdict: 'CLEAN' } });
  expect(posted.slice(before).map(({ path, reason, severity }) => [path, reason, severity])).toEqual([
    [`/${secret}`, 'AlarmCleared', 'info'],
    ['/flux', 'AlarmCleared', 'info'],
  ]);
});

test('without the mother a round is clean by what an earlier one has recorded', async () => {
  const state = join(dirname(lab.spec), 'state');
  const alone = await catalyst.json<RoundResult>(['verify', 'round', '--spec', lab.spec, '--state-dir', state]);
  expect(alone.document.error).toBeUndefined();
  expect([alone.code, alone.document.result.verdict]).toEqual([0, 'CLEAN']);
  const place = alone.document.result.looked.find(({ place: name }) => name.startsWith('certificate authorities'));
  expect(place).toMatchObject({
    ok: true,
    how: expect.stringMatching(/the mother's cluster was not read.*the round of/),
  });
});

test('the history has all of it, in order and whole; the address of the webhook is nowhere', async () => {
  const { code, document } = await catalyst.json<History>(['evidence', 'show', '--history', '--lab', catalyst.lab]);
  expect(code, JSON.stringify(document.error)).toBe(0);
  const rounds = document.result.entries.filter(({ kind }) => kind === 'round');
  expect(rounds.map(({ verdict }) => verdict)).toEqual([
    ...Array.from({ length: 30 }, () => 'CLEAN'),
    ...Array.from({ length: planted.length + 1 }, () => 'ALERT'),
    ...['CLEAN', 'CLEAN'],
  ]);
  expect(document.result.entries.slice(1).every(({ link, checked }) => link === 'linked' && checked.valid)).toBe(true);
  expect(rounds.at(-2)!.changes.filter(({ after }) => after === 'gone')).toHaveLength(planted.length);
  const checked = await catalyst.json(['verify', 'evidence', rounds.at(-3)!.bundle, '--lab', catalyst.lab]);
  expect(checked.document.result, JSON.stringify(checked.document.error)).toMatchObject({ verdict: 'ALERT' });
  const state = join(dirname(lab.spec), 'state', fqdn);
  const written = [join(state, 'journal.jsonl'), ...document.result.entries.map(({ bundle }) => bundle)];
  expect(written.filter((file) => readFileSync(file).includes(secret))).toEqual([]);
});
