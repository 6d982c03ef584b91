/**
 * D20 by signed evidence of a run that wiped and built again: a throwaway Sovereign of the same spec, or this very one. Its outcome is
 * derived again from its own journal and listing, and compared with what is there today. Pure.
 */
import { type JournalEntry, parseJournal } from '../../engine/journal-entry.js';
import { bundleOf, intactStatement, type Predicate } from '../../evidence/bundle.js';
import { clusterParts } from '../../hetzner/cluster/parts.js';
import { throwawayOf } from '../../sovereign/spec/checks/throwaway.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { WorldIdentity } from '../../sovereign/world-identity.js';
import { checkShape } from '../../support/check-shape.js';
import { command } from '../../support/commands/command.js';
import { hashOf } from '../../support/hash.js';
import { judgeReleasesEvidence, type ReleasesEvidence } from '../dod/checks/releases-live.js';
import { type Answer, failed, notChecked, passed } from '../dod/item.js';
import type { DodReport } from '../dod/report.js';
import { readCycle } from './cycle.js';
import { isLeftOut } from './kept-files.js';
import { type Listing, listingShape, orphansIn } from './listing.js';

/** What D20 observed, beside the files of the bundle that it read. */
export interface ReprovisionSeen {
  /** RFC 3339; when it was judged, and how old the evidence could be at most. */
  at: string;
  maxAgeMs: number;
  /** SPKI PEM; this machine has it of the Sovereign that was wiped. */
  key: string;
  /** Listed now: everything that a throwaway Sovereign could have left, or what there is of the former cluster of this one. */
  today: Listing | { left: string[] };
}

/** To whom the evidence is to apply. */
export interface Judged {
  sovereign: Sovereign;
  world: WorldIdentity;
  /** Ids of the steps of phases 0 to 6. */
  steps: readonly string[];
}

export const listingPath = 'rehearsal.json';
const again = `${command('rehearse')} makes another`;
const dayMs = 86_400_000;
/** How far clocks of two machines may be apart. */
const skewMs = 300_000;

type Text = (path: string) => string | undefined;

/** @param text content of that bundle's files by path; its page may be left out */
export function judgeReprovision(seen: ReprovisionSeen, text: Text, judged: Judged): Answer {
  const json = (path: string): unknown => JSON.parse(String(text(path)));
  const statement = intactStatement(bundleOf(text), seen.key, { mayLack: isLeftOut });
  if (typeof statement === 'string') return failed(`the evidence of a wipe is not valid: ${statement}`);
  const { predicate } = statement;
  const report = json('dod.json') as DodReport;
  const late = ageOf(seen, report.finishedAt);
  if (late) return late;
  const { entries } = parseJournal(String(text('journal.jsonl')), 'journal.jsonl');
  const d1 = report.items.find(({ id }) => id === 'D1');
  const state = d1?.status === 'pass' ? [] : [`it did not end in the same state: ${d1?.reason ?? 'D1 was not asked'}`];
  const { sovereign } = judged;
  if (report.fqdn === sovereign.spec.fqdn) return judgeOwn(seen, { predicate, entries, state: stateOf(d1) }, judged);
  // The part of a rehearsal that only takes the state has no listing yet.
  const listing = text(listingPath) === undefined ? undefined : json(listingPath);
  const cycle = { predicate, entries, state, listing, spec: json('spec.json') };
  return judgeThrowaway(seen, cycle, judged);
}

/** Undefined while it counts. */
export function ageOf({ at: now, maxAgeMs }: Pick<ReprovisionSeen, 'at' | 'maxAgeMs'>, at: string): Answer | undefined {
  const age = Date.parse(now) - Date.parse(at);
  const days = (ms: number) => `${Math.floor(ms / dayMs)} days`;
  if (!(age >= -skewMs)) return failed(`the evidence says that it is of ${at}, which is not in the past`);
  if (age <= maxAgeMs) return undefined;
  return failed(`the evidence of ${at} is ${days(age)} old; at most ${days(maxAgeMs)} count: ${command('rehearse')}`);
}

interface CycleRead {
  predicate: Predicate;
  entries: readonly JournalEntry[];
  /** Why it did not end in the same state; empty when it did. */
  state: readonly string[];
}

