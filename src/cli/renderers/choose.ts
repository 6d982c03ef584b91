/** Which renderer: a live tree on a terminal that can show one, a log elsewhere, nothing with --json. */
import { githubSink } from './github-log.js';
import { createLinesRenderer } from './lines.js';
import { createLiveRenderer } from './live.js';
import type { Renderer, RendererTools } from './renderer.js';
import { createSilentRenderer } from './silent.js';

export type RendererKind = 'live' | 'lines' | 'github' | 'silent';

type Env = Readonly<Record<string, string | undefined>>;

export interface Circumstances {
  json: boolean;
  verbose: boolean;
  env: Env;
  /** stderr. */
  terminal: { isTTY?: boolean; columns?: number; rows?: number };
}

/** `CI=false` and `CI=0` are how people say that it is none. */
export function isCi({ CI = '' }: Env): boolean {
  return !['', '0', 'false', 'no'].includes(CI.toLowerCase());
}

export const isGithub = (env: Env) => env.GITHUB_ACTIONS === 'true';

export function rendererKind({ json, verbose, env, terminal }: Circumstances): RendererKind {
  if (json) return 'silent';
  if (isGithub(env)) return 'github';
  const { isTTY, columns = 0, rows = 0 } = terminal;
  const drawable = isTTY === true && columns > 0 && rows > 0 && env.TERM !== 'dumb';
  return drawable && !isCi(env) && !verbose ? 'live' : 'lines';
}

export function createRenderer(kind: RendererKind, tools: RendererTools): Renderer {
  if (kind === 'silent') return createSilentRenderer();
  if (kind === 'live') return createLiveRenderer(tools);
  return createLinesRenderer(tools, kind === 'github' ? githubSink(tools.stderr) : undefined);
}

export function chooseRenderer(circumstances: Circumstances, tools: RendererTools): Renderer {
  return createRenderer(rendererKind(circumstances), tools);
}
