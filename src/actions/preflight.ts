/** Everything that can be known to stand in the way before anything is changed: all failures at once, each with its remedy. */
import { checkOverrides } from '../blueprints/catalog/catalog.js';
import { checkKubernetes } from '../blueprints/catalog/kubernetes-fit.js';
import { type Check, type CheckResult, runChecks } from '../preflight/check.js';
import { clockCheck } from '../preflight/clock-check.js';
import { credentialExpiry } from '../preflight/credential-expiry.js';
import { machineChecks } from '../preflight/machine.js';
import { motherChecks } from '../preflight/mother.js';
import { ownAddressCheck } from '../preflight/own-address.js';
import { projectContents } from '../preflight/project-contents.js';
import { providerChecks } from '../preflight/providers.js';
import { registryChecks } from '../preflight/registries.js';
import { command } from '../support/commands/command.js';
import { fail, isCatalystError, messageOf } from '../support/errors/errors.js';
import { probeImages } from '../walk/probes/probe-images.js';
import type { World } from '../world/world.js';
import { requireDistinctClusters } from './session/require-distinct-clusters.js';

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
      ...providerChecks({ ...world, spec: sovereign.spec }),
      ownAddressCheck({ spec: sovereign.spec, publicAddress: world.publicAddress }),
      ...projectContents({ spec: sovereign.spec, hetzner: world.hetzner, objectStore: world.objectStore }),
      clockCheck({ http: world.http, clock: world.clock, endpoint: async () => (await world.hetzner()).endpoint }),
      credentialExpiry({ mother: world.mother, clock: world.clock }),
      ...registryChecks({
        ...world,
        registryToken: () => credentials.find('registry-token'),
        probeImages: Object.values(probeImages),
      }),
      clustersCheck(world),
      ...motherChecks(world),
    ],
    world,
  );
  return { ok: checks.every(({ status }) => status !== 'fail'), checks };
}

/** For the walk: throws E1401 with all failures. */
export async function runPreflight({ world }: { world: World }): Promise<PreflightResult> {
  const result = await preflight(world);
  if (!result.ok) throw preflightFailed(result);
  return result;
}

/** @param listed true where every check has been printed already */
export function preflightFailed(result: PreflightResult, { listed = false } = {}) {
  const failed = result.checks.filter(({ status }) => status === 'fail');
  const lines = listed ? [] : failed.map(({ id, reason }) => `\n${id}: ${reason}`);
  return fail('E1401', `Preflight found ${failed.length} of ${result.checks.length} checks failing.${lines.join('')}`, {
    actions: [...new Set(failed.flatMap(({ remedy }) => remedy))],
    data: { result },
  });
}

function clustersCheck(world: World): Check {
  return {
    id: 'clusters',
    title: 'the mother and the Sovereign are two clusters of one world',
    async look() {
      const identity = await world.identity();
      const where = identity.kind === 'lab' ? `the lab ${identity.name}` : 'the real world';
      const kube = await world.kube().catch(() => undefined);
      if (!kube) return `${where}; the cluster of the Sovereign does not exist yet`;
      try {
        await requireDistinctClusters(world)({ target: { system: 'sovereign', kind: 'Cluster', name: kube.server } });
        return `${where}; ${kube.server} is the Sovereign's and answers`;
      } catch (error) {
        // It may be gone with its servers; the run creates it again.
        if (!isCatalystError(error) || error.class === 'refused') throw error;
        return {
          warn: messageOf(error),
          remedy: [command('cluster status'), 'check that port 6443 can be reached from here'],
        };
      }
    },
  };
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
