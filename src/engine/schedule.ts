/** Which steps may start, by their needs and, under the default schedule, by the gates between phases. Pure. */
import type { StepNode } from './step.js';

export type ScheduleName = 'phases' | 'tickets';

export interface Outcome {
  /** Proven in this run, or before it and still counting. */
  proven: ReadonlySet<string>;
  running: ReadonlySet<string>;
  failed: ReadonlySet<string>;
}

export interface Graph<S extends StepNode = StepNode> {
  steps: readonly S[];
  schedule: ScheduleName;
  /** Phase → phases that gate it. */
  phaseNeeds: ReadonlyMap<number, readonly number[]>;
  /** Every step of the WBS, also those outside this run: they gate it too. */
  all: readonly StepNode[];
}

/** What must be proven before `step` may start: its own needs and, with phase gates, all of the phases before. */
export function prerequisites(graph: Graph, step: StepNode): string[] {
  const needs = new Set(step.needs);
  if (graph.schedule === 'phases') {
    for (const phase of graph.phaseNeeds.get(step.phase) ?? []) {
      for (const other of graph.all) if (other.phase === phase) needs.add(other.id);
    }
  }
  return [...needs];
}

/** Steps of the run that can start now. */
export function readySteps<S extends StepNode>(graph: Graph<S>, outcome: Outcome): S[] {
  const inRun = new Set(graph.steps.map((step) => step.id));
  const ended = (id: string) => outcome.proven.has(id) || outcome.failed.has(id);
  return graph.steps.filter(
    (step) =>
      !outcome.running.has(step.id) &&
      !ended(step.id) &&
      prerequisites(graph, step).every((id) => outcome.proven.has(id)) &&
      (step.after ?? []).every((id) => !inRun.has(id) || ended(id)),
  );
}

/** Steps that can never start any more, each with the failed prerequisite that stops it. */
export function blockedSteps(graph: Graph, outcome: Outcome): Map<string, string> {
  const blocked = new Map<string, string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const step of graph.steps) {
      if (blocked.has(step.id) || outcome.proven.has(step.id) || outcome.failed.has(step.id)) continue;
      const cause = prerequisites(graph, step).find((id) => outcome.failed.has(id) || blocked.has(id));
      if (cause === undefined) continue;
      blocked.set(step.id, cause);
      grown = true;
    }
  }
  return blocked;
}

/** Prerequisites outside the run that have no proof: what `phase run N` refuses for. */
export function unmet(graph: Graph, proven: ReadonlySet<string>): { step: string; needs: string[] }[] {
  const inRun = new Set(graph.steps.map((step) => step.id));
  return graph.steps.flatMap((step) => {
    const needs = prerequisites(graph, step).filter((id) => !inRun.has(id) && !proven.has(id));
    return needs.length > 0 ? [{ step: step.id, needs }] : [];
  });
}
