/** Everything that can be known to stand in the way before anything is changed: all failures at once, each with its remedy. */
import { checkOverrides } from '../blueprints/catalogue.js';
import { checkKubernetes } from '../blueprints/kubernetes-fit.js';
import type { World } from '../phases/world.js';
import { fail } from '../support/errors.js';
import { type Check, type CheckResult, runChecks } from '../verify/preflight/check.js';
import { machineChecks } from '../verify/preflight/machine.js';
import { motherChecks } from '../verify/preflight/mother.js';
import { providerChecks } from '../verify/preflight/providers.js';

export interface PreflightResult {
  ok: boolean;
  checks: CheckResult[];
}

/** Asks all; never throws for a failed check. */
export async function preflight(world: World): Promise<PreflightResult> {
  const { sovereign, credentials } = world;
  const checks = await runChecks(
    [
      ...machineChecks({ ...world, nodeVersion: process.versions.node }),
      specCheck(world),
      ...providerChecks({ spec: sovereign.spec, hetzner: world.hetzner, objectStore: world.objectStore }),
      ...motherChecks({ ...world, powerDnsKey: () => credentials.find('powerdns-api-key') }),
    ],
    world.signal,
  );
  return { ok: checks.every(({ status }) => status !== 'fail'), checks };
}

/** For the walk: throws E1401 with all failures. */
export async function runPreflight({ world }: { world: World }): Promise<PreflightResult> {
  const result = await preflight(world);
  if (!result.ok) throw preflightFailed(result);
  return result;
}

export function preflightFailed(result: PreflightResult) {
  const failed = result.checks.filter(({ status }) => status === 'fail');
  const lines = failed.map(({ id, reason }) => `${id}: ${reason}`);
  return fail(
    'E1401',
    `Preflight found ${failed.length} of ${result.checks.length} checks failing.\n${lines.join('\n')}`,
    {
      actions: [...new Set(failed.flatMap(({ remedy }) => remedy))],
      data: { result },
    },
  );
}

function specCheck(world: World): Check {
  return {
    id: 'spec',
    title: 'the spec renders: every variable of every Blueprint resolves',
    async look() {
      checkOverrides(world.sovereign);
      checkKubernetes(world.sovereign, world.blueprints);
      const tree = await world.tree();
      const files = tree.folders.reduce((sum, folder) => sum + folder.files.length, 0);
      return `${world.sovereign.spec.fqdn}: ${files} files, tree ${tree.hash.slice(0, 12)}`;
    },
  };
}
