/** Lines in a log of GitHub Actions: a group for each phase, which a person unfolds. */
import type { LineSink } from './lines.js';

/**
 * Groups cannot be nested, while phases overlap: the lines of the phase that began first are written at once, those of another when
 * it ends or when its turn has come.
 */
export function githubSink(stderr: Pick<NodeJS.WriteStream, 'write'>): LineSink {
  const write = (line: string) => void stderr.write(`${line}\n`);
  const held = new Map<number, string[]>();
  let open: number | undefined;

  const begin = (phase: number) => {
    open = phase;
    const [title = '', ...lines] = held.get(phase) ?? [];
    held.delete(phase);
    write(`::group::${title}`);
    for (const line of lines) write(line);
  };
  const end = () => {
    if (open === undefined) return;
    open = undefined;
    write('::endgroup::');
  };
  return {
    write(line, phase) {
      // A line that begins like a command would be one.
      const safe = line.replace(/^::/, ' ::');
      const waiting = phase === undefined ? undefined : held.get(phase);
      if (waiting) waiting.push(safe);
      else write(safe);
    },
    phaseStarted(phase, title) {
      held.set(phase, [title]);
      if (open === undefined) begin(phase);
    },
    phaseEnded(phase, title) {
      if (phase !== open) {
        held.get(phase)?.push(title);
        return;
      }
      write(title);
      end();
      const next = held.keys().next().value;
      if (next !== undefined) begin(next);
    },
    close() {
      end();
      for (const phase of [...held.keys()]) {
        begin(phase);
        end();
      }
    },
  };
}
