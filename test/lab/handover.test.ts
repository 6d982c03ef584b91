/**
 * Story: a handover is killed and walked back (every moment of it is in point-of-no-return.test.ts); people commit to the new Gitea in between; then it is killed
 * between the pivot and ACTIVATED, where there is no way back, and completed.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HandoverStatus } from '../../src/actions/handover/status.js';
import type { Kube, KubeWriter } from '../../src/kubernetes/client/kube.js';
import { createKube } from '../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createBinaries } from '../../src/tools/exec/binaries.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { reconciler, reconcilerKind } from './mother-reconciler.js';

const fqdn = 'omantel.omani.works';
const stop = new AbortController();

let catalyst: Catalyst;
let lab: LabInfo;
let mother: Kube & KubeWriter;
let journal: string;

beforeAll(async () => {
  catalyst = catalystAtHome('handover');
  lab = await catalyst.up();
  const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '6']);
  expect(walked.code, walked.stderr).toBe(0);
  journal = join(dirname(lab.spec), 'state', fqdn, 'journal.jsonl');
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: {}, cacheDir: join(catalyst.home, 'binaries') });
  mother = createKube({
    kubeconfig: lab.kubeconfigs.mother,
    kubectl: () => binaries.path('kubectl'),
    exec,
    clock: systemClock,
    signal: stop.signal,
  });
  await mother.create(reconciler('omantel-apps', { suspend: false }));
  await mother.create(reconciler('omantel-infra'));
}, 600_000);
afterAll(async () => {
  stop.abort();
  await catalyst.close();
});

const handover = (...args: string[]) => catalyst.run(['handover', ...args, '--lab', catalyst.lab]);
const status = async () => {
  const { code, document } = await catalyst.json<HandoverStatus>(['handover', 'status', '--lab', catalyst.lab]);
  expect(code).toBe(0);
  return document.result;
};

/** `handover finalize`, dead as soon as the journal has the end of that change. */
async function finalizeUntil(sentence: RegExp): Promise<void> {
  const before = readFileSync(journal, 'utf8').length;
  const holds = (text: string) =>
    text
      .slice(before)
      .split('\n')
      .some((line) => line.includes('"kind":"ok"') && sentence.test(line));
  const args = ['handover', 'finalize', '--confirm', fqdn, '--lab', catalyst.lab];
  const { signal } = await catalyst.run(args, { killWhen: { file: journal, holds } });
  expect(signal).toBe('SIGKILL');
}

/** Specs, and annotations, of what the mother's Flux has; nothing else of it is the handover's to change. */
async function motherFlux(): Promise<unknown> {
  const all = await mother.list(reconcilerKind);
  return all.map(({ metadata, spec }) => ({ name: metadata.name, annotations: metadata.annotations, spec }));
}

/** The bare repository that the lab's Gitea serves; undefined while there is none. */
function repository(): string | undefined {
  const cache = join(dirname(lab.spec), 'cache');
  const found = readdirSync(cache).map((folder) => join(cache, folder, 'gitea', 'sovereign', 'fleet.git'));
  return found.find(existsSync);
}

/** Somebody pushes to the branch. */
function commit(message: string): string {
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['--git-dir', repository()!, '-c', 'user.name=Ada', '-c', 'user.email=ada@omantel.example', ...args],
      {
        encoding: 'utf8',
      },
    ).trim();
  const sha = git('commit-tree', 'main^{tree}', '-p', 'main', '-m', message);
  git('update-ref', 'refs/heads/main', sha);
  return sha;
}

describe('a handover that is killed', () => {
  test('refuses a name that confirms something else, in a lab too', async () => {
    const before = await motherFlux();
    expect((await handover('finalize', '--confirm', 'omantel')).code).toBe(7);
    expect((await handover('plan')).code).toBe(0);
    expect(await motherFlux()).toEqual(before);
    expect(await status()).toMatchObject({ state: 'NONE', unfinished: false, changes: [] });
  });

  test.each([
    ['FROZEN', /note state FROZEN .* on the mother/],
    ['VERIFIED', /note state VERIFIED .* on the mother/],
  ])('in %s is reported by status, and walked back to exactly what was', async (state, sentence) => {
    const before = await motherFlux();
    await finalizeUntil(sentence);
    const seen = await status();
    expect(seen).toMatchObject({ state, unfinished: true });
    const frozen = seen.changes.filter((change) => change.includes('suspended')).length;
    expect(frozen).toBe(2);
    const table = await catalyst.run(['status', '--lab', catalyst.lab]);
    expect(table.stdout).toMatch(new RegExp(`^ +handover +${state} \\(started but not finished`, 'm'));
    const aborted = await handover('abort');
    expect(aborted.code, aborted.stderr).toBe(0);
    expect(await status()).toMatchObject({ state: 'NONE', unfinished: false, changes: [] });
    expect(await motherFlux()).toEqual(before);
    expect(repository()).toBeUndefined();
  });

  test('keeps what people committed meanwhile', async () => {
    await finalizeUntil(/note state COPIED .* on the mother/);
    const sha = commit('our own shop');
    const onward = await handover('finalize', '--confirm', fqdn);
    expect(onward.code, onward.stderr).toBe(7);
    const refused = await handover('abort');
    expect(refused.code).toBe(7);
    expect(refused.stderr).toMatch(new RegExp(`${sha.slice(0, 12)}.*Ada.*our own shop`));
    const [, advice = '', folder = ''] = /(handover abort .*--keep-commits (\S+).*)$/m.exec(refused.stderr) ?? [];
    expect((await catalyst.run(advice.trim().split(' '))).code, advice).toBe(0);
    const log = execFileSync('git', ['--git-dir', folder, 'log', '--format=%H', 'main'], { encoding: 'utf8' });
    expect(log).toContain(sha);
    expect(repository()).toBeUndefined();
  });

  test('between the pivot and ACTIVATED goes forward only', async () => {
    await finalizeUntil(/point the Sovereign's Flux at its own Gitea/);
    expect(await status()).toMatchObject({ state: 'VERIFIED', actual: { source: { own: true } } });
    expect((await handover('status')).stdout).toMatch(/crossing the point of no return.*go forward/);
    const before = await motherFlux();
    expect((await handover('abort')).code).toBe(7);
    expect(await motherFlux()).toEqual(before);
    const finished = await handover('finalize');
    expect(finished.code, finished.stderr).toBe(0);
    const record = await status();
    expect(record).toMatchObject({ state: 'REVOKED', unfinished: false });
    expect(record.crossing?.by).toMatch(/@/);
    expect(record.pointOfNoReturnAt).toBe(record.crossing?.at);
    expect((await handover('abort')).code).toBe(7);
  });
});
