/**
 * Runs a set of steps: each starts when what it needs is proven, independent ones go on after a failure, dependents never
 * start, and the run ends non-zero if anything failed. Order and limits live here; what is done lives in the steps.
 */
import pLimit from 'p-limit';
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { CatalystError, fail, messageOf } from '../support/errors/errors.js';
import { recordWaits } from '../support/recorded-waits.js';
import type { Confirm } from './confirmation.js';
import { type Emit, type RunStep, type StepEvent, type StepRef, stepName, stepNames } from './events.js';
import type { Journal } from './journal.js';
import type { JournalState } from './journal-state.js';
import type { Gate } from './journaled-gate.js';
import { blockedSteps, type Graph, prerequisites, readySteps, unmet } from './schedule.js';
import type { Step, StepContext, StepNode } from './step.js';

export interface RunnerOptions<W> extends Graph<Step<W>> {
  journal: Journal;
  state: JournalState;
  gate: Gate<W>;
  clock: Clock;
  signal: AbortSignal;
  emit: Emit;
  runId: string;
  planHash: string;
  /** user@host */
  by: string;
  /** Answers what a step asks for before it does what cannot be undone. */
  confirm?: Confirm;
  /** Overrules unproven prerequisites; the reason is journaled and stays in the evidence. */
  force?: string;
  /** Takes every proof again, also of steps that are done. */
  fresh?: boolean;
  /** Options of the command, for `resume`. */
  inputs?: Record<string, unknown>;
  /** Done last, whatever became of the steps, unless the run was interrupted. */
  atEnd?: () => Promise<void>;
  /** Milliseconds that a step is expected to take, by its id; for the screen. */
  expected?: ReadonlyMap<string, number>;
}

export interface RunResult {
  ok: boolean;
  proven: string[];
  /** Of those, what was done before: only its proof was taken, or not even that. */
  doneBefore: { step: string; reason: string }[];
  failed: { step: string; title: string; error: unknown }[];
  blocked: { step: string; title: string; by: string }[];
}

const parallelSteps = 8;
const classLimits = { hetzner: 4, kubectl: 4, upload: 2 } as const;

