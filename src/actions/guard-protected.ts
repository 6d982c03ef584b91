/**
 * The hard rule around one command: before its first write on the mother, what is protected is read and its fingerprint taken
 * (each page twice); after each stage and at the end it is compared. A command that writes nothing there reads nothing there.
 */
import { keepFingerprint } from '../evidence/protected-before.js';
import { type DeclaredEffect, requireUnchanged } from '../mother/compare-fingerprints.js';
import { effectOf } from '../mother/declared-effects.js';
import { type Fingerprint, maskedPages, readProtectedSet } from '../mother/fingerprint.js';
import type { MotherFacts } from '../mother/mother-facts.js';
import { type Protects, protection } from '../mother/protected-set.js';
import { watchProtected } from '../mother/protected-watch.js';
import type { Mutation } from '../phases/step.js';
import type { World } from '../phases/world.js';
import { isCatalystError } from '../support/errors.js';

export interface ProtectedGuard {
  /** For the gate: refuses every write on the mother as long as `prepare` has not read it. */
  protects: Protects;
  /** For the gate, before each mutation. Throws E5002 when the mother is to be written and cannot be read. */
  prepare(mutation: Mutation): Promise<void>;
  /** Throws E5003 when the protected set is not as it was; does nothing when nothing on the mother was written. */
  check(label: string): Promise<void>;
  /** Does the work of a command and compares at its end, also when it failed. */
  around<T>(work: () => Promise<T>): Promise<T>;
}

/** @param report is given what is masked, as lines for a person */
export function guardProtected(world: World, report: (line: string) => void): ProtectedGuard {
  const { sovereign } = world;
  const effects: DeclaredEffect[] = [];
  let facts: MotherFacts | undefined;
  let before: Promise<Fingerprint> | undefined;

  const read = async (against?: Fingerprint) => {
    const seen = await readProtectedSet(world, { against });
    facts = seen.facts;
    return seen.print;
  };
  const begin = async () => {
    const print = await read();
    keepFingerprint(world.stateDir, print);
    for (const line of maskedPages(print)) report(line);
    return print;
  };
  const guard: ProtectedGuard = {
    protects: protection(sovereign, world.runId, () => facts),
    async prepare(mutation) {
      if (mutation.target.system !== 'mother' && mutation.target.system !== 'dns') return;
      before ??= begin();
      // one that could not be taken is tried again at the next write
      await before.catch((error: unknown) => {
        before = undefined;
        throw error;
      });
      const effect = effectOf(sovereign, mutation);
      if (effect) effects.push(effect);
    },
    async check(label) {
      if (!before) return;
      const print = await before;
      requireUnchanged(print, await read(print), { label, effects });
    },
    async around(work) {
      try {
        const done = await work();
        if (world.signal.aborted) return done;
        await guard.check('At the end');
        return done;
      } catch (error) {
        if (world.signal.aborted || isCatalystError(error, 'E5003')) throw error;
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
