/** Which sovereign.yaml an invocation means, read. */
import { resolve } from 'node:path';
import { type LoadedSpec, loadSpec } from '../../../sovereign/spec/load-spec.js';
import { overlayLab } from '../../../sovereign/spec/overlays/overlay-lab.js';
import type { SharedFlags } from '../../command/flags.js';
import { type Env, specPath } from './spec-path.js';

/** --spec, else --sovereign, else the lab's, else ./sovereign.yaml. A spec used on a lab gets the lab's endpoints. */
export function findSpec(flags: SharedFlags, env: Env, labSpec: string | undefined): LoadedSpec {
  const named = specPath(flags, env) ?? labSpec;
  const path = named ?? resolve('sovereign.yaml');
  const loaded = loadSpec(path, { chosen: named !== undefined });
  if (labSpec === undefined || path === labSpec) return loaded;
  return { ...loaded, sovereign: overlayLab(loaded.sovereign, loadSpec(labSpec).sovereign) };
}
