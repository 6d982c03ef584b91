/** D3: Flux reads only the Sovereign's own Gitea, and a commit there rolls out. */
import { gitUrl } from '../../../blueprints/render/variables.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { messageOf } from '../../../support/errors/errors.js';
import { pushRollsOut } from '../../experiment/exercises.js';
import { type Answer, failed, passed } from '../item.js';
import type { Scope } from '../scope.js';

export async function gitLoop(scope: Scope): Promise<Answer> {
  const { world, context, experiment } = scope;
  const kube = await world.kube();
  const sources = await kube.list({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' });
  const own = gitUrl(world.sovereign);
  const fqdn = world.sovereign.spec.fqdn;
  const foreign = sources.filter(({ spec }) => spec?.url !== own && !String(spec?.url).includes(`gitea.${fqdn}`));
  if (sources.length === 0) return failed('Flux reads no Git repository at all: the GitOps pivot has not happened');
  if (foreign.length > 0)
    return failed(foreign.map(({ metadata, spec }) => `${metadata.name} reads ${spec?.url}`).join('; '));
  const exercised = experiment?.exercises.find((one) => one.name === 'a push rolls out');
  if (exercised) return exercised.ok ? passed(`Flux reads only ${own}; ${exercised.reason}`) : failed(exercised.reason);
  try {
    return passed(`Flux reads only ${own}; ${await pushRollsOut(world, context)}`);
  } catch (error) {
    context.signal.throwIfAborted();
    if (endsTheRun(error)) throw error;
    return failed(messageOf(error));
  }
}
