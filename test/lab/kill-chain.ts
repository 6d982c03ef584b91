/**
 * Kills as a chain: each run of a command dies at the first entry of the journal that no run died at before, and the next goes on or
 * goes back, until a run ends with no new entry or `most` were made.
 */
import { expect } from 'vitest';
import { labFqdn } from '../../lab/src/start/lab-info.js';
import type { Catalyst, Ended, LabInfo } from './catalyst.js';
import { killedRun, type Way } from './killed-run.js';

export interface Prepared {
  args: string[];
  diesAt?: RegExp;
  again?: readonly number[];
}

export interface KillChain {
  /** For figures and messages. */
  name: string;
  /** Calls before it; one with `diesAt` is killed as soon as the journal has that. */
  setUp?: readonly Prepared[];
  command: string[];
  /** What undoes it: called after each kill, and then the command anew, for as long as it can be undone. Left out: `resume`. */
  back?: string[];
  /** Sentences of changes in the other direction: no run of the chain begins one. */
  otherWay?: RegExp;
  /** Exit statuses of a run that came to its end; default 0. */
  ends?: readonly number[];
  /** Exit statuses of a run that is made once more: what it asked did not answer in time, as on a machine that is busy. */
  again?: readonly number[];
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

/** Expects that no run ends in a way that is not its own, and that the last comes to its end. */
export async function killChain(
  catalyst: Catalyst,
  lab: LabInfo,
  { chain, ways, hit }: KillOptions & { chain: KillChain },
): Promise<Killed> {
  const { command, ends = [0], most = Number.POSITIVE_INFINITY, every = 1 } = chain;
  const at = (args: readonly string[]) => [...args, '--lab', catalyst.lab];
  for (const { args, ...more } of chain.setUp ?? []) await prepare(catalyst, lab, { args: at(args), ...more });
  const killed: Killed = { kills: 0, resumes: 0, seen: new Set() };
  const passed = new Set(hit);
  let calls: Calls = { args: command, back: chain.back };
  for (let told = chain.name; ; ) {
    const goesBack = calls.args === calls.back;
    const way = killed.kills < most && !goesBack ? ways[killed.kills % ways.length] : undefined;
    const before = hit.size;
    const ended = await killedRun(catalyst, lab, {
      args: at(calls.args),
      way: way ?? 'KILL',
      diesAt(key) {
        if (way === undefined || passed.has(key)) return false;
        passed.add(key);
        if (passed.size % every !== 0) return false;
        hit.add(key);
        return true;
      },
      onEntry(key) {
        if (goesBack) return;
        killed.seen.add(key);
        if (chain.otherWay) expect.soft(key, told).not.toMatch(chain.otherWay);
      },
    });
    const died = hit.size > before;
    if (died) killed.kills += 1;
    told = `${chain.name}: ${calls.args.join(' ')} exits ${ended.code}, ${killed.kills} kills, ${died ? `now by ${way}` : 'last'} at ${[...hit].at(-1)}`;
    const next = nextCalls({ chain, calls, ended, died, ends, told: `${told}\n${ended.stderr}` });
    if (!next) return killed;
    if (died) killed.resumes += 1;
    calls = next;
  }
}

interface Calls {
  args: readonly string[];
  /** How many runs before this one it is made once more for. */
  repeats?: number;
  /** Undefined once it cannot be undone. */
  back: readonly string[] | undefined;
}

const resume = ['resume', '--yes', '--confirm', labFqdn];
/** So many runs in a row may be made once more. */
const againMost = 4;
const nothingThere = /Nothing to resume|\bE1302\b|\bE5101\b/i;
const cannotGoBack = /\bE5110\b/;

/** Undefined: the chain has come to its end. */
function nextCalls(seen: {
  chain: KillChain;
  calls: Calls;
  ended: Ended;
  died: boolean;
  ends: readonly number[];
  told: string;
}): Calls | undefined {
  const { calls, ended, died, ends, told } = seen;
  const { command, again = [] } = seen.chain;
  const { args, back } = calls;
  expect(ended.stderr, told).not.toMatch(/E9001|E4008/);
  if (died) {
    // One that had its last entry behind it may end before it is reached.
    expect([null, 130, ...ends], told).toContain(ended.code);
    return ended.code === null || ended.code === 130 ? { args: back ?? resume, back } : undefined;
  }
  const isNothing = nothingThere.test(ended.stderr);
  if (args === command && isNothing) return undefined;
  // Killed before it had begun, or after it had ended.
  if (isNothing) return { args: command, back };
  if (args === back && cannotGoBack.test(ended.stderr)) return { args: resume, back: undefined };
  const { repeats = 0 } = calls;
  if (repeats < againMost && again.includes(ended.code ?? 0)) return { ...calls, repeats: repeats + 1 };
  expect(ends, told).toContain(ended.code);
  return args === back ? { args: command, back } : undefined;
}

async function prepare(catalyst: Catalyst, lab: LabInfo, { args, diesAt, again = [] }: Prepared) {
  const call = () =>
    diesAt ? killedRun(catalyst, lab, { args, way: 'KILL', diesAt: (key) => diesAt.test(key) }) : catalyst.run(args);
  let ended = await call();
  for (let repeats = 0; repeats < againMost && again.includes(ended.code ?? 0); repeats++) ended = await call();
  expect(diesAt ? ended.signal : ended.code, `${args.join(' ')}\n${ended.stderr}`).toBe(diesAt ? 'SIGKILL' : 0);
}
