/** D21: the Sovereign's own console loads, and its catalyst-api shows its Blueprints and its topology from its own informer. */
import { allReleases } from '../../../blueprints/catalog/releases.js';
import { variablesOf } from '../../../blueprints/render/variables.js';
import { messageOf } from '../../../support/errors/errors.js';
import { requireStatus } from '../../../tools/http/http-json.js';
import { filesOf, loadConsole } from '../../../walk/proofs/network/console-page.js';
import { architectureUrl, componentsOf, topologyOf } from '../../../walk/proofs/network/own-deployment.js';
import type { World } from '../../../world/world.js';
import { type Answer, failed, passed } from '../item.js';
import type { Scope } from '../scope.js';

/** What D21 observed. */
export interface ConsoleSeen {
  /** Files that the console's page loaded. */
  files: string[];
  /** The page of the architecture view, and the files that it names; a browser draws it from these and what its API says. */
  page: { url: string; status: number; files: string[] };
  /** Its catalyst-api watches its releases. */
  watching: boolean;
  /** Releases of each Blueprint that is installed once. */
  wanted: Record<string, string[]>;
  /** Blueprints that are installed per Organization. */
  onDemand: number;
  /** Releases that it shows as installed. */
  installed: string[];
  /** By name. */
  servers: string[];
  /** `namespace/name` of each that the view shows, and of each claim that the cluster had before or after that. */
  volumes: string[];
  claims: string[];
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
  const { fqdn } = sovereign.spec;
  const { files } = await loadConsole(world, 'D21');
  const url = architectureUrl(fqdn);
  const view = await world.http({ url, timeoutMs: 20_000, signal });
  const health = `https://api.${fqdn}/healthz`;
  requireStatus(await world.http({ url: health, timeoutMs: 20_000, signal }), health, [200]);
  const { watching, components } = await componentsOf(world);
  const before = await claimsOf(world);
  const { topology, storage } = await topologyOf(world);
  const claims = [...new Set([...before, ...(await claimsOf(world))])].sort();
  const variables = variablesOf(sovereign);
  const placed = world.blueprints.filter((one) => !one.perOrganization);
  const nodes = topology.regions.flatMap((region) => region.clusters.flatMap((cluster) => cluster.nodes));
  return {
    files,
    page: { url, status: view.status, files: filesOf(view.text, url) },
    watching,
    wanted: Object.fromEntries(
      placed.map((one) => [one.name, allReleases(one, sovereign, variables).map(({ name }) => name)]),
    ),
    onDemand: world.blueprints.length - placed.length,
    installed: components.filter(({ status }) => status === 'installed').map((one) => one.helmReleaseName),
    servers: nodes.map(({ name }) => name),
    volumes: storage.pvcs.map(({ namespace, name }) => `${namespace}/${name}`),
    claims,
  };
}

async function claimsOf(world: World): Promise<string[]> {
  const claims = await (await world.kube()).list({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
  return claims.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

/** Pure. */
export function judgeConsole(seen: ConsoleSeen): Answer {
  const { files, page, watching, wanted, onDemand, installed, servers, volumes, claims } = seen;
  if (page.status !== 200) return failed(`the page of its architecture view, ${page.url}, responds ${page.status}`);
  const lacking = files.find((file) => !page.files.includes(file));
  if (files.length === 0 || lacking !== undefined)
    return failed(`the page of its architecture view, ${page.url}, is not the console: it does not load ${lacking}`);
  if (!watching) return failed('its catalyst-api watches nothing: what it shows of its releases is old');
  const placed = Object.entries(wanted);
  const missing = placed.filter(([, releases]) => releases.some((name) => !installed.includes(name)));
  if (missing.length > 0)
    return failed(`its own catalyst-api does not show ${missing.map(([name]) => name).join(', ')} as installed`);
  if (servers.length === 0) return failed('its architecture view has no server');
  if (volumes.length === 0) return failed('its architecture view has no volume: it does not read its cluster');
  const foreign = volumes.filter((name) => !claims.includes(name));
  if (foreign.length > 0)
    return failed(`its architecture view shows ${foreign.slice(0, 3).join(', ')}, which its cluster does not have`);
  // The pinned version draws its servers from the record alone; volumes are what it reads from the cluster.
  return passed(
    `the console loads with ${files.length} files, on ${page.url} too; ${placed.length} Blueprints installed${onDemand > 0 ? `, ${onDemand} more per Organization` : ''}; its architecture view draws ${servers.length} servers from its record and ${volumes.length} volumes of the cluster`,
  );
}
