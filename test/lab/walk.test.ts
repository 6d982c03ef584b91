/** The whole walk as a person would run it, on the embedded lab, with the real helm and kubectl. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKube } from '../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { rotateAndRevoke } from './rotate-keys.js';

interface Logged {
  server: string;
  method: string;
  path: string;
  userAgent: string;
  status: number;
  mutating: boolean;
}

const requests = (lab: LabInfo): Logged[] =>
  readFileSync(lab.requestLog, 'utf8')
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('the walk', () => {
  let catalyst: Catalyst;
  let lab: LabInfo;
  beforeAll(async () => {
    catalyst = catalystAtHome('walk');
    lab = await catalyst.up();
  });
  afterAll(() => catalyst.close());

  test('phase 3 on a fresh Sovereign is refused with exit 7 and names what is not proven', async () => {
    const { code, document } = await catalyst.json(['phase', 'run', '3', '--lab', catalyst.lab]);
    expect(code).toBe(7);
    expect(document.error).toMatchObject({ code: 'E4001', exitCode: 7 });
    expect(document.error?.message).toMatch(/bp-cert-manager.*#373/);
  });

  test('a dry-run changes nothing, and its sentences are those of the real run, which ends with a verdict', async () => {
    const before = requests(lab).length;
    const dry = await catalyst.json<{ mutations: { step: string; sentence: string }[] }>([
      'wizard',
      '--lab',
      catalyst.lab,
      '--yes',
      '--dry-run',
    ]);
    expect(dry.code, JSON.stringify(dry.document.error)).toBe(0);
    const seen = requests(lab).slice(before);
    expect(seen.filter((request) => request.mutating)).toEqual([]);

    const real = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes']);
    expect(real.code, real.stderr).toBe(0);
    expect(real.stdout).toMatch(
      /rehearsal: phases 0 to 6 of test\.omani\.works built and proven, then wiped; nothing of it is left/,
    );
    expect(real.stdout).toMatch(/✔ PASS {2}omantel\.omani\.works · lab .* · phases 0 to 8/);
    expect(real.stdout).toMatch(/ {2}report +\/.*\.html\n[\s\S]* {2}log +\/.*\.log\n/);

    const { document } = await catalyst.json<{ kind: string; step?: string; inputs?: { sentence?: string } }[]>([
      'journal',
      'show',
      '--lab',
      catalyst.lab,
    ]);
    const made = document.result.filter(
      (entry) => entry.kind === 'begin' && !['#317', '#319', 'dod'].includes(entry.step ?? ''),
    );
    const planned = dry.document.result.mutations.filter(
      (mutation) => !['#317', '#319', 'dod'].includes(mutation.step),
    );
    const sentences = (entries: { step?: string; sentence?: string }[]) =>
      new Set(entries.map((entry) => `${entry.step}: ${entry.sentence}`));
    expect(sentences(made.map((entry) => ({ step: entry.step, sentence: entry.inputs?.sentence })))).toEqual(
      sentences(planned),
    );
  });

  test('every ticket up to phase 6 is proven, by its own evidence', async () => {
    const { document } = await catalyst.json<
      { id: string; phase: number; status: string; evidence?: { summary: string } }[]
    >(['ticket', 'list', '--lab', catalyst.lab]);
    for (const ticket of document.result.filter((row) => row.phase <= 6)) {
      expect(ticket, ticket.id).toMatchObject({ status: 'done' });
      expect(ticket.evidence?.summary.length, ticket.id).toBeGreaterThan(5);
    }
  });

  test('new Object Storage keys reach every consumer although the process dies midway; the old ones revoked, all goes on', async () => {
    await rotateAndRevoke(catalyst, lab);
    for (const ticket of ['371', '383', '384', '316']) {
      const proven = await catalyst.run(['ticket', 'run', ticket, '--fresh', '--lab', catalyst.lab]);
      expect(proven.code, `${ticket}: ${proven.stderr}`).toBe(0);
    }
  });

  test('the lab was driven by the real kubectl and helm', () => {
    const agents = new Set(requests(lab).map((request) => request.userAgent?.split('/')[0]));
    expect([...agents]).toEqual(expect.arrayContaining(['kubectl', 'Helm']));
  });

  test('^C while catalyst-api is down: everything is put back before the end, on the mother first', async () => {
    const ended = await catalyst.run(['verify', 'dod', '--lab', catalyst.lab, '--yes'], {
      interruptAt: 'the canary is red',
    });
    expect(ended.code, ended.stderr).toBe(130);
    const after = ended.stderr.slice(ended.stderr.indexOf('Stopping'));
    expect(after).toMatch(/scale Deployment catalyst\/catalyst-api on the mother to 1[\s\S]*disarm the undo/);
    const said = (what: RegExp) => [...ended.stderr.matchAll(what)].length;
    expect(said(/: revert a canary commit/g)).toBe(said(/: push a canary commit/g));
    expect(said(/: remove the probe image/g)).toBe(said(/: push the probe image/g));
    const mother = createKube({
      kubeconfig: lab.kubeconfigs.mother,
      kubectl: () => Promise.reject(new Error('nothing is applied here')),
      exec: createExec(createRedactor()),
      clock: systemClock,
      signal: new AbortController().signal,
    });
    const api = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst', name: 'catalyst-api' };
    expect((await mother.get(api))?.['spec'].replicas).toBe(1);
    const jobs = await mother.list({ apiVersion: 'batch/v1', kind: 'Job', namespace: 'catalyst' });
    expect(jobs.filter(({ metadata }) => metadata.name.includes('undo'))).toEqual([]);
  });

  test('no planted secret stands in journal, log or output', async () => {
    const journal = await catalyst.run(['journal', 'show', '--lab', catalyst.lab, '--json']);
    const log = readFileSync(lab.requestLog, 'utf8');
    for (const [name, secret] of Object.entries(lab.credentials)) {
      if (typeof secret !== 'string' || secret.length < 12) continue;
      expect(journal.stdout.includes(secret), `journal holds ${name}`).toBe(false);
      expect(log.includes(secret), `request log holds ${name}`).toBe(false);
    }
  });
});
