/**
 * Lets the process end once its command has: the event loop runs out. `process.exit()` is for what a command left open (one that was
 * given up on after ^C may wait for something that never comes), because it can hang itself (decision 0027).
 */

/** How long that may keep the shell waiting. */
const patienceMs = 200;

/** @param outputs what was written to them is flushed first */
export async function endProcess(
  outputs: readonly NodeJS.WriteStream[] = [process.stdout, process.stderr],
): Promise<void> {
  await Promise.all(outputs.map(flushed));
  // Nobody listens any more: a signal ends the process, whatever keeps it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal);
  process.stdin.unref?.();
  setTimeout(() => process.exit(), patienceMs).unref();
}

function flushed(output: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    output.write('', () => resolve());
  });
}
