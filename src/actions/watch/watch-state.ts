/** What the page of `catalyst watch` shows, from what is on this machine: journal, lease, `live.json` and the folder of evidence. Reads only. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import type { RecordedStep, StepStatus } from '../../engine/record/run-record.js';
import type { Holder } from '../../sovereign/state/lease.js';
import { type LiveRun, readLiveRun } from '../../sovereign/state/live-run.js';
import { journalPath } from '../../sovereign/state/lock.js';
import { tickets, unticketed } from '../../walk/wbs.js';
import { inspectJournal } from '../session/read-journal.js';
import { ticketRow } from '../ticket/list.js';
import type { WatchedFolder } from './watched-folder.js';

export interface WatchedRun {
  command: string;
  state: 'running' | 'done' | 'failed' | 'interrupted';
  startedAt: Date;
  /** Milliseconds, once it is over and known. */
  ms?: number;
  by?: string;
}

export interface WatchedStep extends Omit<RecordedStep, 'status'> {
  status: StepStatus | 'parked';
}

export interface WatchState {
  fqdn: string;
  lab?: string;
  /** FQDN of the Sovereign that this is a rehearsal of. */
  rehearses?: string;
  /** The run that works on it, or the newest. */
  run?: WatchedRun;
  /** Every step of the WBS, with those of a rehearsal. */
  steps: WatchedStep[];
  /** Verdict of the newest proof of the Definition of Done that still counts. */
  verdict?: string;
  /** Names of the files in the folder of evidence, the newest first. */
  evidence: string[];
  /** Paths. */
  folder: string;
  journal: string;
  log?: string;
  /** Why the journal must not be relied on. */
  problem?: string;
}

/** @param of FQDN of the Sovereign that was chosen */
export function readWatchState({ dir, fqdn, holder }: WatchedFolder, of: string, lab: string | undefined): WatchState {
  const { entries, problem } = inspectJournal(dir);
  const journal = foldJournal(entries);
  const live = currentRun(readLiveRun(dir), journal, holder);
  const verdict = journal.proofs.get('dod')?.evidence.facts.verdict;
  return {
    fqdn,
    lab,
    ...(fqdn === of ? {} : { rehearses: of }),
    run: runOf(journal, live, holder),
    steps: stepsOf(journal, live, { isAlive: holder !== undefined, isRehearsal: fqdn !== of }),
    ...(typeof verdict === 'string' ? { verdict } : {}),
    evidence: evidenceIn(dir),
    folder: dir,
    journal: journalPath(dir),
    log: live?.log,
    ...(problem ? { problem: problem.message } : {}),
  };
}

/** What an earlier run has shown says nothing of the one that runs. */
function currentRun(live: LiveRun | undefined, { runs }: JournalState, holder: Holder | undefined) {
  const newest = holder?.run ?? runs.at(-1)?.id;
  return live?.runId === newest ? live : undefined;
}

function runOf({ runs }: JournalState, live: LiveRun | undefined, holder: Holder | undefined): WatchedRun | undefined {
  if (holder) {
    const { command, by, since } = holder;
    return { command: command.replace(/^catalyst /, ''), state: 'running', startedAt: new Date(since), by };
  }
  const run = runs.at(-1);
  if (!run) return undefined;
  const startedAt = new Date(run.at);
  const command = typeof run.inputs?.command === 'string' ? run.inputs.command : 'run';
  // Without an end it was killed.
  if (run.finishedAt === undefined) return { command, state: 'interrupted', startedAt };
  const ms = Date.parse(run.finishedAt) - startedAt.getTime();
  const state = run.ok ? 'done' : live?.finished?.interrupted ? 'interrupted' : 'failed';
  return { command, state, startedAt, ms };
}

interface Circumstances {
  isAlive: boolean;
  isRehearsal: boolean;
}

function stepsOf(journal: JournalState, live: LiveRun | undefined, { isAlive, isRehearsal }: Circumstances) {
  const shown = new Map(live?.steps.map((step) => [step.id, step]));
  const own = [...tickets, ...unticketed.map((step) => ({ ...step, dependsOn: step.needs }))].map(
    ({ id, title, phase, dependsOn }): WatchedStep => {
      const byJournal = journaledStep({ id, title, phase, needs: dependsOn, status: 'pending', parts: [] }, journal);
      const step = shown.get(id);
      shown.delete(id);
      // What it has not begun with is as it was before.
      if (!step || step.status === 'pending') return { ...byJournal, expectedMs: step?.expectedMs };
      return ended({ ...step, title, needs: dependsOn }, isAlive);
    },
  );
  const others = [...shown.values()].map((step) => ended({ ...step, needs: step.needs ?? [] }, isAlive));
  const walked = isRehearsal && live ? own.filter(({ id }) => live.steps.some((step) => step.id === id)) : own;
  return [...walked, ...others].sort((a, b) => a.phase - b.phase);
}

/** Nothing of a run goes on after its process. */
function ended(step: RecordedStep, isAlive: boolean): WatchedStep {
  if (isAlive || step.status !== 'running') return step;
  return { ...step, status: 'interrupted', deadline: undefined };
}

function journaledStep(step: WatchedStep, journal: JournalState): WatchedStep {
  const row = ticketRow({ ...step, dependsOn: [] }, journal);
  const status = (
    { done: 'done', failed: 'failed', parked: 'parked', 'in flight': 'interrupted', pending: 'pending' } as const
  )[row.status];
  return {
    ...step,
    status,
    note: row.evidence?.summary ?? row.failure,
    ...(row.evidence ? { ms: journal.durations.get(step.id)?.at(-1) } : {}),
  };
}

/** Reports and bundles; names end in the time at which they were made. */
function evidenceIn(dir: string): string[] {
  const folder = join(dir, 'evidence');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const at = (name: string) => /\d{4}-\d\d-\d\dT[\d-]+Z/.exec(name)?.[0] ?? '';
  return names
    .filter((name) => /^[\w.-]+\.(html|tar|pub)$/.test(name))
    .sort((a, b) => (at(a) === at(b) ? (a < b ? 1 : -1) : at(a) < at(b) ? 1 : -1));
}
