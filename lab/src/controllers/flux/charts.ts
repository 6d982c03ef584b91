/** Fetches chart archives as Flux's source-controller does: from an OCI registry, or from the index of an HTTP repository. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from 'catalyst/support/hash.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import { maxSatisfying } from 'semver';
import type { ClusterNetwork } from '../network/network.js';

export interface Archive {
  /** File on disk. */
  file: string;
  /** `sha256:…` of the archive. */
  digest: string;
  version: string;
  /** Manifest digest, when it came from a registry. */
  manifestDigest?: string;
}

export interface ChartRequest {
  /** `oci://host/path` or `http(s)://…`, without the chart's name. */
  url: string;
  name: string;
  version: string;
  insecure?: boolean;
  credentials?: { username: string; password: string };
  /** Asks the place again, whatever was fetched from it before. */
  fresh?: boolean;
}

export interface ChartFetch {
  network: ClusterNetwork;
  cacheDir: string;
  signal: AbortSignal;
}

const basic = (credentials: { username: string; password: string } | undefined): Record<string, string> =>
  credentials
    ? { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}` }
    : {};

export interface ChartSource {
  /** @throws Error in source-controller's words when the registry refuses or has no such chart */
  fetch(request: ChartRequest): Promise<Archive>;
}

/** Charts, each fetched once: a version in a repository does not change. Refusals are not remembered. */
export function createChartSource(tools: ChartFetch): ChartSource {
  const fetched = new Map<string, Promise<Archive>>();
  return {
    fetch(request) {
      const key = `${request.url}/${request.name}:${request.version}`;
      const known = fetched.get(key);
      if (known && !request.fresh) return known;
      const fetching = request.url.startsWith('oci://') ? fromRegistry(request, tools) : fromRepository(request, tools);
      fetched.set(key, fetching);
      fetching.catch(() => fetched.delete(key));
      return fetching;
    },
  };
}

async function fromRegistry(request: ChartRequest, tools: ChartFetch): Promise<Archive> {
  const [host, ...path] = `${request.url.slice('oci://'.length).replace(/\/$/, '')}/${request.name}`.split('/');
  const base = `${request.insecure ? 'http' : 'https'}://${host}/v2/${path.join('/')}`;
  const get = registryGetter(request, tools);
  // a tag cannot hold a plus sign: registries carry it as an underscore
  const tag = request.version.replace('+', '_');
  const answer = await get(`${base}/manifests/${tag}`, 'application/vnd.oci.image.manifest.v1+json');
  const manifest = JSON.parse(answer.body.toString()) as { layers: { mediaType: string; digest: string }[] };
  const layer = manifest.layers.find((one) => one.mediaType.includes('helm.chart.content')) ?? manifest.layers[0];
  if (!layer) throw new Error(`${base}:${tag} is no chart`);
  const blob = await get(`${base}/blobs/${layer.digest}`, '*/*');
  const manifestDigest = `sha256:${sha256(answer.body)}`;
  return { ...(await keep(blob.body, tools)), version: request.version, manifestDigest };
}

function registryGetter(request: ChartRequest, { network, signal }: ChartFetch) {
  let authorization = basic(request.credentials);
  return async (url: string, accept: string) => {
    let answer = await network.fetch(url, { headers: { accept, ...authorization }, signal });
    const challenge = /Bearer (.*)/i.exec(answer.headers['www-authenticate'] ?? '')?.[1];
    if (answer.status === 401 && challenge) {
      const parts = Object.fromEntries(
        [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
      );
      const query = new URLSearchParams({ service: parts['service'] ?? '', scope: parts['scope'] ?? '' });
      const token = await network.fetch(`${parts['realm']}?${query}`, { headers: basic(request.credentials), signal });
      const issued =
        token.status === 200 ? (JSON.parse(token.body.toString()) as { token?: string; access_token?: string }) : {};
      authorization = { authorization: `Bearer ${issued.token ?? issued.access_token ?? ''}` };
      answer = await network.fetch(url, { headers: { accept, ...authorization }, signal });
    }
    if ((answer.status === 307 || answer.status === 302) && answer.headers['location'])
      answer = await network.fetch(new URL(answer.headers['location'], url).href, { signal });
    if (answer.status !== 200) throw new Error(`chart pull error: ${url}: unexpected status ${answer.status}`);
    return answer;
  };
}

async function fromRepository(request: ChartRequest, tools: ChartFetch): Promise<Archive> {
  const headers = basic(request.credentials);
  const root = `${request.url.replace(/\/$/, '')}/`;
  const index = await tools.network.fetch(`${root}index.yaml`, { headers, signal: tools.signal });
  if (index.status !== 200) throw new Error(`failed to fetch ${root}index.yaml: ${index.status}`);
  const parsed = parseYamlStream(index.body.toString())[0] as {
    entries?: Record<string, { version: string; urls: string[] }[]>;
  };
  const versions = parsed.entries?.[request.name] ?? [];
  const best = versions.some((one) => one.version === request.version)
    ? request.version
    : maxSatisfying(
        versions.map((one) => one.version),
        request.version,
      );
  const found = versions.find((one) => one.version === best);
  if (!found) throw new Error(`no '${request.name}' chart with version matching '${request.version}' found`);
  const answer = await tools.network.fetch(new URL(found.urls[0]!, root).href, { headers, signal: tools.signal });
  if (answer.status !== 200) throw new Error(`chart pull error: ${found.urls[0]}: unexpected status ${answer.status}`);
  return { ...(await keep(answer.body, tools)), version: found.version };
}

async function keep(archive: Buffer, { cacheDir }: ChartFetch): Promise<{ file: string; digest: string }> {
  const hex = sha256(archive);
  const file = join(cacheDir, 'charts', `${hex}.tgz`);
  await mkdir(join(cacheDir, 'charts'), { recursive: true });
  await writeFile(file, archive);
  return { file, digest: `sha256:${hex}` };
}
