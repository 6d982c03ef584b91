/** Which sovereign.yaml an invocation means, and where its state lives. */
import { join, resolve } from 'node:path';
import { type LoadedSpec, loadSpec } from '../../sovereign/spec/load-spec.js';
import { overlayLab } from '../../sovereign/spec/overlay-lab.js';
import { findState, labDir, stateRoot } from '../../sovereign/state/state-dir.js';
import type { SharedFlags } from '../command/flags.js';

type Env = Readonly<Record<string, string | undefined>>;

/** XDG state or --state-dir; a lab has a directory of its own in either, so that its state never mixes with a real Sovereign's. */
export function stateDirOf(flags: SharedFlags, env: Env): string {
  const given = flags['state-dir'];
  if (flags.lab === undefined) return given === undefined ? stateRoot(env) : resolve(given);
  return given === undefined ? join(labDir(env, flags.lab), 'state') : join(resolve(given), 'labs', flags.lab);
}

/** --spec, else --sovereign, else the lab's, else ./sovereign.yaml. A spec used on a lab gets the lab's endpoints. */
export function findSpec(flags: SharedFlags, env: Env, labSpec: string | undefined): LoadedSpec {
  const named = specPath(flags, env) ?? labSpec;
  const path = named ?? resolve('sovereign.yaml');
  const loaded = loadSpec(path, { chosen: named !== undefined });
  if (labSpec === undefined || path === labSpec) return loaded;
  return { ...loaded, sovereign: overlayLab(loaded.sovereign, loadSpec(labSpec).sovereign) };
}

/** Path given by flags, or undefined when they say nothing. */
export function specPath(flags: SharedFlags, env: Env): string | undefined {
  if (flags.spec !== undefined) return resolve(flags.spec);
  if (flags.sovereign === undefined) return undefined;
  return join(findState(stateDirOf(flags, env), flags.sovereign).dir, 'sovereign.yaml');
}
