import type { RunEvent } from '../../engine/events.js';
import type { Clock } from '../../support/clock.js';
import type { Redactor } from '../../support/redact/redact.js';

/** Shows the runner's events; everything goes to stderr. */
export interface Renderer {
  handle(event: RunEvent): void;
  /** A line that is no event, where it does not disturb what is drawn. */
  say(line: string): void;
  /** Gives the terminal to a question; drawing goes on when the answer is called. */
  hold(): () => void;
  /** Draws the last state and gives the terminal back. */
  close(): Promise<void> | void;
}

export interface RendererTools {
  stderr: NodeJS.WriteStream;
  redactor: Redactor;
  clock: Clock;
  color: boolean;
  /** Name of the lab, for the header. */
  lab?: string;
  /** FQDN of the Sovereign, for the header. */
  fqdn?: string;
}