/** Refuses with E4001 when a prerequisite outside the run is not proven, unless forced. */
export function requirePrerequisites(graph: Graph, state: JournalState, force?: string): void {
  const missing = unmet(graph, new Set(state.proofs.keys()));
  if (missing.length === 0 || force !== undefined) return;
  const needed = [...new Set(missing.flatMap((entry) => entry.needs))];
  throw fail(
    'E4001',
    `Not started: ${needed.join(', ')} ${needed.length === 1 ? 'is' : 'are'} not proven on this Sovereign.`,
    {
      actions: [
        ...(needed.length === 1 ? [command('ticket run', needed[0]!.replace(/^#/, ''))] : []),
        command('wizard', { until: String(lastBefore(graph)) }),
        command('status'),
        'or run it anyway with --force "<reason>" (the evidence records the reason)',
      ],
      data: { unmet: needed, by: missing },
    },
  );
}

/** The phase up to which all must be done before these steps: their own for one of them, the one before for a whole phase. */
function lastBefore({ steps }: Graph): number {
  const phase = Math.max(...steps.map((step) => step.phase));
  return steps.length === 1 ? phase : Math.max(0, phase - 1);
}

export async function runSteps<W>(options: RunnerOptions<W>): Promise<RunResult> {
  const { steps, journal, state, clock, emit, runId, planHash, force } = options;
  requirePrerequisites(options, state, force);
  const startedAt = clock.now();
  journal.append({
    kind: 'run-started',
    plan: planHash,
    inputs: { ...options.inputs, steps: steps.map((step) => step.id) },
  });
  if (force !== undefined) {
    const missing = unmet(options, new Set(state.proofs.keys()));
    journal.append({ kind: 'forced', inputs: { reason: force, steps: missing.map((entry) => entry.step) } });
  }
  emit({ type: 'run-started', at: startedAt, runId, planHash, steps: stepsOf(options) });
  const result = await walk(options);
  if (!options.signal.aborted) await options.atEnd?.();
  const ok = result.failed.length === 0 && result.blocked.length === 0;
  const interrupted = options.signal.aborted && !ok ? { interrupted: true } : {};
  journal.append({ kind: 'run-finished', inputs: { ok, ...interrupted } });
  const ms = clock.now().getTime() - startedAt.getTime();
  emit({ type: 'run-finished', at: clock.now(), ok, ms, ...interrupted });
  return { ...result, ok };
}

/** The steps with what each waits for in this run. */
function stepsOf<W>(options: RunnerOptions<W>): RunStep[] {
  const { steps, expected } = options;
  const ids = new Set(steps.map(({ id }) => id));
  return steps.map((step) => ({
    ...refOf(step),
    needs: [...prerequisites(options, step), ...(step.after ?? [])].filter((id) => ids.has(id)),
    expectedMs: expected?.get(step.id),
  }));
}

/**
 * Turns failures into the one error the command ends with; the first failure gives the exit status. What a run of a single step
 * ends with keeps its words and its data, and so does a verdict, which is a result and no interruption.
 */
export function throwIfFailed(result: RunResult, signal: AbortSignal): void {
  if (signal.aborted) throw stoppedBy(signal.reason);
  const [first, second] = result.failed;
  if (!first) return;
  if (!second && result.blocked.length === 0 && first.error instanceof CatalystError) {
    const { code, message, actions, data } = first.error;
    if ('result' in data) throw fail(code, message, { cause: first.error, actions, data });
    if (result.proven.length === 0)
      throw fail(code, message, { cause: first.error, actions: resumable(actions), data });
  }
  const summary = result.failed.map(
    (failure) => `${stepName({ ...failure, id: failure.step })}: ${messageOf(failure.error)}`,
  );
  const blocked = result.blocked.map((entry) => entry.step);
  const tail =
    blocked.length > 0
      ? `\nNot started because of that: ${stepNames(result.blocked.map(({ step, title }) => ({ id: step, title })))}.`
      : '';
  const code = first.error instanceof CatalystError ? first.error.code : 'E9001';
  const actions = first.error instanceof CatalystError ? first.error.actions : [command('support-bundle')];
  throw fail(code, `${summary.join('\n')}${tail}`, {
    cause: first.error,
    actions: resumable(actions),
    data: { failed: result.failed.map((failure) => failure.step), blocked },
  });
}

const resumable = (actions: readonly string[]) => [...new Set([...actions, command('resume')])];

/** The reason keeps its code: an interrupt exits 130, --timeout 8. */
function stoppedBy(reason: unknown): CatalystError {
  const known = reason instanceof CatalystError ? reason : fail('E1901', 'Stopped.', { cause: reason });
  return fail(known.code, `${known.message} Everything done so far is in the journal.`, {
    actions: [command('resume')],
    cause: reason,
  });
}

/** How events name a step. */
export function refOf(step: StepNode): StepRef {
  return { id: step.id, title: step.title, phase: step.phase };
}

async function walk<W>(options: RunnerOptions<W>): Promise<Omit<RunResult, 'ok'>> {
  const { steps, state, signal, emit, clock } = options;
  const inRun = new Set(steps.map((step) => step.id));
  const outside = [...state.proofs.keys()].filter((id) => !inRun.has(id));
  const forced = options.force === undefined ? [] : unmet(options, new Set(outside)).flatMap((entry) => entry.needs);
  const proven = new Set([...outside, ...forced]);
  const failed = new Map<string, unknown>();
  const doneBefore: RunResult['doneBefore'] = [];
  const running = new Map<string, Promise<void>>();
  const outcome = { proven, running: new Set<string>(), failed: new Set<string>() };
  const slots = pLimit(parallelSteps);
  const classes = Object.fromEntries(Object.entries(classLimits).map(([name, limit]) => [name, pLimit(limit)]));

  const start = (step: Step<W>) => {
    const limit = step.limits?.[0] ? classes[step.limits[0]]! : slots;
    outcome.running.add(step.id);
    const work = limit(() => runStep(options, step))
      .then((reason) => {
        proven.add(step.id);
        if (reason !== undefined) doneBefore.push({ step: step.id, reason });
      })
      .catch((error: unknown) => {
        failed.set(step.id, error);
        outcome.failed.add(step.id);
      })
      .finally(() => {
        outcome.running.delete(step.id);
        running.delete(step.id);
      });
    running.set(step.id, work);
  };

  for (;;) {
    if (!signal.aborted) for (const step of readySteps(options, outcome)) start(step);
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  const titleOf = (id: string) => steps.find((step) => step.id === id)?.title ?? '';
  const blocked = [...blockedSteps(options, outcome)].map(([step, by]) => ({ step, title: titleOf(step), by }));
  // After an interrupt nothing failed: what did not start waits for the next run.
  for (const { step: id, by } of signal.aborted ? [] : blocked) {
    const step = steps.find((candidate) => candidate.id === id)!;
    emit({ type: 'blocked', at: clock.now(), step: refOf(step), reason: `${by} failed` });
  }
  return {
    proven: steps.filter((step) => proven.has(step.id)).map((step) => step.id),
    doneBefore,
    failed: [...failed].map(([step, error]) => ({ step, title: titleOf(step), error })),
    blocked,
  };
}

/** Why there was nothing to do, where there was not. */
async function runStep<W>(options: RunnerOptions<W>, step: Step<W>): Promise<string | undefined> {
  const { journal, state, gate, clock, signal, emit } = options;
  const ref = refOf(step);
  const tell = (type: StepEvent['type'], more: Partial<StepEvent> = {}) =>
    emit({ type, at: clock.now(), step: ref, ...more });
  const ticket = step.ticket ?? (step.id.startsWith('#') ? step.id : undefined);
  const common = { step: step.id, phase: step.phase, ticket };
  const waits = recordWaits(() => clock.now().getTime());
  const context: StepContext<W> = {
    ...gate.forStep({
      ...{ id: step.id, phase: step.phase, ticket },
      irreversible: step.irreversible ?? step.destructive !== undefined,
    }),
    signal,
    progress: {
      waiting(reason, deadline) {
        waits.waiting(reason);
        tell('waiting', { reason, deadline });
      },
      output: (line) => tell('output', { reason: line }),
      part: (part) => tell('part', { part }),
    },
    confirm: options.confirm,
    run: { by: options.by, planHash: options.planHash },
  };
  const startedAt = clock.now().getTime();
  const elapsed = () => clock.now().getTime() - startedAt;
  tell('started');
  journal.append({ ...common, kind: 'step-started', ...(step.voids?.length ? { inputs: { voids: step.voids } } : {}) });
  try {
    const done = await step.isDone(context);
    const known = state.proofs.get(step.id);
    if (done.done && known && !options.fresh) {
      journal.append({ ...common, kind: 'step-skipped', inputs: { reason: done.reason } });
      tell('skipped', { reason: done.reason, ms: elapsed() });
      return done.reason ?? '';
    }
    if (!done.done) await step.run(context);
    const evidence = await step.proof(context);
    const inputs = { ...(done.done ? { reason: done.reason } : {}), waits: waits.ended() };
    journal.append({ ...common, kind: 'proof', evidence, inputs });
    tell('done', { ms: elapsed(), summary: evidence.summary });
    return done.done ? (done.reason ?? '') : undefined;
  } catch (error) {
    if (signal.aborted) tell('interrupted', { ms: elapsed(), reason: messageOf(signal.reason) });
    else {
      journal.append({ ...common, kind: 'step-failed', inputs: { message: messageOf(error) } });
      tell('failed', { ms: elapsed(), error });
    }
    throw error;
  }
}
