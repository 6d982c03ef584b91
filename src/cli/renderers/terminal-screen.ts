/** The part of the terminal that the live tree is drawn in: above it go lines, in its place questions. */
import { clearScreenDown, cursorTo } from 'node:readline';
import type { Screen } from './window-renderer.js';

export interface TerminalScreen extends Screen {
  /** Draws now, when it is open. */
  draw(): void;
  /** Writes above the frame, to either stream: what is written stays. */
  above(write: () => void): void;
  /** Draws a last time and gives the terminal to a question; drawing goes on when the answer is called. */
  hold(): () => void;
  /** Draws the last frame, which stays, and gives the terminal back with its cursor. */
  close(): Promise<void>;
}

/** `every` calls what it is given regularly until its answer is called. */
export function createTerminalScreen(
  stderr: NodeJS.WriteStream,
  every: (draw: () => void) => () => void,
): TerminalScreen {
  let frame: ((last: boolean) => string) | undefined;
  let opening: Promise<void> | undefined;
  let update: ReturnType<typeof import('log-update')['createLogUpdate']> | undefined;
  let restart = () => {};
  let stop = () => {};
  let held = false;

  const draw = (last = false) => {
    if (!held && frame) update?.(frame(last));
  };
  /** The terminal may have wrapped the old frame: nothing of it can be addressed any more. */
  const onResize = () => {
    if (held || !update) return;
    cursorTo(stderr, 0, 0);
    clearScreenDown(stderr);
    restart();
    draw();
  };
  const open = async (create: (last: boolean) => string) => {
    const { createLogUpdate } = await import('log-update');
    restart = () => {
      update = createLogUpdate(stderr);
    };
    restart();
    frame = create;
    stderr.on('resize', onResize);
    stop = every(() => draw());
  };
  return {
    get columns() {
      return stderr.columns || 80;
    },
    get rows() {
      return stderr.rows || 24;
    },
    open(create) {
      opening ??= open(create);
      return opening;
    },
    draw: () => draw(),
    above(write) {
      if (held || !update) {
        write();
        return;
      }
      // What the terminal echoed (^C) goes with the frame.
      update.clear();
      write();
      draw();
    },
    hold() {
      draw();
      update?.done();
      held = true;
      return () => {
        held = false;
        draw();
      };
    },
    async close() {
      await opening;
      held = false;
      draw(true);
      stop();
      stderr.off('resize', onResize);
      update?.done();
      update = undefined;
      frame = undefined;
    },
  };
}
