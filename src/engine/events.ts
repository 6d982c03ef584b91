/** What the runner tells while it works. Renderers, journal and evidence listen; steps never print. */
export interface StepRef {
  id: string;
  title: string;
  phase: number;
}

export type RunEvent =
  | { type: 'run-started'; at: Date; runId: string; planHash: string; steps: StepRef[] }
  | { type: 'run-finished'; at: Date; ok: boolean; ms: number }
  | StepEvent;

export interface StepEvent {
  type: 'planned' | 'started' | 'waiting' | 'output' | 'mutation' | 'skipped' | 'done' | 'failed' | 'blocked';
  at: Date;
  step: StepRef;
  /** Why it waits, was skipped or is blocked. */
  reason?: string;
  deadline?: Date;
  /** Duration, on `done` and `failed`. */
  ms?: number;
  error?: unknown;
  /** On `mutation`: the sentence of the change that was made, or, in a dry-run, would be made. */
  sentence?: string;
  /** On `done`: what the proof saw. */
  summary?: string;
}

export type Emit = (event: RunEvent) => void;
