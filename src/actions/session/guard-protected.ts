/**
 * The hard rule around one command: before its first write on the mother, what is protected is read and compared with what was kept
 * of it; after each stage and at the end it is compared again. A command that writes nothing there reads nothing there, unless a
 * difference is known.
 */
import { parseJournal } from '../../engine/journal-entry.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Protects } from '../../engine/protects.js';
import {
  compareFingerprints,
  type DeclaredEffect,
  listDifferences,
  requireUnchanged,
} from '../../mother/fingerprint/compare.js';
import { effectOf, journaledEffects } from '../../mother/fingerprint/declared-effects.js';
import type { Difference } from '../../mother/fingerprint/difference.js';
import { type Fingerprint, maskedPages, readProtectedSet } from '../../mother/fingerprint/fingerprint.js';
import {
  acceptCommand,
  fingerprintBefore,
  foundDifferences,
  keepFingerprint,
  noteDifferences,
} from '../../mother/fingerprint/protected-before.js';
import { asksErasable } from '../../mother/protected/allowed-writes.js';
import { readErasableNames } from '../../mother/protected/erasable.js';
import type { MotherFacts } from '../../mother/protected/mother-facts.js';
import { protection } from '../../mother/protected/protected-set.js';
import { watchProtected } from '../../mother/protected/protected-watch.js';
import { command } from '../../support/commands/command.js';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import { journalText } from '../../verification/dod/write-evidence.js';
import type { World } from '../../world/world.js';

export interface ProtectedGuard {
  /** For the gate: refuses every write on the mother as long as `prepare` has not read it. */
  protects: Protects;
  /** For the gate, before each mutation. Throws E5002 when the mother is to be written and cannot be read, E5006 when it is not as it was kept. */
  prepare(mutation: Mutation): Promise<void>;
  /** Throws E5003 when the protected set is not as it was; does nothing when nothing on the mother was written. */
  check(label: string): Promise<void>;
  /** Does the work of a command and compares at its end, also when it failed. */
  around<T>(work: () => Promise<T>): Promise<T>;
}

/** @param report is given what is masked, as lines for a person */
export function guardProtected(world: World, report: (line: string) => void): ProtectedGuard {
  const { sovereign, stateDir } = world;
  const effects: DeclaredEffect[] = [];
  let facts: MotherFacts | undefined;
  /** What may be erased, as it was after facts were read; nothing until the first mutation that erases asks for it. */
  let erasable: { after: MotherFacts; names: ReadonlySet<string> } | undefined;
  /** As it was when this run began to hold the mother; another run may have been at work then. */
  const early = tried(() => read());
  /** As it was before this run's first change; equal to what was kept, less what the journal declares. */
  const settled = tried(async () => {
    const kept = fingerprintBefore(stateDir);
    const print = await read(kept);
    if (kept) requireAsKept(world, kept, print);
    else {
      keepFingerprint(stateDir, print);
      for (const line of maskedPages(print)) report(line);
    }
    return print;
  });

  const read = async (against?: Fingerprint) => {
    const seen = await readProtectedSet(world, { against });
    facts = seen.facts;
    return seen.print;
  };
  const readErasableFor = async ({ target }: Mutation) => {
    const after = facts;
    if (!after || erasable?.after === after || !asksErasable(target, { sovereign, runId: world.runId, facts: after }))
      return;
    erasable = { after, names: await readErasableNames(await world.mother(), sovereign, after.guarded) };
  };
  const guard: ProtectedGuard = {
    protects: protection(sovereign, world.runId, () => facts && { ...facts, erasable: erasable?.names }),
    async prepare(mutation) {
      const { system, kind } = mutation.target;
      if (system !== 'mother' && system !== 'dns' && !foundDifferences(stateDir)) return;
      const isEarly = kind === 'Lease' || mutation.putsBack === true;
      await (isEarly && !settled.begun() ? early : settled).get();
      await readErasableFor(mutation);
      const effect = effectOf(sovereign, mutation);
      if (effect) effects.push(effect);
    },
    async check(label) {
      const base = [settled, early].find((one) => one.begun());
      if (!base) return;
      const print = await base.get();
      try {
        requireUnchanged(print, await read(print), { label, effects });
      } catch (error) {
        if (isCatalystError(error, 'E5003')) note(world, error.data.differences as Difference[]);
        throw error;
      }
    },
    async around(work) {
      try {
        const done = await work();
        if (world.signal.aborted) return done;
        await guard.check('At the end');
        return done;
      } catch (error) {
        if (world.signal.aborted || isCatalystError(error, 'E5003') || isCatalystError(error, 'E5006')) throw error;
        await guard.check('After the failure').catch((found: unknown) => {
          if (isCatalystError(found, 'E5003')) throw found;
        });
        throw error;
      }
    },
  };
  watchProtected(world, guard.check);
  return guard;
}

/** Done at most once; what fails is tried again when it is asked for again. */
function tried<T>(work: () => Promise<T>): { get(): Promise<T>; begun(): boolean } {
  let made: Promise<T> | undefined;
  return {
    begun: () => made !== undefined,
    get() {
      made ??= work().catch((error: unknown) => {
        made = undefined;
        throw error;
      });
      return made;
    },
  };
}

const note = (world: World, differences: Difference[]) =>
  noteDifferences(world.stateDir, { at: world.clock.now().toISOString(), differences });

/** Throws E5006 while anything differs from the kept fingerprint that no journaled mutation declares and nobody has accepted. */
function requireAsKept(world: World, kept: Fingerprint, print: Fingerprint): void {
  const { entries } = parseJournal(journalText(world.stateDir), 'journal.jsonl');
  const differences = compareFingerprints(kept, print, journaledEffects(world.sovereign, entries));
  if (differences.length === 0) {
    noteDifferences(world.stateDir, undefined);
    return;
  }
  note(world, differences);
  throw fail(
    'E5006',
    `The protected set on the mother has changed since ${kept.at}: ${listDifferences(differences)}. Nothing was changed.`,
    {
      actions: [`find out who changed it: ${command('verify protected')}`, acceptCommand(world.sovereign.spec.fqdn)],
      data: { since: kept.at, differences },
    },
  );
}
