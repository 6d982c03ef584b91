/** What a person reads and confirms by name in the middle of a run, before a step does what cannot be undone. */
export interface Confirmation {
  /** What happens then, a clause: "From here on omantel.omani.works is on its own". */
  what: string;
  /** Shown before the question, a line each. */
  details: readonly string[];
}

/** Resolves once confirmed. Throws E4006 otherwise. */
export type Confirm = (request: Confirmation) => Promise<void>;
