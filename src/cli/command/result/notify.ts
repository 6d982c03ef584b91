/** What --notify does when a command has ended. A terminal shows both; nothing is written where there is none. */
import type { CatalystError } from '../../../support/errors/errors.js';

/** `catalyst wizard was interrupted`: how it ended, by its error. */
export function endedHow(command: string, failure: Pick<CatalystError, 'exitCode'> | undefined): string {
  const how = failure === undefined ? 'is done' : failure.exitCode === 130 ? 'was interrupted' : 'has failed';
  return `${command} ${how}`;
}

const bell = '\u0007';

/** `desktop` is OSC 9, which terminals turn into a notification of the desktop, and the bell for those that do not. */
export function notifyEnd(how: 'bell' | 'desktop' | undefined, text: string, terminal: NodeJS.WriteStream): void {
  if (how === undefined || !terminal.isTTY) return;
  terminal.write(how === 'desktop' ? `\u001b]9;${text}${bell}${bell}` : bell);
}
