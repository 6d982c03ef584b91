/** Which of the three renderers: a live tree on a terminal, a line per event elsewhere, nothing with --json. */
import { createLinesRenderer } from './lines.js';
import { createLiveRenderer } from './live.js';
import type { Renderer, RendererTools } from './renderer.js';
import { createSilentRenderer } from './silent.js';

export type RendererKind = 'live' | 'lines' | 'silent';

export interface Circumstances {
  json: boolean;
  verbose: boolean;
  ci: boolean;
  /** stderr is a terminal. */
  tty: boolean;
}

export function rendererKind({ json, verbose, ci, tty }: Circumstances): RendererKind {
  if (json) return 'silent';
  return tty && !ci && !verbose ? 'live' : 'lines';
}

export function createRenderer(kind: RendererKind, tools: RendererTools): Renderer {
  if (kind === 'silent') return createSilentRenderer();
  return kind === 'live' ? createLiveRenderer(tools) : createLinesRenderer(tools);
}

export function chooseRenderer(circumstances: Circumstances, tools: RendererTools): Renderer {
  return createRenderer(rendererKind(circumstances), tools);
}
