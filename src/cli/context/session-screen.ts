/** What a run shows: a renderer fit for the terminal, opened at the first event, lines that disturb none, and its log file. */
import type { Emit } from '../../engine/events.js';
import { openRecord, record } from '../../engine/record/run-record.js';
import { command } from '../../support/commands/command.js';
import { printable } from '../../support/printable.js';
import { chooseRenderer } from '../renderers/choose.js';
import type { Renderer } from '../renderers/renderer.js';
import { asTyped } from '../text/invocation.js';
import type { Opening, ShownRun } from './opening.js';

export interface SessionScreen {
  emit: Emit;
  /** A line for the person at any moment, also over a live tree. */
  say(line: string): void;
  /** A line of a question. */
  show(line: string): void;
  /** Gives the terminal to a question until the answer is called. */
  hold(): () => void;
}

/** `fqdn`: for the header, when it is known. */
export function createSessionScreen(
  { flags, request, clock, output, color, log, live, terminal, onClose }: Opening,
  fqdn: () => string | undefined,
): SessionScreen {
  const { json, env, redactor, runs, planned } = request;
  let renderer: Renderer | undefined;
  let run: ShownRun | undefined;
  const open = () => {
    const opened = chooseRenderer(
      { json: json || flags.quiet, verbose: flags.verbose, env, terminal: process.stderr },
      {
        stderr: process.stderr,
        redactor,
        clock,
        color,
        lab: flags.lab,
        fqdn: fqdn(),
        resume: asTyped(command('resume'), request.invocation),
        verbose: flags.verbose,
        dryRun: flags['dry-run'],
      },
    );
    terminal.above = (write) => opened.above(write);
    onClose(async () => {
      await opened.close();
      terminal.above = (write) => write();
    });
    return opened;
  };
  const emit: Emit = (event) => {
    renderer ??= open();
    log.event(event);
    if (event.type === 'run-started') {
      run = { record: openRecord(event), fqdn: fqdn(), log: log.path };
      runs.push(run);
    } else if (run) record(run.record, event);
    else if (event.type === 'mutation' && flags['dry-run'])
      planned.push({ step: event.step, sentence: event.sentence ?? '' });
    if (run) live.show(run.record);
    renderer.handle(event);
  };

  return {
    emit,
    say(line) {
      log.line(line, clock.now());
      if (renderer) renderer.say(line);
      // What the terminal echoed (^C) has a line of its own.
      else process.stderr.write(`\n${printable(redactor.redact(line))}\n`);
    },
    show: (line) => (renderer ? renderer.say(line) : output.note(line)),
    hold: () => renderer?.hold() ?? (() => undefined),
  };
}
