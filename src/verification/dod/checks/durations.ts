/** D19: each step's duration against its earlier runs, the rehearsal's included, else against the estimate that the product ships for this kind of world. */
import { parseJournal } from '../../../engine/journal-entry.js';
import { foldJournal, type JournalState } from '../../../engine/journal-state.js';
import { readBundle } from '../../../evidence/bundle.js';
import { formatDuration } from '../../../support/durations.js';
import { messageOf } from '../../../support/errors/errors.js';
import { processor, type RecordedWait } from '../../../support/recorded-waits.js';
import { type EstimatedWorld, estimates, type WorldEstimates } from '../../../walk/estimates.js';
import type { World } from '../../../world/world.js';
import { filesOf } from '../../rehearsal/kept-files.js';
import { newestRehearsal } from '../../rehearsal/pointer.js';
import { type Answer, failed, notChecked, passed } from '../item.js';
import type { Scope } from '../scope.js';

const tolerance = 0.2;
/** Below some seconds a share of a step says more about the machine than about the step. */
const leastMs = 15_000;

type Timed = Pick<JournalState, 'durations' | 'waits'>;

interface Row {
  step: string;
  ms: number;
  estimateMs?: number;
  from?: string;
  verdict: 'within' | 'explained' | 'outside' | 'no estimate';
  /** What the difference is explained by. */
  waits?: RecordedWait[];
}

/** What D19 observed beside the journal. */
export interface DurationsSeen {
  kind: EstimatedWorld;
  /** Those that this version ships for that world. */
  estimates: WorldEstimates;
  /** Of the newest rehearsal on this world, by step. */
  rehearsed?: Record<string, { durations: number[]; waits: RecordedWait[] }>;
  /** Why that could not be read. */
  problem?: string;
}

type TimedStep = Pick<Scope['steps'][number], 'id'>;

export async function durations(scope: Scope): Promise<Answer> {
  const { world, journal, steps, options } = scope;
  const kind = await kindOf(world, options.lab);
  const { timed, problem } = await rehearsalOf(scope);
  const seen: DurationsSeen = {
    ...{ kind, estimates: estimates[kind] },
    ...(timed ? { rehearsed: rehearsedSteps(timed, steps) } : {}),
    ...(problem === undefined ? {} : { problem }),
  };
  return { ...judgeDurations(seen, { journal, steps }), evidence: seen };
}

/** What the steps took by the journal of a rehearsal. Pure. */
export function rehearsedSteps(
  { durations: took, waits }: Timed,
  steps: readonly TimedStep[],
): NonNullable<DurationsSeen['rehearsed']> {
  return Object.fromEntries(steps.map(({ id }) => [id, { durations: took.get(id) ?? [], waits: waits.get(id) ?? [] }]));
}

/** Pure. */
export function judgeDurations(
  seen: DurationsSeen,
  { journal, steps }: { journal: Timed; steps: readonly TimedStep[] },
): Answer {
  const untimed = steps.filter(({ id }) => !journal.durations.get(id)?.length).map(({ id }) => id);
  const rows = steps.filter(({ id }) => !untimed.includes(id)).map(({ id }) => rowOf(id, journal, seen));
  if (rows.length === 0) return notChecked('no step was timed by the journal');
  const of = (verdict: Row['verdict']) => rows.filter((row) => row.verdict === verdict);
  if (of('outside').length > 0) return failed(of('outside').map(rowText).join('; '));
  const unknown = [
    ...untimed.map((id) => `${id} was not timed`),
    ...of('no estimate').map(({ step }) => `${step} has no estimate`),
  ];
  if (unknown.length > 0) return notChecked(unknown.join('; '));
  const explained = of('explained');
  const parts = [
    `${rows.length} steps timed, ${of('within').length} within ±20 % or 15 s of ${seen.rehearsed ? 'earlier runs, the rehearsal included, or of ' : ''}the estimates of ${seen.estimates.at} (${seen.kind})`,
    explained.length > 0 ? `${explained.length} explained: ${explained.map(rowText).join('; ')}` : '',
    seen.problem,
  ];
  return passed(parts.filter(Boolean).join('; '));
}

function rowText({ step, ms, estimateMs = 0, from, waits = [] }: Row): string {
  const [longest] = waits;
  const why = longest ? `, of which it waited ${formatDuration(longest.ms)} for ${longest.for}` : '';
  return `${step} took ${formatDuration(ms)}, ${from} ${formatDuration(estimateMs)}${why}`;
}

function rowOf(step: string, own: Timed, { estimates: { from: source, steps }, rehearsed }: DurationsSeen): Row {
  const measured = own.durations.get(step)!;
  const ms = measured.at(-1)!;
  const earlier = [...measured.slice(0, -1), ...(rehearsed?.[step]?.durations ?? [])];
  const shipped = steps[step];
  if (earlier.length === 0 && !shipped) return { step, ms, verdict: 'no estimate' };
  const isMeasured = earlier.length > 0;
  const estimateMs = isMeasured ? earlier.reduce((sum, one) => sum + one, 0) / earlier.length : shipped!.seconds * 1000;
  const from = isMeasured ? 'earlier runs took' : 'estimated';
  const off = ms - estimateMs;
  if (Math.abs(off) <= Math.max(leastMs, estimateMs * tolerance))
    return { step, ms, estimateMs, from, verdict: 'within' };
  // whichever took longer says what it waited for: a run may be spared what another one waited for
  const before = isMeasured
    ? (rehearsed?.[step]?.waits ?? [])
    : [{ for: `what ${source} waited for`, ms: shipped!.waiting * 1000 }];
  const waits = off > 0 ? (own.waits.get(step) ?? []) : before;
  const isExplained = explains(waits, Math.abs(off));
  return { step, ms, estimateMs, from, verdict: isExplained ? 'explained' : 'outside', waits };
}

/** One wait after the other fills a step; that the processor was taken runs beside them. */
function explains(waits: readonly RecordedWait[], offMs: number): boolean {
  const named = waits.filter((one) => one.for !== processor).reduce((sum, { ms }) => sum + ms, 0);
  const machine = waits.find((one) => one.for === processor)?.ms ?? 0;
  return Math.max(named, machine) >= offMs - leastMs;
}

/** In a lab, real Flux has the HelmCharts that an emulated one does without. */
async function kindOf(world: World, lab: boolean): Promise<EstimatedWorld> {
  if (!lab) return 'hetzner';
  const charts = await (await world.kube()).list({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmChart' });
  return charts.length > 0 ? 'engines' : 'lab';
}

/** What the steps took in the rehearsal on this world, whose files go into the evidence; D20 judges whether that is evidence. */
async function rehearsalOf(scope: Scope): Promise<{ timed?: Timed; problem?: string }> {
  const { stateDir, sovereign } = scope.world;
  const file = scope.reprovision ?? newestRehearsal(stateDir)?.bundle;
  if (file === undefined) return {};
  try {
    const bundle = await readBundle(file);
    const files = filesOf(bundle);
    const { fqdn } = JSON.parse(String(files['dod.json'])) as { fqdn: string };
    // its journal is this one
    if (fqdn === sovereign.spec.fqdn) return {};
    const { entries } = parseJournal(String(files['journal.jsonl']), 'journal.jsonl');
    // so that whoever verifies the bundle times the same steps
    scope.reprovisioned = files;
    return { timed: foldJournal(entries) };
  } catch (error) {
    return { problem: `the rehearsal's durations could not be read: ${messageOf(error)}` };
  }
}
