/**
 * Kills as a chain: each run of a command dies at the first entry of the journal that no run died at before, and the next goes on or
 * goes back, until a run ends with no new entry or `most` were made.
 */
import { mkdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { labFqdn } from '../../src/lab/lab-info.js';
import type { Catalyst, Ended, LabInfo } from './catalyst.js';
import { journalName, journalReader, keyOf } from './journal-entries.js';

/** `PIPE` closes what the run writes to. */
export type Way = 'KILL' | 'HUP' | 'TERM' | 'PIPE';

export interface KillChain {
  /** For figures and messages. */
  name: string;
  /** Calls before it; one with `diesAt` is killed as soon as the journal has that. */
  setUp?: readonly { args: string[]; diesAt?: RegExp }[];
  command: string[];
  /** What undoes it: called after each kill, and then the command anew, for as long as it can be undone. Left out: `resume`. */
  back?: string[];
  /** Sentences of changes in the other direction: no run of the chain begins one. */
  otherWay?: RegExp;
  /** Exit statuses of a run that came to its end; default 0. */
  ends?: readonly number[];
  /** Of what is killed, at most so many… */
  most?: number;
  /** …each at so manieth new entry; default at every one. */
  every?: number;
}

export interface Killed {
  kills: number;
  /** Calls that went on or back. */
  resumes: number;
  /** Entries that were seen, whether a run died at them or not. */
  seen: Set<string>;
}

export interface KillOptions {
  /** In turn; none: nobody kills. */
  ways: readonly Way[];
  /** Entries that a run died at; added to. */
  hit: Set<string>;
}

const nothingThere = /Nothing to resume|\bE1302\b|\bE5101\b/i;
const cannotGoBack = /\bE5110\b/;

/** Expects that no run ends in a way that is not its own, and that the last comes to its end. */
export async function killChain(
  catalyst: Catalyst,
  lab: LabInfo,
  { chain, ways, hit }: KillOptions & { chain: KillChain },
): Promise<Killed> {
  const { command, ends = [0], most = Number.POSITIVE_INFINITY } = chain;
  const at = (args: readonly string[]) => [...args, '--lab', catalyst.lab];
  for (const { args, diesAt } of chain.setUp ?? []) await prepare(catalyst, lab, { args: at(args), diesAt });
  const killed: Killed = { kills: 0, resumes: 0, seen: new Set() };
  const passed = new Set(hit);
  const resume = ['resume', '--yes', '--confirm', labFqdn];
  let back = ways.length > 0 ? chain.back : undefined;
  let args = command;
  for (let last = ''; ; ) {
    const way = killed.kills < most && args !== back ? ways[killed.kills % Math.max(ways.length, 1)] : undefined;
    const before = hit.size;
    const ended = await run(catalyst, lab, {
      args: at(args),
      chain,
      way,
      hit,
      passed,
      seen: args === back ? new Set() : killed.seen,
    });
    const told = `${chain.name}, ${killed.kills} kills, last ${last}: ${args.join(' ')} exited ${ended.code}\n${ended.stderr}`;
    expect(ended.stderr, told).not.toMatch(/E9001|E4008/);
    if (hit.size > before) {
      killed.kills += 1;
      last = `by ${way} at ${[...hit].at(-1)}`;
      // A run that had its last entry behind it may end before it is reached.
      expect([null, 130, ...ends], told).toContain(ended.code);
      if (ended.code !== null && ended.code !== 130) return killed;
      args = back ?? resume;
      killed.resumes += 1;
    } else if (args === command && ends.includes(ended.code ?? -1)) return killed;
    else if (args === back && cannotGoBack.test(ended.stderr)) {
      back = undefined;
      args = resume;
    } else if (args !== command && (args === back || nothingThere.test(ended.stderr))) {
      // Undone, or killed before it had begun.
      if (!nothingThere.test(ended.stderr)) expect(ended.code, told).toBe(0);
      args = command;
    } else if (args === command && nothingThere.test(ended.stderr)) return killed;
    else {
      expect(ends, told).toContain(ended.code);
      return killed;
    }
  }
}

async function prepare(catalyst: Catalyst, lab: LabInfo, { args, diesAt }: { args: string[]; diesAt?: RegExp }) {
  if (!diesAt) {
    const ended = await catalyst.run(args);
    expect(ended.code, `${args.join(' ')}\n${ended.stderr}`).toBe(0);
    return;
  }
  const { reached, rest } = watchJournal(lab, (key) => diesAt.test(key));
  const ended = await catalyst.run(args, { killAt: reached, signal: 'SIGKILL' });
  rest();
  expect(ended.signal, ended.stderr).toBe('SIGKILL');
}

interface Run {
  args: string[];
  chain: KillChain;
  way: Way | undefined;
  hit: Set<string>;
  passed: Set<string>;
  seen: Set<string>;
}

async function run(catalyst: Catalyst, lab: LabInfo, { args, chain, way, hit, passed, seen }: Run): Promise<Ended> {
  const isGoingOn = args[0] !== chain.back?.[0] || args[1] !== chain.back?.[1];
  const { reached, rest } = watchJournal(lab, (key) => {
    if (isGoingOn) {
      seen.add(key);
      if (chain.otherWay) expect.soft(key, args.join(' ')).not.toMatch(chain.otherWay);
    }
    if (way === undefined || passed.has(key)) return false;
    passed.add(key);
    if (passed.size % (chain.every ?? 1) !== 0) return false;
    hit.add(key);
    return true;
  });
  try {
    const signal = `SIG${way ?? 'KILL'}` as const;
    return await catalyst.run(args, way === 'PIPE' ? { closeAt: reached } : { killAt: reached, signal });
  } finally {
    for (const key of rest()) if (isGoingOn) seen.add(key);
  }
}

/** `reached` resolves at the first entry from now on that is the one; `rest` ends the watch and answers what was not looked at. */
function watchJournal(lab: LabInfo, isIt: (key: string) => boolean) {
  const folder = join(dirname(lab.spec), 'state', labFqdn);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const read = journalReader(folder);
  read();
  let left: string[] = [];
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const watcher = watch(folder, (_event, name) => {
    if (name !== journalName) return;
    const keys = read().flatMap((entry) => keyOf(entry) ?? []);
    const found = keys.findIndex(isIt);
    if (found < 0) return;
    left = keys.slice(found + 1);
    watcher.close();
    reach();
  });
  const rest = () => {
    watcher.close();
    return [...left, ...read().flatMap((entry) => keyOf(entry) ?? [])];
  };
  return { reached, rest };
}
