/** A pure fold of journal lines into what is known: operations and whether they ended, proofs, failures, hand-set tickets. */
import { hashOf } from '../support/hash.js';
import type { RecordedWait } from '../support/recorded-waits.js';
import type { JournalEntry } from './journal-entry.js';
import type { Mutation } from './mutation.js';
import type { Evidence } from './step.js';

export interface OperationState {
  op: string;
  key: string;
  sentence: string;
  step?: string;
  status: 'ok' | 'fail' | 'indoubt';
  begunAt: string;
  endedAt?: string;
}

export interface ProofState {
  at: string;
  run: string;
  evidence: Evidence;
}

export interface JournalState {
  /** By mutation key: the newest operation. */
  operations: Map<string, OperationState>;
  /** By step id: the proof that still counts (nothing of the step failed or was begun after it, but its own probes, and no step voided it). */
  proofs: Map<string, ProofState>;
  failures: Map<string, { at: string; message: string }>;
  /** By step id: started in a run that has not ended it. */
  open: Map<string, string>;
  /** By ticket id: fields set by hand. */
  tickets: Map<string, { prs?: string[]; status?: string }>;
  forced: { at: string; reason: string; steps: string[] }[];
  runs: {
    id: string;
    at: string;
    plan?: string;
    finishedAt?: string;
    /** It ended because a person or --timeout stopped it. */
    interrupted?: boolean;
    ok?: boolean;
    inputs?: Record<string, unknown>;
  }[];
  /** By step id: durations in ms of started → proof, newest last. */
  durations: Map<string, number[]>;
  /** By step id: what its newest proof waited for; left out of journals of earlier versions. */
  waits: Map<string, RecordedWait[]>;
}

/** The natural identity of a mutation: its target and its sentence. */
export function mutationKey(mutation: Mutation): string {
  return hashOf({ target: mutation.target, sentence: mutation.sentence }).slice(0, 24);
}

export function foldJournal(entries: readonly JournalEntry[]): JournalState {
  const state: JournalState = {
    operations: new Map(),
    proofs: new Map(),
    failures: new Map(),
    open: new Map(),
    tickets: new Map(),
    forced: [],
    runs: [],
    durations: new Map(),
    waits: new Map(),
  };
  const byOp = new Map<string, OperationState>();
  for (const entry of entries) apply(state, byOp, entry);
  return state;
}

function apply(state: JournalState, byOp: Map<string, OperationState>, entry: JournalEntry): void {
  const { step } = entry;
  switch (entry.kind) {
    case 'run-started':
      state.runs.push({ id: entry.run, at: entry.at, plan: entry.plan, inputs: entry.inputs });
      break;
    case 'run-finished': {
      const run = state.runs.findLast((candidate) => candidate.id === entry.run);
      const interrupted = entry.inputs?.interrupted === true ? { interrupted: true } : {};
      if (run) Object.assign(run, { finishedAt: entry.at, ok: entry.inputs?.ok === true, ...interrupted });
      break;
    }
    case 'begin': {
      const sentence = textOf(entry.inputs?.sentence);
      const key = entry.target ? mutationKey({ target: entry.target, sentence }) : '';
      const operation: OperationState = {
        op: entry.op ?? '',
        key,
        sentence,
        step,
        status: 'indoubt',
        begunAt: entry.at,
      };
      byOp.set(operation.op, operation);
      state.operations.set(key, operation);
      break;
    }
    case 'ok':
    case 'fail':
    case 'indoubt': {
      const operation = byOp.get(entry.op ?? '');
      if (operation) Object.assign(operation, { status: entry.kind, endedAt: entry.at });
      break;
    }
    case 'step-started':
      for (const id of idsIn(entry.inputs?.voids))
        for (const known of [state.proofs, state.failures, state.open]) known.delete(id);
      if (step) state.open.set(step, entry.at);
      break;
    case 'step-skipped':
      if (step) state.open.delete(step);
      break;
    case 'step-failed':
      if (step) {
        state.open.delete(step);
        state.proofs.delete(step);
        state.failures.set(step, { at: entry.at, message: textOf(entry.inputs?.message) });
      }
      break;
    case 'proof':
      if (step && entry.evidence) foldProof(state, step, entry, entry.evidence);
      break;
    case 'ticket-set':
      if (entry.ticket) {
        const before = state.tickets.get(entry.ticket) ?? {};
        state.tickets.set(entry.ticket, { ...before, ...(entry.inputs as { prs?: string[]; status?: string }) });
      }
      break;
    case 'forced':
      state.forced.push({
        at: entry.at,
        reason: textOf(entry.inputs?.reason),
        steps: (entry.inputs?.steps as string[] | undefined) ?? [],
      });
      break;
    case 'note':
    case 'bound':
    case 'sealed':
    case 'takeover':
    case 'repaired':
      break;
  }
}

/** Inputs of a line may be anything; also an object whose `toString` is none. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A line may hold anything. */
const idsIn = (value: unknown): string[] => (Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []);

function foldProof(state: JournalState, step: string, entry: JournalEntry, evidence: Evidence): void {
  const startedAt = state.open.get(step);
  if (startedAt) {
    const durations = state.durations.get(step) ?? [];
    durations.push(Date.parse(entry.at) - Date.parse(startedAt));
    state.durations.set(step, durations);
  }
  state.waits.set(step, waitsIn(entry.inputs?.waits));
  state.open.delete(step);
  state.failures.delete(step);
  state.proofs.set(step, { at: entry.at, run: entry.run, evidence });
}

/** What is none is left out: a line may hold anything. */
function waitsIn(value: unknown): RecordedWait[] {
  if (!Array.isArray(value)) return [];
  return (value as Partial<RecordedWait>[]).flatMap((one) =>
    typeof one?.for === 'string' && Number.isFinite(one.ms) && one.ms! >= 0 ? [{ for: one.for, ms: one.ms! }] : [],
  );
}
