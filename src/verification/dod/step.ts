/** Phase 8: the Definition of Done, taken on the live Sovereign. Its proof is a verdict of PASS and the bundle that holds it. */
import type { Done, Evidence } from '../../engine/step.js';
import { formatDuration } from '../../support/durations.js';
import { type CatalystError, fail } from '../../support/errors/errors.js';
import { shortReason } from '../../support/short-reason.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { checklist, type Item } from './checklist.js';
import { statedText } from './grade.js';
import type { ItemResult } from './item.js';
import { isLab, plannedChanges, startsBlack } from './planned-changes.js';
import { requireWindow, selectItems, takes } from './select.js';
import { type DodOptions, type DodOutcome, takeDod, windowsOf } from './verify.js';

/** The error that a verdict other than PASS ends with; undefined for PASS, and for a chosen part that passed. */
export function verdictError(outcome: DodOutcome): CatalystError | undefined {
  const { result, report } = outcome;
  const open = result.items.filter(({ status }) => status !== 'pass' && status !== 'left-out');
  const details = {
    actions: [...new Set(open.filter((item) => !follows(item)).map((item) => item.repeat))].slice(0, 2),
    data: { result: { ...result, experiment: result.experiment, bundle: outcome.bundle, report } },
  };
  const list = open.length > 0 ? `\n${openLines(open).join('\n')}` : '';
  if (result.verdict === 'INVALID') {
    const experiment = result.experiment?.valid === false ? result.experiment.problems : [];
    const why = [...experiment, ...result.items.filter((item) => item.invalid).map(({ reason }) => reason)].join('; ');
    return fail('E6002', `INVALID for ${result.fqdn}: ${shortReason(why)}${list}`, details);
  }
  if (result.verdict === 'FAIL') return fail('E6001', `FAIL for ${result.fqdn}: ${held(result)}${list}`, details);
  const unseen = open.some((item) => item.status === 'not-checked');
  if (result.verdict === 'PARTIAL' && unseen)
    return fail('E6003', `PARTIAL for ${result.fqdn}: ${held(result)}${list}`, details);
  return undefined;
}

/** What is left out counts on neither side. */
function held({ items }: Pick<DodOutcome['result'], 'items'>): string {
  const of = (status: ItemResult['status']) => items.filter((item) => item.status === status);
  const left = of('left-out').map(({ id }) => id);
  const told = left.length > 0 ? `, ${left.join(', ')} left out` : '';
  return `${of('pass').length} of ${items.length - left.length} items pass${told}`;
}
const follows = ({ follows: from }: ItemResult) => from !== undefined;

/** Each item that is open with its reason, once and briefly; those that only follow from others in one line. */
function openLines(open: readonly ItemResult[]): string[] {
  const own = open.filter((item) => !follows(item));
  const words = { pass: 'pass', fail: 'failed', 'not-checked': 'not checked', 'left-out': 'left out' };
  const lines = own
    .slice(0, 6)
    .map(({ id, title, status, reason }) => `${id} ${title}: ${words[status]}: ${shortReason(reason)}`);
  const following = open.filter(follows).map(({ id }) => id);
  const causes = [...new Set(open.flatMap(({ follows: from = [] }) => from))];
  return [
    ...lines,
    ...(own.length > 6 ? [`and ${own.length - 6} more, in the report`] : []),
    ...(following.length > 0
      ? [`${following.join(', ')} follow${following.length > 1 ? '' : 's'} from ${causes.join(', ')}`]
      : []),
  ];
}

export interface DodStep extends Step {
  /** What was taken; undefined before the step has run. */
  outcome(): DodOutcome | undefined;
}

/** What the experiments stop, where, for how long, and what people notice: a clause after "This". */
async function stopped(world: World, options: DodOptions, items: readonly Item[]): Promise<string> {
  const { windowMs, egressMs, offMs, recoverMs } = windowsOf(options, await isLab(world));
  const { mother, fqdn } = world.sovereign.spec;
  const kill = `stops catalyst-api on the mother cluster ${mother.name} for ${formatDuration(windowMs)} (every Sovereign that is not independent yet has no console and no provisioning for that time; the SME demos keep running) and starts it again${options.blackHole === false ? '' : `, with ${fqdn} cut off from ${mother.name} meanwhile once it is handed over`}`;
  const cut = `lets the Pods of ${fqdn} reach nothing outside but a short list for ${formatDuration(egressMs)}, once for each grade that is tried (its users notice only what depends on something outside), and opens it again`;
  const start = `powers off all servers of ${fqdn} at once for ${formatDuration(offMs)} and on again, with the outside denied meanwhile (nothing of ${fqdn} answers until it has started, for up to ${formatDuration(recoverMs)})`;
  return [
    ...(takes(items, 'D17') ? [kill] : []),
    ...(takes(items, 'D22') ? [cut] : []),
    ...((await startsBlack(world, options, items)) ? [start] : []),
  ].join(', ');
}

/** Items that stop or cut off something, each for a while. */
const stopping = ['D17', 'D22', 'D23'] as const;

/** A chosen part proves nothing of the ticket and has an id of its own. */
export function verifyDod(world: World, options: DodOptions): DodStep {
  let outcome: DodOutcome | undefined;
  requireWindow(options.windowMs);
  const items = selectItems(options);
  const whole = items.length === checklist.length;
  return {
    id: whole ? 'dod' : 'dod-part',
    title: whole ? 'Definition of Done verified' : `Definition of Done: ${items.length} items verified`,
    phase: 8,
    needs: ['#370', '#319'],
    ...(stopping.some((id) => takes(items, id))
      ? { destructive: async () => (await stopped(world, options, items)) || undefined }
      : {}),
    estimateMinutes: 60,
    outcome: () => outcome,
    plan: () => plannedChanges(world, items, options),
    // A verdict is never taken from an earlier run.
    isDone: async (): Promise<Done> => ({ done: false }),
    async run(context) {
      outcome = await takeDod(world, context, options);
    },
    async proof(context): Promise<Evidence> {
      outcome ??= await takeDod(world, context, options);
      const { result, bundle, report } = outcome;
      const error = verdictError(outcome);
      if (error) throw error;
      return {
        summary: `${result.verdict}: ${held(result)}; report ${report}`,
        facts: {
          verdict: result.verdict,
          ...(result.grade ? { independence: statedText({ blockers: [], ...result, grade: result.grade }) } : {}),
          bundle,
          report,
          items: result.items.map(({ id, status }) => ({ id, status })),
        },
      };
    },
  };
}
