/** Which sovereign.yaml flags name, and where the state of an invocation lives. Reads no spec: what only asks for these starts sooner. */
import { join, resolve } from 'node:path';
import { findState, labDir, stateRoot } from '../../../sovereign/state/state-dir.js';
import type { SharedFlags } from '../../command/flags.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** XDG state or --state-dir; a lab has a directory of its own in either, so that its state never mixes with a real Sovereign's. */
export function stateDirOf(flags: SharedFlags, env: Env): string {
  const given = flags['state-dir'];
  if (flags.lab === undefined) return given === undefined ? stateRoot(env) : resolve(given);
  return given === undefined ? join(labDir(env, flags.lab), 'state') : join(resolve(given), 'labs', flags.lab);
}

/** Path given by flags, or undefined when they say nothing. */
export function specPath(flags: SharedFlags, env: Env): string | undefined {
  if (flags.spec !== undefined) return resolve(flags.spec);
  if (flags.sovereign === undefined) return undefined;
  return join(findState(stateDirOf(flags, env), flags.sovereign).dir, 'sovereign.yaml');
}
