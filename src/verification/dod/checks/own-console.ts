/** D21: the Sovereign's own console loads, and its catalyst-api shows its Blueprints and its topology from its own informer. */
import { allReleases } from '../../../blueprints/catalog/releases.js';
import { variablesOf } from '../../../blueprints/render/variables.js';
import { messageOf } from '../../../support/errors/errors.js';
import { requireStatus } from '../../../tools/http/http-json.js';
import { loadConsole } from '../../../walk/proofs/network/console-page.js';
import { componentsOf, topologyOf } from '../../../walk/proofs/network/own-deployment.js';
import type { World } from '../../../world/world.js';
import { type Answer, failed, passed } from '../item.js';
import type { Scope } from '../scope.js';

/** What D21 observed. */
export interface ConsoleSeen {
  /** Files that the console's page loaded. */
  files: number;
  /** Its catalyst-api watches its releases. */
  watching: boolean;
  /** Releases of each Blueprint that is installed once. */
  wanted: Record<string, string[]>;
  /** Blueprints that are installed per Organization. */
  onDemand: number;
  /** Releases that it shows as installed. */
  installed: string[];
  servers: number;
  volumes: number;
}

export async function ownConsole({ world }: Scope): Promise<Answer> {
  const { signal } = world;
  try {
    const seen = await look(world);
    return { ...judgeConsole(seen), evidence: seen };
  } catch (error) {
    signal.throwIfAborted();
    return failed(messageOf(error));
  }
}

async function look(world: World): Promise<ConsoleSeen> {
  const { sovereign, signal } = world;
  const { files } = await loadConsole(world, 'D21');
  const health = `https://api.${sovereign.spec.fqdn}/healthz`;
  requireStatus(await world.http({ url: health, timeoutMs: 20_000, signal }), health, [200]);
  const { watching, components } = await componentsOf(world);
  const { topology, storage } = await topologyOf(world);
  const variables = variablesOf(sovereign);
  const placed = world.blueprints.filter((one) => !one.perOrganization);
  return {
    files: files.length,
    watching,
    wanted: Object.fromEntries(
      placed.map((one) => [one.name, allReleases(one, sovereign, variables).map(({ name }) => name)]),
    ),
    onDemand: world.blueprints.length - placed.length,
    installed: components.filter(({ status }) => status === 'installed').map((one) => one.helmReleaseName),
    servers: topology.regions.flatMap((region) => region.clusters.flatMap((cluster) => cluster.nodes)).length,
    volumes: storage.pvcs.length,
  };
}

/** Pure. */
export function judgeConsole(seen: ConsoleSeen): Answer {
  const { files, watching, wanted, onDemand, installed, servers, volumes } = seen;
  if (!watching) return failed('its catalyst-api watches nothing: what it shows of its releases is old');
  const placed = Object.entries(wanted);
  const missing = placed.filter(([, releases]) => releases.some((name) => !installed.includes(name)));
  if (missing.length > 0)
    return failed(`its own catalyst-api does not show ${missing.map(([name]) => name).join(', ')} as installed`);
  if (servers === 0) return failed('its architecture view has no server');
  if (volumes === 0) return failed('its architecture view has no volume: it does not read its cluster');
  // The pinned version draws its servers from the record alone; volumes are what it reads from the cluster.
  return passed(
    `the console loads with ${files} files; ${placed.length} Blueprints installed${onDemand > 0 ? `, ${onDemand} more per Organization` : ''}; its architecture view draws ${servers} servers from its record and ${volumes} volumes from the cluster`,
  );
}
