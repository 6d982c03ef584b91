/** The cluster that `blueprint lint --server` names. */
import type { Context } from '../../../actions/session/context.js';
import { createServerDryRun, type ServerDryRun } from '../../../blueprints/lint/server-dry-run.js';
import { isProtectedNamespace } from '../../../mother/protected/protected-set.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { fail } from '../../../support/errors/errors.js';

/** Throws E1001 for another name, E3101 when it is not said how to reach the cluster. */
export async function lintServer(context: Context, sovereign: Sovereign, name: string): Promise<ServerDryRun> {
  const mother = ['mother', sovereign.spec.mother.name].includes(name);
  const own = ['sovereign', sovereign.metadata.name, sovereign.spec.fqdn].includes(name);
  if (!mother && !own) {
    throw fail('E1001', `--server ${name} is not a known cluster.`, {
      actions: ['--server mother', '--server sovereign'],
    });
  }
  const world = await context.world();
  return createServerDryRun({
    kube: mother ? await world.mother() : await world.kube(),
    isProtected: (namespace) => isProtectedNamespace(sovereign, namespace),
  });
}
