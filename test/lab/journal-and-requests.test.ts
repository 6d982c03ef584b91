/**
 * Story: one Sovereign's life, command by command. Whatever a command writes stands in its journal, and whatever the journal calls done
 * was written: both are held against what the lab's servers were asked.
 */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JournalEntry, parseJournal } from '../../src/engine/journal-entry.js';
import { attribute } from './attribution.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { placesOf } from './declared-writes.js';
import { releasesOn } from './helm-releases.js';
import { withoutIds } from './journal-entries.js';
import { kubeOf } from './left-on-mother.js';
import { writesOf } from './seen-writes.js';

const fqdn = 'omantel.omani.works';

let catalyst: Catalyst;
let lab: LabInfo;
let journal: string;

beforeAll(async () => {
  catalyst = catalystAtHome('requests');
  lab = await catalyst.up();
  journal = join(dirname(lab.spec), 'state', fqdn, 'journal.jsonl');
});
afterAll(() => catalyst.close());

const entries = (): readonly JournalEntry[] =>
  existsSync(journal) ? parseJournal(readFileSync(journal), journal).entries : [];

/** What a dry-run says that the command would change, without what is made up anew in each run. */
async function planned(...args: string[]): Promise<string[]> {
  const { document } = await catalyst.json<{ mutations: string[] }>([...args, '--dry-run', '--lab', catalyst.lab]);
  return [...new Set(document.result.mutations.map(withoutIds))].sort();
}

interface Compared {
  /** Ends of changes, by kind. */
  ends: Record<string, number>;
  systems: Set<string>;
  /** What was changed, as `planned` has it. */
  changes: string[];
}

/** Runs the command, and holds what it journaled against what the servers saw meanwhile, one for one. */
async function compared(...args: string[]): Promise<Compared> {
  const [from, known] = [statSync(lab.requestLog).size, entries().length];
  const { code, stderr } = await catalyst.run([...args, '--lab', catalyst.lab]);
  expect([0, 3], stderr).toContain(code);
  const writes = writesOf(readFileSync(lab.requestLog).subarray(from).toString());
  const journaled = entries().slice(known);
  const hasReleases = journaled.some(({ target }) => target?.kind === 'Release');
  const releases = hasReleases ? await releasesOn(kubeOf(lab.kubeconfigs.sovereign)) : undefined;
  expect(attribute(writes, placesOf(journaled, releases))).toEqual({ unjournaled: [], unseen: [] });
  const count = (kind: string) => journaled.filter((entry) => entry.kind === kind).length;
  const begun = journaled.filter(({ kind }) => kind === 'begin').map(({ inputs }) => String(inputs?.['sentence']));
  return {
    changes: [...new Set(begun.map(withoutIds))].sort(),
    ends: { begin: count('begin'), ok: count('ok'), fail: count('fail'), indoubt: count('indoubt') },
    systems: new Set(writes.map(({ object }) => object.split(' ')[0]!)),
  };
}

/** Nothing failed, and no less was done than such a command always does. */
function expectDone({ ends, systems }: Compared, atLeast: number, ...of: string[]): void {
  expect(ends).toEqual({ begin: ends['ok'], ok: ends['ok'], fail: 0, indoubt: 0 });
  expect(ends['ok']).toBeGreaterThanOrEqual(atLeast);
  expect([...systems].sort()).toEqual(of.sort());
}

describe('every write is journaled, and everything that is journaled was written', () => {
  test('a purge', async () => {
    const { document } = await catalyst.json<{ file: string }>(['purge', 'plan', '--lab', catalyst.lab]);
    expectDone(await compared('purge', 'apply', document.result.file, '--confirm', fqdn), 12, 'hetzner');
  });

  test('the walk to phase 6', async () => {
    const of = ['hetzner', 's3', 'sovereign', 'dns', 'git', 'registry'];
    expectDone(await compared('wizard', '--yes', '--until', '6'), 120, ...of);
  });

  test('the handover', async () => {
    const of = ['sovereign', 'mother', 'git'];
    expectDone(await compared('handover', 'finalize', '--confirm', fqdn), 30, ...of);
  });

  // Its state is kept on both clusters.
  test.each([
    ['redirect', 5, []],
    ['decommission', 10, ['--confirm', fqdn]],
  ] as const)('handover %s', async (stage, atLeast, confirmed) => {
    expectDone(await compared('handover', stage, ...confirmed), atLeast, 'mother', 'sovereign');
  });

  test('the proof of the Definition of Done', async () => {
    // the black start powers servers off and on
    const of = ['s3', 'sovereign', 'mother', 'git', 'registry', 'hetzner'];
    const before = await planned('verify', 'dod', '--yes');
    const taken = await compared('verify', 'dod', '--yes');
    expectDone(taken, 80, ...of);
    expect(taken.changes).toEqual(before);
  });

  test('a rotation of keys', async () => {
    const made = await catalyst.run(['lab', 'keys', '--make', '--lab', catalyst.lab]);
    const file = join(catalyst.home, 'new-keys');
    writeFileSync(file, made.stdout, { mode: 0o600 });
    const of = ['s3', 'sovereign', 'git'];
    expectDone(await compared('credentials', 'rotate', 'object-storage', '--from-file', file), 15, ...of);
  });

  test('a destroy', async () => {
    expectDone(await compared('cluster', 'destroy', '--confirm', fqdn), 8, 'hetzner', 's3');
  });
});
