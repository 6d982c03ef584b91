/**
 * A lab of clusters that exist: two real control planes that the lab did not start, whose API servers know nothing of it (no
 * egress selector, no audit). What is there before stays as it is; what the lab put there goes with `lab down`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome, type LabInfo } from '../lab/catalyst.js';
import { realServer, type Server } from './conformance/servers.js';
import { apply, cache, kubectl, kubectlText } from './rig.js';

interface Listed {
  items: { metadata: { name: string }; status?: { conditions?: { type: string; status: string }[] } }[];
}

interface Found {
  kind: string;
  metadata: { name: string; namespace: string; managedFields?: { manager: string }[] };
}

const fqdn = 'omantel.omani.works';
const clusters: Record<string, Server> = {};
const files: Record<string, string> = {};
let catalyst: Catalyst;
let before: Record<string, string[]>;

beforeAll(async () => {
  catalyst = catalystAtHome('existing', { XDG_CACHE_HOME: cache });
  for (const name of ['mother', 'sovereign']) {
    clusters[name] = await realServer();
    files[name] = join(catalyst.home, `${name}.given`);
    writeFileSync(files[name]!, clusters[name]!.kubeconfig, { mode: 0o600 });
    await apply(files[name]!, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'theirs' } });
    await apply(files[name]!, {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'theirs', namespace: 'theirs' } },
      stringData: { key: 'value' },
    });
  }
  before = { mother: await contentsOf('mother'), sovereign: await contentsOf('sovereign') };
});
afterAll(async () => {
  await catalyst.close();
  for (const cluster of Object.values(clusters)) await cluster.close();
});

/** Names of all objects but those that come and go by themselves, and what the cluster makes for itself, which takes it a while. */
async function contentsOf(cluster: string): Promise<string[]> {
  const file = files[cluster]!;
  const passing = /^(event|lease|endpoint|componentstatus)/;
  const kindsOf = async (namespaced: boolean) => {
    const kinds = await kubectlText(file, [
      'api-resources',
      '--verbs=list',
      `--namespaced=${namespaced}`,
      '-o',
      'name',
    ]);
    return kinds.split('\n').filter((kind) => kind && !passing.test(kind));
  };
  const wide = await kubectlText(file, ['get', (await kindsOf(false)).join(','), '-o', 'name']);
  const { items } = await kubectl<{ items: Found[] }>(file, [
    ...['get', (await kindsOf(true)).join(','), '-A', '--show-managed-fields'],
  ]);
  // the accounts of its controllers are made with nothing in them, so that no field has a manager
  const byItself = ({ kind, metadata: { name, namespace, managedFields = [] } }: Found) =>
    (kind === 'ServiceAccount' &&
      (name === 'default' || (namespace === 'kube-system' && managedFields.length === 0))) ||
    (kind === 'ConfigMap' && managedFields.some(({ manager }) => manager === 'kube-controller-manager'));
  const spaced = items
    .filter((one) => !byItself(one))
    .map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
  return [...wide.split('\n').filter(Boolean), ...spaced].sort();
}

const given = () => [
  '--engine',
  'kubeconfig',
  '--mother-kubeconfig',
  files['mother']!,
  '--kubeconfig',
  files['sovereign']!,
];
/** Of the two files, as `lab up` has them confirmed. */
const contexts = () =>
  ['mother', 'sovereign']
    .map((name) => /current-context"?: *"?([^",\n}]+)/.exec(readFileSync(files[name]!, 'utf8'))?.[1])
    .join(',');
const at = (...args: string[]) => [...args, '--lab', catalyst.lab, ...given()];

describe('what is refused', () => {
  test.each([
    [['--engine', 'kubeconfig', '--mother-kubeconfig', 'mother'], 2, /needs two kubeconfigs: --kubeconfig missing/],
    [['--engine', 'kubeconfig', '--mother-kubeconfig', 'mother', '--kubeconfig', 'mother'], 7, /same cluster/],
    [['--engine', 'kubeconfig', '--mother-kubeconfig', 'mother', '--kubeconfig', 'sovereign'], 7, /--confirm/],
  ])('%j', async (args, code, message) => {
    const ended = await catalyst.run(['lab', 'up', catalyst.lab, ...args.map((one) => files[one] ?? one)]);
    expect(ended.code, ended.stderr).toBe(code);
    expect(ended.stderr).toMatch(message);
    expect(await contentsOf('mother')).toEqual(before['mother']);
  });
});

describe('a lab of them', () => {
  let lab: LabInfo;

  test('comes up beside what is there, once that was agreed to', async () => {
    const { document } = await catalyst.json<LabInfo>(['lab', 'up', catalyst.lab, ...given(), '--confirm', contexts()]);
    expect(document.error).toBeUndefined();
    lab = document.result;
  });

  test('the walk to the end of phase 6, by real Flux', async () => {
    const { code, stderr } = await catalyst.run(at('wizard', '--until', '6', '--yes'));
    expect(code, stderr.split('\n').slice(-60).join('\n')).toBe(0);
    const { document } = await catalyst.json<{ phase: number; status: string }[]>(at('ticket', 'list'));
    expect(document.result.filter((row) => row.phase <= 6 && row.status !== 'done')).toEqual([]);
  });

  test('seen on the cluster itself, every HelmRelease is Ready', async () => {
    const { items } = await kubectl<Listed>(files['sovereign']!, ['get', 'helmreleases', '-A']);
    const ready = ({ status }: Listed['items'][number]) =>
      status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True');
    expect(items.length).toBeGreaterThanOrEqual(20);
    expect(items.filter((one) => !ready(one)).map(({ metadata }) => metadata.name)).toEqual([]);
    expect(lab.kubeconfigs.sovereign).not.toBe(files['sovereign']);
  });

  test('a fault of single calls is had through the door, by kubectl too', async () => {
    const ended = await catalyst.run([
      ...['lab', 'fault', 'status', '--status', '403', '--server', 'kubernetes/sovereign', '--count', '1'],
      ...['--path', '/api/v1/namespaces/theirs/secrets/theirs', '--lab', catalyst.lab],
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    const theirs = () =>
      kubectlText(lab.kubeconfigs.sovereign, ['get', 'secret', 'theirs', '-n', 'theirs', '-o', 'name']);
    await expect(theirs()).rejects.toThrow(/forbidden/i);
    expect(await theirs()).toBe('secret/theirs\n');
  });

  test('cluster destroy empties the Sovereign and leaves the mother', async () => {
    const ended = await catalyst.run(at('cluster', 'destroy', '--confirm', fqdn));
    expect(ended.code, ended.stderr).toBe(0);
    await expect.poll(() => contentsOf('sovereign'), { timeout: 120_000 }).toEqual(before['sovereign']);
    expect(await contentsOf('mother')).not.toEqual(before['mother']);
  });

  test('killed; then down takes away what it put there, and nothing else', async () => {
    const { pid } = JSON.parse(readFileSync(join(dirname(lab.spec), 'lab.json'), 'utf8')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    const ended = await catalyst.run(['lab', 'down', catalyst.lab]);
    expect(ended.code, ended.stderr).toBe(0);
    for (const cluster of ['mother', 'sovereign']) expect(await contentsOf(cluster)).toEqual(before[cluster]);
  });
});
