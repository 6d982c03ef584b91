/** Which archive a release is to run: by pin, by what was recorded at the first pull, else what its source has under the pinned version. */
import type { Release } from '../../../../blueprints/catalog/releases.js';
import { chartLock } from '../../../../blueprints/charts/chart-lock.js';
import { chartUrl, isPlainHttp } from '../../../../blueprints/charts/chart-source.js';
import { treeSource } from '../../../../blueprints/charts/own-chart.js';
import { registryLogins } from '../../../../sovereign/registry-logins.js';
import { chartDigests } from '../../../../tools/oci/oci.js';
import type { World } from '../../../../world/world.js';

type Chart = Release['chart'];
type Looking = Pick<World, 'sovereign' | 'stateDir' | 'clock' | 'http' | 'credentials' | 'identity'>;

export interface PublishedChart {
  /** `sha256:…` of the archive. */
  archive: string | undefined;
  /** Of the manifest, where a registry has it. */
  manifest?: string;
  /** For a person: who vouches for it. */
  by: string;
}

const timeoutMs = 15_000;

/** Asks a source once for each chart. The charts of a lab are stubs of its own, so there no pin counts, and its sources do. */
export async function publishedCharts(world: Looking): Promise<(chart: Chart) => Promise<PublishedChart>> {
  const { sovereign, stateDir, clock } = world;
  const isLab = (await world.identity()).kind === 'lab';
  const lock = chartLock(stateDir, clock.now);
  const indexes = new Map<string, Promise<string>>();
  return async (chart) => {
    if (chart.source === treeSource) return { archive: chart.digest, by: 'the tree' };
    const known = isLab ? undefined : lock.expected(chart);
    if (known !== undefined) return { archive: known, by: chart.digest === known ? 'its pin' : 'its first pull' };
    const url = chartUrl(sovereign, chart);
    if (url.startsWith('oci://')) return { ...(await inRegistry(world, url, chart)), by: url };
    const index = indexes.get(url) ?? indexOf(world, url);
    indexes.set(url, index);
    return { archive: digestIn(await index, chart), by: url };
  };
}

async function inRegistry({ sovereign, http, credentials }: Looking, url: string, { name, version }: Chart) {
  const at = new URL(url.replace(/^oci:/, isPlainHttp(sovereign, url) ? 'http:' : 'https:'));
  const { secretRef } = sovereign.spec.charts;
  const token = secretRef && (await credentials.find('registry-token'));
  const login = secretRef && token ? registryLogins(secretRef, token).get(at.host) : undefined;
  const repository = `${at.pathname.slice(1)}/${name}`.replaceAll('//', '/');
  const reference = version.replaceAll('+', '_');
  return chartDigests(http, { origin: at.origin, repository, ...(login ? { login } : {}) }, { reference, timeoutMs });
}

async function indexOf({ http }: Looking, url: string): Promise<string> {
  const { status, text } = await http({ url: `${url.replace(/\/$/, '')}/index.yaml`, timeoutMs });
  if (status !== 200) throw new Error(`${url}/index.yaml answers ${status}`);
  return text;
}

/** Read by lines: an index can have many megabytes, of which one entry counts. */
function digestIn(index: string, { name, version }: Chart): string | undefined {
  const entries = index.split(/^ {2}(?=[^\s-])/m).find((entry) => entry.startsWith(`${name}:`)) ?? '';
  const isWanted = new RegExp(`^\\s*version: ["']?${version.replace(/[.+]/g, '\\$&')}["']?\\s*$`, 'm');
  const entry = entries.split(/^ {2,4}- /m).find((one) => isWanted.test(one)) ?? '';
  const digest = /^\s*digest: ["']?(?:sha256:)?([0-9a-f]{64})["']?\s*$/m.exec(entry)?.[1];
  return digest && `sha256:${digest}`;
}
