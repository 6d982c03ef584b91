/** D3: Flux reads the Sovereign's own Gitea, and a commit there rolls out. */
import { gitUrl } from '../../../blueprints/render/variables.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { messageOf } from '../../../support/errors/errors.js';
import { pushRollsOut } from '../../experiment/exercises.js';
import { type Answer, failed, notChecked, passed } from '../item.js';
import type { Scope } from '../scope.js';
import { judgeSources, type SourcesSeen, seeSources } from './flux-sources.js';

/** What D3 observed: the sources that Flux has, and what became of a commit. */
export interface GitLoopSeen extends SourcesSeen {
  push?: { ok: boolean; reason: string };
}

export async function gitLoop(scope: Scope): Promise<Answer> {
  const { sovereign } = scope.world;
  const sources = await seeSources(scope.world);
  const before = judgeGitLoop(sources, sovereign);
  if (before.status === 'fail') return { ...before, evidence: sources };
  const seen: GitLoopSeen = { ...sources, push: await pushed(scope) };
  return { ...judgeGitLoop(seen, sovereign), evidence: seen };
}

/** Pure. */
export function judgeGitLoop(seen: GitLoopSeen, sovereign: Sovereign): Answer {
  const { problems, own, tree } = judgeSources(seen, sovereign);
  if (problems.length > 0) return failed(problems.join('; '));
  if (!seen.push) return notChecked('no commit was pushed');
  const told = `Flux reads ${gitUrl(sovereign)}; of its ${own + tree} sources ${own} are the Sovereign's own, ${tree} are those of the tree`;
  return seen.push.ok ? passed(`${told}; ${seen.push.reason}`) : failed(seen.push.reason);
}

/** In the kill window when that was run, else now. */
async function pushed({ world, context, experiment }: Scope): Promise<GitLoopSeen['push']> {
  const exercised = experiment?.exercises.find((one) => one.name === 'a push rolls out');
  // One that was cut off shows nothing of Git.
  if (exercised && !exercised.cutOff) return { ok: exercised.ok, reason: exercised.reason };
  try {
    return { ok: true, reason: await pushRollsOut(world, context) };
  } catch (error) {
    context.signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    return { ok: false, reason: messageOf(error) };
  }
}
