/**
 * Purge plans whose deletions have begun and whose last resource is not known to be gone, one file each, in the state folder. A
 * volume belongs to a Sovereign because it is attached to one of its servers; once that server is deleted, only the plan knows.
 */
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateDir, writePrivateFile } from '../../../sovereign/state/state-dir.js';
import { fail, isCatalystError } from '../../../support/errors/errors.js';
import type { Row } from '../select/row.js';
import type { Selection } from '../select/select.js';
import { type PurgePlan, parsePurgePlan } from './purge-plan.js';

export interface UnfinishedPurges {
  /** Throws E2011 when one was changed by hand. */
  plans(): PurgePlan[];
  /** Writes the plan to disk and syncs it: before its first deletion. */
  keep(plan: PurgePlan): void;
  forget(plan: PurgePlan): void;
}

/** For plans that nobody will resume: tests, and listings without a state folder. */
export const noUnfinishedPurges: UnfinishedPurges = {
  plans: () => [],
  keep: () => undefined,
  forget: () => undefined,
};

/**
 * `journaled`: whether the journal has a change that belongs to the plan of this hash. A file that the journal does not know was put
 * there by someone else, or its purge was killed before its first deletion: either way it proves nothing and is left out.
 */
export function unfinishedPurges(dir: string, journaled: (hash: string) => boolean): UnfinishedPurges {
  const pathOf = (hash: string) => join(dir, `${hash}.json`);
  const hashes = () =>
    (existsSync(dir) ? readdirSync(dir) : [])
      .filter((name) => /^[0-9a-f]{64}\.json$/.test(name))
      .map((name) => name.slice(0, 64));
  return {
    plans() {
      return hashes()
        .filter(journaled)
        .map((hash) => readKept(pathOf(hash), hash))
        .sort((one, other) => one.at.localeCompare(other.at));
    },
    keep(plan) {
      makePrivateDir(dir);
      for (const hash of hashes()) if (!journaled(hash)) rmSync(pathOf(hash));
      const path = pathOf(plan.hash);
      const draft = `${path}.new`;
      writePrivateFile(draft, `${JSON.stringify(plan, null, 2)}\n`);
      sync(draft);
      renameSync(draft, path);
      sync(dir);
    },
    forget({ hash }) {
      rmSync(pathOf(hash), { force: true });
    },
  };
}

/** Selected rows of all of them; of a resource in several, the newest. */
export function rowsOf(plans: readonly PurgePlan[]): Row[] {
  const rows = new Map<string, Row>();
  for (const plan of plans) {
    for (const row of plan.resources) if (row.selected) rows.set(`${row.type}/${row.id}`, row);
  }
  return [...rows.values()];
}

/** The selection, with the volumes to be retained that earlier plans learned from a cluster that may no longer answer. */
export function withRetained(selection: Selection, plans: readonly PurgePlan[]): Selection {
  const retained = [
    ...new Set([selection, ...plans.map((plan) => plan.selection)].flatMap((one) => one.retained ?? [])),
  ];
  return retained.length > 0 ? { ...selection, retained } : selection;
}

function readKept(path: string, hash: string): PurgePlan {
  let why = 'its hash is not the one in its name';
  try {
    const plan = parsePurgePlan(readFileSync(path, 'utf8'), path);
    if (plan.hash === hash) return plan;
  } catch (error) {
    if (!isCatalystError(error, 'E4005')) throw error;
    why = error.message;
  }
  throw fail(
    'E2011',
    `${path} is the record of an unfinished purge and was changed by hand: ${why} Nothing was deleted.`,
    {
      actions: [
        'restore the file from a backup of the state folder',
        'or look for volumes of this Sovereign in the Hetzner Console, delete them there, then remove the file',
      ],
    },
  );
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
