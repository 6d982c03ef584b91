/** Draws the tasks of a run into the window of the terminal, for listr2: never taller than the window, intact after a resize. */
import { DefaultRenderer, type ListrDefaultRendererTask, type ListrEventManager, ListrTaskState } from 'listr2';
import type { Part } from '../../engine/events.js';
import type { StepStatus } from '../../engine/record/run-record.js';
import type { Clock } from '../../support/clock.js';
import type { Paint } from '../text/paint.js';
import { drawFrame, type FrameHeader, type PhaseLine } from './frame.js';

/** What listr2's tasks have no place for. */
export interface StepFacts {
  title: string;
  needs?: readonly string[];
  expectedMs?: number;
  startedAt?: Date;
  ms?: number;
  deadline?: Date;
  interrupted?: boolean;
  parts: readonly Part[];
}

/** Where it draws. */
export interface Screen {
  columns: number;
  rows: number;
  /** Calls `draw` whenever there may be something new; the last time with true. */
  open(draw: (last: boolean) => string): Promise<void>;
}

export interface WindowOptions {
  screen: Screen;
  clock: Clock;
  paint: Paint;
  header: FrameHeader;
}

interface WindowTaskOptions {
  /** Of a task that is a phase. */
  phase?: number;
  /** Of a task that is a step. */
  facts?: StepFacts;
}

const statuses: Partial<Record<ListrTaskState, StepStatus>> = {
  [ListrTaskState.STARTED]: 'running',
  [ListrTaskState.COMPLETED]: 'done',
  [ListrTaskState.SKIPPED]: 'skipped',
  [ListrTaskState.FAILED]: 'failed',
  [ListrTaskState.CANCELLED]: 'blocked',
};

export class WindowRenderer extends DefaultRenderer {
  static override nonTTY = true;
  declare static rendererOptions: typeof DefaultRenderer.rendererOptions & WindowOptions;
  declare static rendererTaskOptions: typeof DefaultRenderer.rendererTaskOptions & WindowTaskOptions;
  private tick = 0;

  constructor(
    private readonly phases: ListrDefaultRendererTask[],
    private readonly window: WindowOptions,
    events: ListrEventManager,
  ) {
    super(phases, {}, events);
  }

  override async render(): Promise<void> {
    await this.window.screen.open((last) => this.frame(last));
  }

  override create(): string {
    return this.frame(false);
  }

  private frame(last: boolean): string {
    const { screen, clock, paint, header } = this.window;
    return drawFrame(this.phases.map(phaseLine), {
      ...header,
      columns: screen.columns,
      rows: screen.rows,
      now: clock.now(),
      tick: this.tick++,
      paint,
      last,
    }).join('\n');
  }

  /** The screen stays open until the command closes it: questions and the last state come after the last task. */
  override end(): void {}
}

function phaseLine(task: ListrDefaultRendererTask): PhaseLine {
  const { phase = 0 } = task.rendererTaskOptions as WindowTaskOptions;
  const steps = (task.subtasks ?? []).map((step) => {
    const { facts } = step.rendererTaskOptions as WindowTaskOptions;
    const status = facts?.interrupted ? 'interrupted' : (statuses[step.state] ?? 'pending');
    return { id: step.title ?? '', status, note: step.output, ...facts };
  });
  return { id: phase, title: task.title ?? '', steps };
}
