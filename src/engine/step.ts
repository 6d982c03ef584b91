/** The ticket a step works from: what it is, what it would change, how it does so and how it is proven. */
import type { Confirm } from './confirmation.js';
import type { Part } from './events.js';
import type { Act } from './gate.js';
import type { Mutation } from './mutation.js';

export interface Evidence {
  /** What was seen, for a person: "SOA 2026112301 over udp and tcp from 203.0.113.10". */
  summary: string;
  /** Chart digest that was live, when there is one. */
  digest?: string;
  /** Git SHA of the tree that was live. */
  sha?: string;
  /** Measured facts; no secrets. */
  facts: Record<string, unknown>;
}

export type Done = { done: true; reason: string } | { done: false };

/** What a running step may tell; steps never print. */
export interface Progress {
  waiting(reason: string, deadline?: Date): void;
  output(line: string): void;
  /** Shows what became of a part of the step; left out where nobody looks. */
  part?(part: Part): void;
}

/** For putting back what a step changed for a while: goes on for a minute after an interrupt. */
export interface Undo<W> {
  act: Act<W>;
  signal: AbortSignal;
}

export interface Acting<W> {
  act: Act<W>;
  undo: Undo<W>;
}

export interface StepContext<W> extends Acting<W> {
  progress: Progress;
  signal: AbortSignal;
  /** Asks the person, or knows their answer; a step that needs a confirmation refuses where there is none to be had. */
  confirm?: Confirm;
  /** Who runs (user@host) and by which plan. */
  run?: { by: string; planHash: string };
}

/** What the schedule, the plan and the screen know of a step. */
export interface StepNode {
  /** Stable: a ticket id (`#374`), a Blueprint (`bp-valkey`) or a word (`cluster`, `dod`). */
  readonly id: string;
  readonly title: string;
  readonly phase: number;
  /** Ids of steps that must be proven first. */
  readonly needs: readonly string[];
  /** Steps that, when they are part of the same run, end first; not a dependency (#370 before the cluster). */
  readonly after?: readonly string[];
  /** WBS ticket that the proof of this step proves, when the id is not itself one. */
  readonly ticket?: string;
  /** The Blueprint that it installs, when the id is a ticket (`#374` has none, `#376` installs bp-gitea). */
  readonly blueprint?: string;
  /**
   * What it destroys or stops, a clause after "This": "deletes the leftovers …". A run that would change something by this step has
   * the Sovereign's FQDN typed first, whichever command runs it (product.md §7). A function where it depends on what is there: it
   * reads the world, and answers undefined for nothing.
   */
  readonly destructive?: string | (() => Promise<string | undefined>);
  /** Steps whose proofs end where this one begins, because what they were taken of is destroyed. */
  readonly voids?: readonly string[];
  /** True when it overwrites what nobody can read back, although nothing of the Sovereign's is destroyed. */
  readonly irreversible?: true;
  /** Limits how many steps of a class run at once. */
  readonly limits?: readonly ('hetzner' | 'kubectl' | 'upload')[];
  /** Minutes estimated, for the timeline. */
  readonly estimateMinutes?: number;
}

/** What these steps destroy on the world as it is now, a clause each. */
export async function destroyedBy(steps: readonly StepNode[]): Promise<string[]> {
  const told = await Promise.all(
    steps.map(({ destructive }) => (typeof destructive === 'function' ? destructive() : destructive)),
  );
  return [...new Set(told.flatMap((clause) => clause ?? []))];
}

/** `W`: the writers that its changes are made with. */
export interface Step<W> extends StepNode {
  /** Every mutation a run on the present world would make, probes included. Never mutates. */
  plan(signal: AbortSignal): Promise<Mutation[]>;
  /** The part of `plan` that taking the proof makes on the present world; left out where a proof only looks. */
  planProof?(): Promise<Mutation[]>;
  /** Asks the world, not our files, whether there is nothing left to do. */
  isDone(context: StepContext<W>): Promise<Done>;
  run(context: StepContext<W>): Promise<void>;
  /** Taken live after `run`, and again whenever freshness is asked for. Throws E4009 when the proof fails. */
  proof(context: StepContext<W>): Promise<Evidence>;
}
