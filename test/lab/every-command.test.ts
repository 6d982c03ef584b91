/**
 * Story: each command of the manifest is tried with --dry-run on a lab that was walked to phase 6, and what the lab's servers
 * were asked tells whether something was written.
 */
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoggedLine } from '../../lab/src/requests/request-log.js';
import { callLab } from '../../lab/src/start/ensure.js';
import { readLabInfo } from '../../lab/src/start/lab-info.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { commandArguments, type Prepared } from './command-arguments.js';

const wasEnded = 'Exited the environment';
const fqdn = 'omantel.omani.works';
interface Manifest {
  commands: Record<string, unknown>;
}
const idsOf = (file: string) =>
  Object.keys((JSON.parse(readFileSync(join(import.meta.dirname, '../..', file), 'utf8')) as Manifest).commands);
const ids = [...idsOf('oclif.manifest.json'), ...idsOf('lab/oclif.manifest.json')];

let catalyst: Catalyst;
let lab: LabInfo;
let given: Prepared;

beforeAll(async () => {
  // Node says where a process was ended instead of running out (decision 0027).
  catalyst = catalystAtHome('every-command', { NODE_OPTIONS: '--trace-exit' });
  lab = await catalyst.up();
  for (const args of [
    ['wizard', '--yes', '--until', '6'],
    ['verify', 'dod', '--only', 'D4', '--yes'],
    ['purge', 'plan', '--include-live', '--out', join(catalyst.home, 'purge-plan.json')],
  ]) {
    const ended = await catalyst.run([...args, '--lab', catalyst.lab]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(ended.stderr).not.toContain(wasEnded);
  }
  given = await prepare();
}, 300_000);
afterAll(() => catalyst.close());

async function prepare(): Promise<Prepared> {
  const state = join(dirname(lab.spec), 'state', fqdn);
  const evidence = readdirSync(join(state, 'evidence'))
    .map((name) => join(state, 'evidence', name))
    .find((path) => path.endsWith('.tar'));
  const keys = await catalyst.run(['lab', 'keys', '--make', '--lab', catalyst.lab]);
  const file = (name: string, content: string) => {
    const path = join(catalyst.home, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  };
  const out = join(catalyst.home, 'out');
  mkdirSync(out);
  return {
    secret: file('secret', lab.credentials['hcloud-token']!),
    passphrase: file('passphrase', 'correct horse battery staple\n'),
    keyPair: file('key-pair', keys.stdout),
    plan: join(catalyst.home, 'purge-plan.json'),
    evidence: evidence!,
    key: join(state, 'evidence', 'evidence.pub'),
    journal: join(state, 'journal.jsonl'),
    out,
    fqdn,
  };
}

/** Lines since `from`, without those of the lab's own controllers; the lab marks what only asks (a review, a dry-run, a fetch) as not mutating. */
function writesSince(from: number): string[] {
  const lines = readFileSync(lab.requestLog).subarray(from).toString().split('\n').filter(Boolean);
  return lines
    .map((line) => JSON.parse(line) as LoggedLine)
    .filter(({ mutating, userAgent }) => mutating && !userAgent.startsWith('lab-'))
    .map(({ server, method, path, object }) => `${server} ${method} ${object ?? path}`);
}

/** What a command could change beside the servers: the journal, the lab's faults and keys, and whether the lab is up. */
async function rest() {
  const info = readLabInfo(dirname(lab.spec))!;
  const [status, keys] = await Promise.all([callLab(info, 'GET', '/status'), callLab(info, 'GET', '/keys')]);
  return { journal: readFileSync(given.journal, 'utf8'), faults: status.body['faults'], keys: keys.body };
}

describe('--dry-run', () => {
  test('the table of arguments has exactly the commands of the manifest', () => {
    expect(Object.keys(commandArguments).sort()).toEqual([...ids].sort());
  });

  test.each(ids)('%s writes nothing', async (id) => {
    const before = await rest();
    const from = statSync(lab.requestLog).size;
    const args = commandArguments[id]!(given);
    const ended = await catalyst.run([...id.split(':'), ...args, '--dry-run', '--yes', '--lab', catalyst.lab]);
    expect(writesSince(from), ended.stderr).toEqual([]);
    expect(await rest()).toEqual(before);
    // What it was given was right, so that it got as far as it could: 7 is "not now" (no handover to abort), 3 what a scan found; 2
    // would be a wrong argument.
    expect([0, 3, 7], `${ended.stdout}\n${ended.stderr}`).toContain(ended.code);
    expect(ended.stderr).not.toContain(wasEnded);
  });
});
