/** The gate of a real run: protected set, journal, call, journal (gate.ts says the contract). */
import { randomBytes } from 'node:crypto';
import { command } from '../support/commands/command.js';
import { CatalystError, fail, isCatalystError, messageOf } from '../support/errors/errors.js';
import { DryRunStop } from './dry-run.js';
import type { Act } from './gate.js';
import type { Journal } from './journal.js';
import { foldJournal, type JournalState, mutationKey } from './journal-state.js';
import type { Mutation } from './mutation.js';
import type { Protects } from './protects.js';
import type { Acting } from './step.js';

/** The writers of one change. */
export interface Lent<W> {
  writers: W;
  /** From here on they are worth nothing. */
  end(): void;
}

export interface GateOptions<W> {
  journal: Journal;
  signal: AbortSignal;
  /** Outlives `signal`; see `Undo`. */
  undoSignal: AbortSignal;
  /** From the protected set of the mother. */
  protects: Protects;
  /** Throws when the clusters are not those that a change may be made on. */
  ready?: (mutation: Mutation, signal: AbortSignal) => Promise<void>;
  /** Just before a change is journaled: from here on there may be something to finish or to put back. Throws to prevent it. */
  onChange?: () => void;
  /** After each mutation, before its step goes on. */
  made?: (mutation: Mutation) => Promise<void>;
  /** Before each mutation: reads what is protected where that was not read yet. Throws to refuse. */
  prepare?: (step: string, mutation: Mutation) => Promise<void>;
  /** Told the sentence of each change before it is made. */
  onMutation?: (step: string, mutation: Mutation) => void;
  /** Says what each change would be and makes none (dry-run.ts). */
  dryRun?: boolean;
  /** Makes the writers of one change. */
  lend(mutation: Mutation): Lent<W>;
}

/** True when the answer was lost, so that nobody can know whether the change was made. */
export function isAmbiguous(error: unknown): boolean {
  if (error instanceof CatalystError) return error.data.ambiguous === true || error.data.timedOut === true;
  return true;
}

export interface ActingStep {
  id: string;
  phase: number;
  ticket?: string;
  /** Its first change that is not reversible is not made before the head of the journal is signed. */
  irreversible?: boolean;
}

export interface Gate<W> {
  /** The `act` of one step, and the one that it puts things back with. */
  forStep(step: ActingStep): Acting<W>;
  /** How many mutations were made in this run. */
  readonly writes: number;
}

export function createGate<W>({
  journal,
  signal,
  undoSignal,
  protects,
  ready,
  onChange,
  made,
  prepare,
  onMutation,
  dryRun,
  lend,
}: GateOptions<W>): Gate<W> {
  const before: JournalState = foldJournal(journal.entries);
  const sealed = new Map<string, Promise<void>>();
  let writes = 0;
  const actOf =
    (step: ActingStep, signal: AbortSignal): Act<W> =>
    async (mutation, change, options) => {
      signal.throwIfAborted();
      await prepare?.(step.id, mutation);
      const reason = protects({ target: mutation.target });
      if (reason !== undefined) {
        throw fail('E4004', `Refused: to ${mutation.sentence}. ${reason} Nothing was changed.`, {
          actions: [command('verify protected'), command('explain', 'E4004')],
          data: { target: mutation.target },
        });
      }
      await ready?.(mutation, signal);
      if (dryRun) {
        onMutation?.(step.id, mutation);
        throw new DryRunStop(mutation);
      }
      const key = mutationKey(mutation);
      const earlier = before.operations.get(key);
      before.operations.delete(key);
      const open = earlier?.status === 'indoubt' ? earlier : undefined;
      const op = open?.op ?? randomBytes(8).toString('hex');
      const { plan } = options ?? {};
      const { id, phase, ticket } = step;
      const common = { op, phase, step: id, ticket, target: mutation.target, ...(plan ? { plan } : {}) };
      const inputs = { sentence: mutation.sentence, ...(mutation.effect ? { effect: mutation.effect } : {}) };
      if (open && options?.recover) {
        const found = await options.recover(op);
        if (found !== undefined) {
          journal.append({ ...common, kind: 'ok', inputs: { ...inputs, adopted: true } });
          await made?.(mutation);
          return found;
        }
      }
      onChange?.();
      journal.append({ ...common, kind: 'begin', inputs });
      onMutation?.(step.id, mutation);
      writes += 1;
      const lent = lend(mutation);
      let answer: Awaited<ReturnType<typeof change>>;
      try {
        // What cannot be undone must not be forgotten either, nor what led to it; once per step, since the rest is of one intent.
        const keeps = mutation.reversible === true || mutation.putsBack === true;
        if (mutation.confirm !== undefined || (step.irreversible && !keeps)) {
          if (!sealed.has(id)) sealed.set(id, journal.sealHead(`before: ${mutation.sentence}`));
          await sealed.get(id);
        }
        answer = await change(lent.writers, { id: op, signal });
        journal.append({ ...common, kind: 'ok', inputs });
      } catch (error) {
        const full = isCatalystError(error, 'E1201');
        if (!full)
          journal.append({
            ...common,
            kind: isAmbiguous(error) ? 'indoubt' : 'fail',
            inputs: { ...inputs, message: messageOf(error) },
          });
        throw error;
      } finally {
        lent.end();
      }
      await made?.(mutation);
      return answer;
    };
  return {
    get writes() {
      return writes;
    },
    forStep: (step) => ({
      act: actOf(step, signal),
      undo: { act: actOf(step, undoSignal), signal: undoSignal },
    }),
  };
}