/** By what D1 of that verdict saw: what it says of that is not believed either. */
function stateOf(d1: DodReport['items'][number] | undefined): string[] {
  const looked = d1?.evidence as ReleasesEvidence | undefined;
  const { status, reason } = looked ? judgeReleasesEvidence(looked) : notChecked('D1 has no raw data');
  return status === 'pass' ? [] : [`it did not end in the same state: ${reason}`];
}

/** This very Sovereign was destroyed and built again. */
function judgeOwn({ today }: ReprovisionSeen, { predicate, entries, state }: CycleRead, { world }: Judged): Answer {
  if (hashOf(predicate.world) !== hashOf(world))
    return failed(`${predicate.fqdn} was wiped in another world; ${again}`);
  const built = entries.findIndex((entry) => entry.kind === 'proof' && entry.step === 'cluster');
  // Leftovers of somebody's earlier try that #370 took away are no wipe of a Sovereign that stood.
  const wiped = entries.findIndex(
    (entry, index) =>
      built >= 0 &&
      index > built &&
      entry.kind === 'ok' &&
      entry.target?.kind === 'server' &&
      /^delete\b/.test(String(entry.inputs?.sentence)),
  );
  if (wiped < 0) return failed('its journal deletes no server of a cluster that existed: nothing was wiped');
  const later = entries.slice(wiped).filter((entry) => entry.kind === 'proof');
  const missing = ['cluster', '#385'].filter((id) => !later.some((entry) => entry.step === id));
  if (missing.length > 0) return failed(`after the wipe its journal proves no ${missing.join(', ')}`);
  if (state.length > 0) return failed(state.join('; '));
  if (!('left' in today)) return failed('what is left of the cluster before was not listed');
  if (today.left.length > 0) return failed(`of the cluster before there is still: ${today.left.join('; ')}`);
  return passed(`${predicate.fqdn} was wiped and built again; its bundle of ${predicate.at} is valid`);
}

function judgeThrowaway(
  { today }: ReprovisionSeen,
  { predicate, entries, state, listing, spec }: CycleRead & { listing: unknown; spec: unknown },
  { sovereign, world, steps }: Judged,
): Answer {
  const throwaway = throwawayOf(sovereign, String((spec as Sovereign).metadata?.name));
  const { fqdn } = throwaway.spec;
  if (predicate.fqdn !== fqdn) return failed(`its bundle is of ${predicate.fqdn}, its spec of ${fqdn}`);
  if (hashOf(predicate.world) !== hashOf(world)) return failed(`${fqdn} was rehearsed in another world; ${again}`);
  if (hashOf(spec) !== hashOf(plain(throwaway)))
    return failed(`the spec of ${fqdn} was another than that of ${sovereign.spec.fqdn} is now; ${again}`);
  const servers = clusterParts(throwaway).servers.map(({ name }) => name);
  const cycle = readCycle(entries, { steps, servers });
  const problems = [...cycle.problems, ...state, ...leftThen(listing, fqdn, cycle.listing)];
  if (problems.length > 0) return failed(`the rehearsal on ${fqdn} is no evidence: ${problems.join('; ')}`);
  if (!('hetzner' in today) || today.fqdn !== fqdn) return failed(`what there is of ${fqdn} now was not listed`);
  const orphans = orphansIn(today, fqdn);
  if (orphans.length > 0) return failed(`of ${fqdn}, which was wiped, there is now: ${orphans.join('; ')}`);
  return passed(
    `${fqdn} was built, proven and wiped by the same spec at ${predicate.at}; nothing of it was left then, or is now`,
  );
}

/** What the listing of a rehearsal shows of `fqdn`, or that it is not the one whose hash its journal has; empty where nothing was left. */
export function leftThen(read: unknown, fqdn: string, proven: unknown): string[] {
  const { data } = checkShape(listingShape, read);
  if (!data || data.fqdn !== fqdn || hashOf(data) !== proven)
    return ['its listing is not the one that its journal proves'];
  const orphans = orphansIn(data satisfies Listing, fqdn);
  return orphans.length > 0 ? [`its own listing shows ${orphans.join('; ')}`] : [];
}

/** As JSON keeps it: fields that are undefined are none. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
