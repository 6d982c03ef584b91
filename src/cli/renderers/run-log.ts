/** The log file of a run: every event, every line for the person, without secrets. It outlives the terminal. */
import { appendFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RunEvent } from '../../engine/events.js';
import { makePrivateDir, writePrivateFile } from '../../sovereign/state/state-dir.js';
import { messageOf } from '../../support/errors/errors.js';
import { oneLine } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';
import { eventLine } from './lines.js';

export interface RunLog {
  event(event: RunEvent): void;
  line(text: string, at: Date): void;
  /** From now on it is a file in this state directory; what came before is its beginning. A second call changes nothing. */
  open(stateDir: string, name: { runId: string; at: Date }): void;
  /** Path of the file, once there is one. */
  path(): string | undefined;
}

/** So many runs keep their log. */
const kept = 100;

export function createRunLog(redactor: Redactor): RunLog {
  let path: string | undefined;
  let early: string[] | undefined = [];
  const write = (text: string) => {
    const line = `${oneLine(redactor.redact(text))}\n`;
    if (early) early.push(line);
    else if (path !== undefined) append(path, line);
  };
  return {
    event: (event) => write(`${event.at.toISOString().slice(0, 10)} ${wholeLine(event)}`),
    line(text, at) {
      for (const line of text.trimEnd().split('\n'))
        write(`${at.toISOString().slice(0, 10)} ${at.toTimeString().slice(0, 8)} ${line}`);
    },
    open(stateDir, { runId, at }) {
      if (early === undefined) return;
      const first = early;
      early = undefined;
      const folder = makePrivateDir(join(stateDir, 'logs'));
      prune(folder);
      path = join(folder, `${at.toISOString().replaceAll(/[:.]/g, '-')}-${runId}.log`);
      writePrivateFile(path, first.join(''));
    },
    path: () => path,
  };
}

/** A failure with all of its reason: lines on the screen are short. */
function wholeLine(event: RunEvent): string {
  const line = eventLine(event);
  return event.type === 'failed' ? `${line} | ${messageOf(event.error).replaceAll('\n', ' · ')}` : line;
}

function append(path: string, line: string): void {
  try {
    appendFileSync(path, line);
  } catch {
    // On a full disk the next journal entry fails too, and that error ends the run.
  }
}

function prune(folder: string): void {
  const logs = readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort();
  for (const name of logs.slice(0, Math.max(0, logs.length - kept + 1))) rmSync(join(folder, name), { force: true });
}
