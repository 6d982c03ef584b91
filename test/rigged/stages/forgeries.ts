/** What a forger does to a bundle: each of these is one change of one of its parts, and a rig is one of them or several. */
import type { Predicate } from '../../../src/evidence/bundle.js';
import { sha256 } from '../../../src/support/hash.js';
import { readRaw } from '../../../src/verification/rederive/raw-bundle.js';
import { settle } from '../../../src/verification/rederive/settle.js';
import { type BundleWorld, edit, editItem, type ItemLine } from './bundles.js';

export type Forgery = (world: BundleWorld) => void;
// biome-ignore lint/suspicious/noExplicitAny: a forger knows no types
type Change = (value: any) => unknown;

export const all =
  (...forgeries: Forgery[]): Forgery =>
  (world) => {
    for (const forge of forgeries) forge(world);
  };

/** A file of JSON. */
export const file =
  (path: string, change: Change): Forgery =>
  (world) =>
    edit(world, path, change);

/** The report, dod.json. */
export const report = (change: Change): Forgery => file('dod.json', change);

export const item =
  (id: string, change: (item: ItemLine) => void): Forgery =>
  (world) =>
    editItem(world, id, change);

/** What an item says that it saw. */
export const evidence = (id: string, change: Change): Forgery =>
  item(id, (line) => {
    change(line.evidence);
  });

/** The kill experiment as the report has it. */
export const experiment = (change: Change): Forgery =>
  report(({ experiment: seen }) => {
    change(seen);
  });

/** What the signed statement says of the verdict. */
export const statement =
  (change: (predicate: Predicate) => void): Forgery =>
  ({ predicate }) =>
    change(predicate);

/** The page for people, which then is not drawn to fit. */
export const page =
  (from: string, to: string): Forgery =>
  (world) => {
    world.page = false;
    world.files['report.html'] = world.files['report.html']!.replace(from, to);
  };

/** The journal, with a chain that is whole again. */
export const journal =
  (change: (lines: readonly string[]) => readonly string[]): Forgery =>
  ({ files }) => {
    let prev = '';
    const lines = change(files['journal.jsonl']!.split('\n').filter(Boolean)).map((line, index) => {
      const text = JSON.stringify({ ...JSON.parse(line), seq: index + 1, prev });
      prev = sha256(text);
      return `${text}\n`;
    });
    files['journal.jsonl'] = lines.join('');
  };

export const journalWithout = (isOut: (line: string) => boolean): Forgery =>
  journal((lines) => lines.filter((line) => !isOut(line)));

/** Each item says what follows from its raw data as it is read now: the forger leaves that to catalyst. */
export async function reasoned(world: BundleWorld): Promise<void> {
  const report = await settle(
    readRaw((path) => world.files[path]),
    'dod',
  );
  world.files['dod.json'] = `${JSON.stringify(report, null, 2)}\n`;
  world.predicate.verdict = report.verdict;
}

/** The statement names a version that is not this one. */
export const byOtherVersion = statement((predicate) => {
  predicate.by = 'catalyst/0.0.9';
});

/** A step is nowhere, nor its proof. */
export const withoutStep =
  (id: string): Forgery =>
  (world) => {
    edit(world, 'proofs.json', (proofs) => {
      delete proofs[id];
    });
    edit(world, 'steps.json', (steps: { id: string }[]) => steps.filter((step) => step.id !== id));
  };
