/** What is different between two fingerprints, without what this Sovereign's own journaled mutations declared. Pure. */
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Difference } from './difference.js';
import type { Fingerprint } from './fingerprint.js';
import { printKey } from './print-objects.js';

/** What one mutation was declared to do to a protected thing. */
export interface DeclaredEffect {
  /** `Kind namespace/name`, exactly. */
  object: string;
  /** Left out: the whole object is catalyst's own, and may come, change and go. */
  field?: 'suspend';
  /** What the field is once it was made. */
  after?: unknown;
  /** Description of the mutation, and the command that undoes it. */
  description: string;
  undo: string;
}

/** Empty when the protected set is as it was, save what `effects` declare; of several on one field, the last counts. */
export function compareFingerprints(
  before: Fingerprint,
  after: Fingerprint,
  effects: readonly DeclaredEffect[] = [],
): Difference[] {
  const objects = compareAll(before.objects, after.objects, printKey).map(([object, one]) => ({ ...one, object }));
  const names = compareAll(before.names, after.names, ({ zone, name, type }) => `${type} ${name} in zone ${zone}`);
  const pages = before.pages.flatMap((page) => {
    const other = after.pages.find(({ url }) => url === page.url);
    if (other?.error !== undefined && page.error === undefined)
      return [{ what: page.url, before: `answered with ${page.status}`, after: `no answer: ${other.error}` }];
    return changes(page.url, { ...page, error: undefined, mask: undefined }, { ...other, error: undefined });
  });
  return [...objects.filter((one) => !isDeclared(one, effects)), ...names.map(([, one]) => one), ...pages];
}

function isDeclared(difference: Difference, effects: readonly DeclaredEffect[]): boolean {
  const { object, field, after } = difference;
  const last = effects.findLast((one) => one.object === object);
  if (!last) return false;
  if (last.field === undefined) return true;
  return last.field === field && String(last.after) === after;
}

function compareAll<T extends object>(
  before: readonly T[],
  after: readonly T[],
  key: (print: T) => string,
): [string, Difference][] {
  const old = new Map(before.map((print) => [key(print), print]));
  const now = new Map(after.map((print) => [key(print), print]));
  const gone = [...old.keys()].filter((id) => !now.has(id));
  const added = [...now.keys()].filter((id) => !old.has(id));
  const changed = [...old].flatMap(([id, print]) => {
    const other = now.get(id);
    return other
      ? changes(id, { ...print } as Values, { ...other } as Values).map((one): [string, Difference] => [id, one])
      : [];
  });
  return [
    ...gone.map((id): [string, Difference] => [id, { what: id, before: 'there', after: 'gone' }]),
    ...changed,
    ...added.map((id): [string, Difference] => [id, { what: id, before: 'not there', after: 'new' }]),
  ];
}

type Values = Record<string, unknown>;

function changes(what: string, before: Values, after: Values): Difference[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => key !== 'mask' && before[key] !== after[key])
    .map((key) => ({ what: `${what} ${key}`, before: String(before[key]), after: String(after[key]), field: key }));
}

/** For a person: the first five and how many more. */
export function listDifferences(differences: readonly Difference[]): string {
  const list = differences.slice(0, 5).map(({ what, before, after }) => `${what}: ${before} → ${after}`);
  return list.join('; ') + (differences.length > list.length ? `; and ${differences.length - list.length} more` : '');
}

/** Throws E5003 with each difference and, where a mutation of this run is on that object, which one and what undoes it. */
export function requireUnchanged(
  before: Fingerprint,
  after: Fingerprint,
  { label, effects = [] }: { label: string; effects?: readonly DeclaredEffect[] },
): void {
  const differences = compareFingerprints(before, after, effects);
  if (differences.length === 0) return;
  const caused = effects.filter(({ object }) => differences.some((one) => one.object === object));
  const why =
    caused.length > 0
      ? `This run did: ${[...new Set(caused.map(({ description }) => description))].join('; ')}.`
      : 'No mutation in the journal of this run touched any of them: somebody or something else changed them.';
  throw fail(
    'E5003',
    `${label}, the protected set on the mother has changed: ${listDifferences(differences)}. ${why}`,
    {
      actions: [...new Set(caused.map(({ undo }) => undo)), command('verify protected')],
      data: { differences, caused },
    },
  );
}
