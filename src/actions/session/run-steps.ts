/** Runs a choice of steps under lock and journal: what every command that acts on a Sovereign does. */
import { foldJournal } from '../../engine/journal-state.js';
import { makePlan, type Plan } from '../../engine/plan.js';
import { type RunResult, refOf, requirePrerequisites, runSteps, throwIfFailed } from '../../engine/runner.js';
import type { Graph } from '../../engine/schedule.js';
import { destroyedBy } from '../../engine/step.js';
import { phaseNeeds } from '../../walk/wbs.js';
import type { Step } from '../../world/step.js';
import { giveBackHeld } from '../handover/give-back-held.js';
import { expectedDurations } from './expected-durations.js';
import { guardProtected } from './guard-protected.js';
import { readJournalOf } from './read-journal.js';
import type { RunChoices, Session } from './session.js';

export interface StepsRun {
  runId: string;
  planHash: string;
  proven: string[];
  /** Of the steps that were chosen, what was done before this run. */
  doneBefore?: { step: string; reason: string }[];
  /** Only in a dry-run: what would have been done. */
  mutations?: Plan['mutations'];
  /** Only in a dry-run: what of it must be confirmed by name before the run starts, clauses after "This". */
  destructive?: string[];
}

export interface StepsRequest extends RunChoices {
  all: readonly Step[];
  /** Ids, any order. */
  selected: readonly string[];
  /** Told by `resume`: which command this was. */
  inputs: Record<string, unknown>;
}

/** Throws the first failure when a step failed; with `dryRun` only tells the sentences. */
export async function runSelectedSteps(session: Session, request: StepsRequest): Promise<StepsRun> {
  const { world, emit, dryRun } = session;
  const steps = request.all.filter((step) => request.selected.includes(step.id));
  const graph: Graph<Step> = { steps, all: request.all, schedule: request.schedule, phaseNeeds };
  if (dryRun) return tellPlan(session, graph, request);

  const journal = await session.journal();
  const state = foldJournal(journal.entries);
  requirePrerequisites(graph, state, request.force);
  const byId = new Map(steps.map((step) => [step.id, step]));
  let acting: Step | undefined;
  const guard = guardProtected(world, (reason) => {
    if (acting) emit({ type: 'output', at: world.clock.now(), step: refOf(acting), reason });
  });
  const gate = session.openGate({
    journal,
    signal: world.signal,
    undoSignal: world.undoSignal,
    protects: guard.protects,
    prepare: async (id, mutation) => {
      acting = byId.get(id);
      await guard.prepare(mutation);
    },
    onMutation: (id, mutation) => {
      const step = byId.get(id);
      if (step) emit({ type: 'mutation', at: world.clock.now(), step: refOf(step), sentence: mutation.sentence });
    },
  });
  const expected = await expectedDurations(world, state, steps);
  const planHash = session.planned ?? (await planSteps(session, graph.steps)).hash;
  const result: RunResult = await guard.around(() =>
    runSteps({
      ...graph,
      journal,
      state,
      gate,
      clock: world.clock,
      signal: world.signal,
      emit,
      runId: world.runId,
      planHash,
      by: session.by,
      confirm: session.confirm,
      force: request.force,
      fresh: request.fresh,
      expected,
      atEnd: () => giveBackHeld(session, { journal, gate, step: steps.at(-1) }),
      inputs: { ...request.inputs, schedule: request.schedule, force: request.force },
    }),
  );
  throwIfFailed(result, world.signal);
  return { runId: world.runId, planHash, proven: result.proven, doneBefore: result.doneBefore };
}

/** The plan of the steps on the world as it is now. */
export async function planSteps(session: Session, steps: readonly Step[]): Promise<Plan> {
  const { world } = session;
  const tree = await world.tree();
  return makePlan(steps, { spec: world.sovereign, tree: tree.hash }, world.signal);
}

async function tellPlan(session: Session, graph: Graph<Step>, request: StepsRequest): Promise<StepsRun> {
  const { world, emit } = session;
  const state = foldJournal(await readJournalOf(world));
  requirePrerequisites(graph, state, request.force);
  const plan = await planSteps(session, graph.steps);
  const byId = new Map(graph.steps.map((step) => [step.id, step]));
  for (const mutation of plan.mutations) {
    const step = byId.get(mutation.step)!;
    emit({
      type: 'mutation',
      at: world.clock.now(),
      step: refOf(step),
      sentence: mutation.sentence,
    });
  }
  const destructive = await destroyedBy(graph.steps.filter(({ id }) => plan.working.includes(id)));
  return { runId: world.runId, planHash: plan.hash, proven: [], mutations: plan.mutations, destructive };
}
