/** The kubeconfig that catalyst keeps, for kubectl of a person. It is a secret. */
import { resolve } from 'node:path';
import { redirectKubeconfig } from '../../kubernetes/client/kubeconfig-written.js';
import { writePrivateFile } from '../../sovereign/state/state-dir.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Context } from '../session/context.js';

export interface KubeconfigResult {
  /** Text of the kubeconfig; left out when it was written to a file. */
  kubeconfig?: string;
  file?: string;
}

export async function clusterKubeconfig(context: Context, out?: string): Promise<KubeconfigResult> {
  const world = await context.world();
  const { fqdn, access } = world.sovereign.spec;
  const kept = await world.credentials.find('sovereign-kubeconfig');
  if (kept === undefined)
    throw fail('E1301', `There is no kubeconfig of ${fqdn} yet: its cluster was not created.`, {
      actions: [command('cluster create')],
    });
  const kubeconfig = redirectKubeconfig(kept, access.connectTo);
  if (!out) return { kubeconfig };
  writePrivateFile(resolve(out), kubeconfig);
  return { file: resolve(out) };
}
