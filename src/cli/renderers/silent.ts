import type { Renderer } from './renderer.js';

/** For --json: stdout holds the document, stderr nothing. */
export function createSilentRenderer(): Renderer {
  return { handle() {}, say() {}, above: (write) => write(), hold: () => () => undefined, close() {} };
}
