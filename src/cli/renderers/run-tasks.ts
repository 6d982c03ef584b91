/**
 * A run as listr2 tasks: one task per phase, one subtask per step. The runner decides when a step begins and how it ends; its
 * task only mirrors the events. listr2 would start every task at once, so a task waits until its step ends and takes its state
 * from the events meanwhile.
 */
import { Listr, type ListrTask, ListrTaskState, type ListrTaskWrapper } from 'listr2';
import type { RunEvent, RunStep, StepEvent } from '../../engine/events.js';
import { noteOf, withPart } from '../../engine/record/run-record.js';
import { phases } from '../../walk/wbs.js';
import { type StepFacts, type WindowOptions, WindowRenderer } from './window-renderer.js';

type Started = Extract<RunEvent, { type: 'run-started' }>;
type Wrapper = ListrTaskWrapper<unknown, typeof WindowRenderer, typeof WindowRenderer>;
type Task = ListrTask<unknown, typeof WindowRenderer, typeof WindowRenderer>;

export interface RunTasks {
  handle(event: StepEvent): void;
}

/** Starts the list and waits until each step has its task; `WindowRenderer` draws them until the screen is closed. Throws what the list throws. */
export async function startRunTasks(started: Started, options: WindowOptions): Promise<RunTasks> {
  const steps = new Map(started.steps.map((step) => [step.id, new StepTask(step)]));
  const ids = [...new Set(started.steps.map((step) => step.phase))].sort((a, b) => a - b);
  const list = new Listr<unknown, typeof WindowRenderer, typeof WindowRenderer>(
    ids.map((phase) => phaseTask(phase, [...steps.values()])),
    {
      concurrent: true,
      exitOnError: false,
      // An interrupt stops the run, and the run ends its steps.
      registerSignalListeners: false,
      renderer: WindowRenderer,
      rendererOptions: options,
    },
  );
  // It ends when the last step has; steps that never begin leave it pending, which keeps nothing alive.
  await Promise.race([list.run(), Promise.all([...steps.values()].map((step) => step.begun))]);
  return {
    handle: (event) => steps.get(event.step.id)?.handle(event),
  };
}

function phaseTask(phase: number, steps: readonly StepTask[]): Task {
  const own = steps.filter(({ step }) => step.phase === phase);
  return {
    title: phases.find(({ id }) => id === phase)?.title ?? '',
    rendererOptions: { phase },
    task: (_, wrapper) =>
      wrapper.newListr(
        own.map((step) => step.task()),
        { concurrent: true, exitOnError: false },
      ),
  };
}

class StepTask {
  readonly facts: StepFacts;
  private readonly begin = Promise.withResolvers<void>();
  private readonly end = Promise.withResolvers<void>();
  /** Resolves when listr2 has begun the task. */
  readonly begun = this.begin.promise;
  private wrapper?: Wrapper;

  constructor(readonly step: RunStep) {
    const { title, needs, expectedMs } = step;
    this.facts = { title, needs, expectedMs, parts: [] };
  }

  task(): Task {
    return {
      title: this.step.id,
      rendererOptions: { facts: this.facts },
      task: async (_, wrapper) => {
        wrapper.task.state$ = ListrTaskState.WAITING;
        this.wrapper = wrapper;
        this.begin.resolve();
        await this.end.promise;
      },
    };
  }

  handle(event: StepEvent): void {
    const task = this.wrapper?.task;
    if (!task) return;
    if (event.type !== 'part') this.facts.deadline = event.deadline;
    if (event.type === 'started') this.facts.startedAt = event.at;
    if (event.ms !== undefined) this.facts.ms = event.ms;
    if (event.part) this.facts.parts = withPart(this.facts.parts, event.part);
    if (event.type === 'interrupted') this.facts.interrupted = true;
    const output = noteOf(event);
    if (output !== undefined) task.output$ = output;
    const state = states[event.type];
    if (state) task.state$ = state;
    if (task.hasFinalized()) this.end.resolve();
  }
}

const states: Partial<Record<StepEvent['type'], ListrTaskState>> = {
  started: ListrTaskState.STARTED,
  done: ListrTaskState.COMPLETED,
  skipped: ListrTaskState.SKIPPED,
  failed: ListrTaskState.FAILED,
  interrupted: ListrTaskState.CANCELLED,
  blocked: ListrTaskState.CANCELLED,
};
