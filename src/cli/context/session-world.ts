/** The worlds of this invocation, with the kubeconfigs and tools that flags name. */
import { join } from 'node:path';
import type { Context } from '../../actions/session/context.js';
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { clustersOf } from '../command/flags.js';
import { once } from '../command/once.js';
import type { Stores } from './credentials/stores.js';
import type { Opening } from './opening.js';
import type { OpenWorld } from './world.js';

export interface SessionWorlds extends Pick<Context, 'blueprints'> {
  /** Closed when the command ends. */
  worldOf(sovereign: Sovereign, store: CredentialStore): Promise<OpenWorld>;
  motherKubeconfig(): Promise<string | undefined>;
}

export function createSessionWorlds(
  { flags, request, clock, runId, output, lab, onClose }: Opening,
  stores: Stores,
): SessionWorlds {
  const { env, redactor, root, signal, undoSignal } = request;
  // A lab is reached by its own kubeconfigs; flags only name the clusters that one may be made of.
  const given: ReturnType<typeof clustersOf> =
    flags.lab === undefined ? clustersOf(flags) : { mother: undefined, sovereign: undefined };
  const motherKubeconfig = async () => given.mother ?? (await lab())?.kubeconfigs.mother;
  const blueprints = once(async () => {
    const { loadBlueprints } = await import('../../blueprints/catalog/load.js');
    return loadBlueprints(join(root, 'templates', 'blueprints'));
  });
  const worldOf = async (sovereign: Sovereign, store: CredentialStore) => {
    const { createWorld } = await import('./world.js');
    const made = await createWorld({
      sovereign,
      stateDir: stores.stateDirFor(sovereign.spec.fqdn),
      credentials: store,
      kubeconfig: given.sovereign,
      motherKubeconfig: await motherKubeconfig(),
      tools: { helm: flags.helm, kubectl: flags.kubectl },
      labMark: await lab(),
      clock,
      env,
      redactor,
      blueprints: await blueprints(),
      runId,
      signal,
      undoSignal,
      evidenceKeyOf: stores.evidenceKeyOf,
      onChange: request.onChange,
      warn: output.warn,
      ...(flags['dry-run'] ? { describe: (sentence) => output.note(`would ${sentence}`) } : {}),
    });
    onClose(() => made.close());
    return made;
  };
  return { blueprints, worldOf, motherKubeconfig };
}
