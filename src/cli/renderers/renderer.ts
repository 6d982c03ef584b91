import type { RunEvent } from '../../engine/events.js';
import type { Clock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';

/** Shows the runner's events; everything goes to stderr. */
export interface Renderer {
  handle(event: RunEvent): void;
  /** A line that is no event, where it does not disturb what is drawn. */
  say(line: string): void;
  /** Lets `write` write to the terminal where it does not disturb what is drawn. */
  above(write: () => void): void;
  /** Gives the terminal to a question; drawing goes on when the answer is called. */
  hold(): () => void;
  /** Draws the last frame, which stays, and gives the terminal back. */
  close(): Promise<void> | void;
}

export interface RendererTools {
  stderr: NodeJS.WriteStream;
  redactor: Redactor;
  clock: Clock;
  color: boolean;
  /** Shows every event, not only what a person waits for. */
  verbose?: boolean;
  /** Nothing is changed: each change is one that would be made. */
  dryRun?: boolean;
  /** Calls `tick` regularly until the answer is called; a timer, or a test's hand. */
  every?: (tick: () => void) => () => void;
  /** Name of the lab, for the header. */
  lab?: string;
  /** FQDN of the Sovereign, for the header. */
  fqdn?: string;
  /** The command that goes on after ^C, as this person types it. */
  resume?: string;
}

/** Ten times a second; it keeps nothing alive. */
export function everyTenth(tick: () => void): () => void {
  const handle = setInterval(tick, 100);
  handle.unref();
  return () => clearInterval(handle);
}
