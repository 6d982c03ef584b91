/** What a verification of the Definition of Done answers, and what its bundle holds as dod.json. */
import type { WorldIdentity } from '../../sovereign/world-identity.js';
import type { Experiment } from '../experiment/experiment.js';
import type { StatedGrade } from './grade.js';
import type { ItemResult, Verdict } from './item.js';

export interface DodReport {
  fqdn: string;
  verdict: Verdict;
  /** True when every item of the checklist was asked for. */
  complete: boolean;
  startedAt: string;
  finishedAt: string;
  /** True when `world` is a lab. */
  lab: boolean;
  world: WorldIdentity;
  items: ItemResult[];
  /** What was proven of independence, and what stands against more of it (grade.ts); a report that is not settled yet has neither. */
  grade?: StatedGrade['grade'];
  blockers?: string[];
  /** Findings that the spec accepts. */
  accepted?: string[];
  /** Lines that the journal had when the verification began: what is said of the walk follows from these alone. */
  journalLines: number;
  experiment?: Experiment;
}
