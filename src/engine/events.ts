/** What the runner tells while it works. Renderers, journal and evidence listen; steps never print. */
export interface StepRef {
  id: string;
  title: string;
  phase: number;
}

/** A step as its run begins with it. */
export interface RunStep extends StepRef {
  /** Ids of the steps of this run that must be proven first. */
  needs?: readonly string[];
  /** Milliseconds that it took in earlier runs, else those of its estimate; undefined where there is neither. */
  expectedMs?: number;
}

/** A part of a step that is worth seeing on its own: an item of a checklist, a probe, a moment. */
export interface Part {
  group: 'item' | 'probe' | 'moment';
  id: string;
  title?: string;
  state: 'running' | 'pass' | 'fail' | 'not-checked' | 'left-out';
  /** Why, in a few words. */
  note?: string;
  /** When what has begun is over: the end of a window. */
  until?: Date;
}

/** The note of a part whose turn has not come. */
export const toCome = 'to come';

export type RunEvent =
  | { type: 'run-started'; at: Date; runId: string; planHash: string; steps: RunStep[] }
  | { type: 'run-finished'; at: Date; ok: boolean; ms: number; interrupted?: boolean }
  | StepEvent;

export interface StepEvent {
  type:
    | 'planned'
    | 'started'
    | 'waiting'
    | 'output'
    | 'part'
    | 'mutation'
    | 'skipped'
    | 'done'
    | 'failed'
    | 'interrupted'
    | 'blocked';
  at: Date;
  step: StepRef;
  /** Why it waits, was skipped, interrupted or is blocked. */
  reason?: string;
  deadline?: Date;
  /** Duration, on `done`, `failed` and `interrupted`. */
  ms?: number;
  error?: unknown;
  /** On `mutation`: the sentence of the change that was made, or, in a dry-run, would be made. */
  sentence?: string;
  /** On `done`: what the proof saw. */
  summary?: string;
  /** On `part`: what became of it. */
  part?: Part;
}

export type Emit = (event: RunEvent) => void;

/** `#376 bp-gitea`: nobody knows the tickets by number. */
export function stepName({ id, title }: Pick<StepRef, 'id' | 'title'>): string {
  return title === '' || title === id ? id : `${id} ${title}`;
}

/** The first three by name, the others by how many there are. */
export function stepNames(steps: readonly Pick<StepRef, 'id' | 'title'>[]): string {
  const names = steps.slice(0, 3).map(stepName).join(', ');
  return steps.length > 3 ? `${names} and ${steps.length - 3} more` : names;
}
