/** source-controller: Git branches fetched with git, HTTP Helm repositories and OCI artifacts looked up. A HelmRepository of type oci has no status, as in Flux. */
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { messageOf } from 'catalyst/support/errors/errors.js';
import { sha256 } from 'catalyst/support/hash.js';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import { condition } from '../conditions.js';
import type { ClusterNetwork } from '../network/network.js';
import type { Outcome, ReconcileContext, Rule } from '../reconciler.js';
import type { ChartSource } from './charts.js';
import { credentialsFor, isReconciled, pollMs, tellReady } from './flux-ready.js';

const API = 'source.toolkit.fluxcd.io/v1';
const OPERATOR = /^source-controller$/;
export const GIT_REPOSITORY = `${API}/GitRepository`;

export interface SourceTools {
  exec: Exec;
  network: ClusterNetwork;
  charts: ChartSource;
}

/** Folder with the files of a commit. */
export const checkoutOf = (cacheDir: string, sha: string): string => join(cacheDir, 'git', sha);

export function sources(tools: SourceTools): Rule[] {
  const rule = (kind: string, reconcile: Rule['reconcile']): Rule => ({
    name: `source-controller ${kind}`,
    kind: `${API}/${kind}`,
    operator: OPERATOR,
    also: {
      'v1/Secret': (secret, lab) =>
        lab.store
          .list(`${API}/${kind}`, secret.metadata.namespace)
          .filter((source) => source.spec.secretRef?.name === secret.metadata.name)
          .map((source) => `${source.metadata.namespace}/${source.metadata.name}`),
    },
    reconcile: async (source, lab) => {
      if (source.metadata.deletionTimestamp || source.spec.suspend) return undefined;
      return (await reconcile(source, lab)) ?? undefined;
    },
  });
  return [
    rule('GitRepository', (source, lab) => git(source, lab, tools)),
    rule('HelmRepository', (source, lab) => helmRepository(source, lab, tools)),
    rule('OCIRepository', (source, lab) => ociRepository(source, lab, tools)),
    rule('HelmChart', (source, lab) => helmChart(source, lab, tools)),
  ];
}

const stored = condition('ArtifactInStorage', true, 'Succeeded', 'stored artifact');

async function git(source: KubeObject, lab: ReconcileContext, { exec, network }: SourceTools): Promise<Outcome> {
  const { url, interval, ref = {} } = source.spec as { url: string; interval?: string; ref?: { branch?: string } };
  const branch = ref.branch ?? 'main';
  const run = async (args: string[], cwd?: string) => {
    const credentials = credentialsFor(source, new URL(url).host, lab);
    const token = credentials && Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64');
    const { stdout } = await exec({
      file: 'git',
      args,
      cwd,
      signal: lab.signal,
      timeoutMs: 60_000,
      env: {
        http_proxy: network.proxy,
        https_proxy: network.proxy,
        no_proxy: '',
        NO_PROXY: '',
        GIT_SSL_CAINFO: network.caFile,
        GIT_TERMINAL_PROMPT: '0',
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        ...(token
          ? {
              GIT_CONFIG_COUNT: '1',
              GIT_CONFIG_KEY_0: 'http.extraHeader',
              GIT_CONFIG_VALUE_0: `Authorization: Basic ${token}`,
            }
          : {}),
      },
    });
    return stdout;
  };
  try {
    const [sha] = (await run(['ls-remote', url, `refs/heads/${branch}`])).split(/\s/);
    if (!sha) throw new Error(`unable to clone '${url}': couldn't find remote ref "refs/heads/${branch}"`);
    const folder = checkoutOf(lab.world.cacheDir, sha);
    if (!(await stat(folder).catch(() => undefined))) {
      await mkdir(join(lab.world.cacheDir, 'git'), { recursive: true });
      await run(['clone', '--quiet', '--depth', '1', '--branch', branch, url, `${folder}.part`]);
      await exec({ file: 'mv', args: [`${folder}.part`, folder], signal: lab.signal });
    }
    const revision = `${branch}@sha1:${sha}`;
    if (source.status?.artifact?.revision !== revision || source.status?.artifact?.url === undefined)
      await lab.setStatus(source, { artifact: artifactOf(source, revision, lab) });
    await tellReady(source, lab, true, 'Succeeded', `stored artifact for revision '${revision}'`, {
      conditions: [stored],
    });
  } catch (error) {
    if (lab.signal.aborted) return undefined;
    await tellReady(source, lab, false, 'GitOperationFailed', messageOf(error));
    return { againMs: 2000 };
  }
  return { againMs: pollMs(interval) };
}

async function helmRepository(source: KubeObject, lab: ReconcileContext, { network }: SourceTools): Promise<Outcome> {
  const url: string = source.spec.url;
  if (source.spec.type === 'oci' || url.startsWith('oci://')) return undefined;
  const index = await network
    .fetch(`${url.replace(/\/$/, '')}/index.yaml`, { signal: lab.signal })
    .catch(() => undefined);
  if (index?.status !== 200) {
    await tellReady(
      source,
      lab,
      false,
      'IndexationFailed',
      `failed to fetch Helm repository index of ${url}: ${index?.status ?? 'no answer'}`,
    );
    return { againMs: 2000 };
  }
  const revision = `sha256:${sha256(index.body)}`;
  if (source.status?.artifact?.revision !== revision)
    await lab.setStatus(source, { artifact: artifactOf(source, revision, lab) });
  await tellReady(source, lab, true, 'Succeeded', `stored artifact: revision '${revision}'`, { conditions: [stored] });
  return { againMs: pollMs(source.spec.interval) };
}

async function ociRepository(source: KubeObject, lab: ReconcileContext, { charts }: SourceTools): Promise<Outcome> {
  const url: string = source.spec.url;
  const cut = url.lastIndexOf('/');
  const version = source.spec.ref?.digest ?? source.spec.ref?.tag ?? source.spec.ref?.semver ?? 'latest';
  const credentials = credentialsFor(source, url.slice('oci://'.length).split('/')[0]!, lab);
  try {
    const archive = await charts.fetch({
      url: url.slice(0, cut),
      name: url.slice(cut + 1),
      version,
      insecure: source.spec.insecure === true,
      credentials,
    });
    const revision = `${archive.version}@${archive.manifestDigest ?? archive.digest}`;
    if (source.status?.artifact?.revision !== revision)
      await lab.setStatus(source, { artifact: artifactOf(source, revision, lab, archive.digest) });
    await tellReady(source, lab, true, 'Succeeded', `stored artifact for digest '${revision}'`, {
      conditions: [stored],
    });
    return { againMs: pollMs(source.spec.interval) };
  } catch (error) {
    await tellReady(source, lab, false, 'OCIArtifactPullFailed', messageOf(error));
    return { againMs: 2000 };
  }
}

/** Of somebody's own: what a release reads is fetched by its own rule. A chart that has nothing yet is asked for anew, as there. */
async function helmChart(chart: KubeObject, lab: ReconcileContext, { charts }: SourceTools): Promise<Outcome> {
  if (isReconciled(chart)) return undefined;
  const { sourceRef, chart: name, version = '*' } = chart.spec as HelmChartSpec;
  const source = lab.store.get(`${API}/${sourceRef.kind}`, chart.metadata.namespace, sourceRef.name);
  try {
    if (!source) throw new Error(`failed to get source: ${sourceRef.kind} "${sourceRef.name}" not found`);
    const url: string = source.spec.url;
    const host = new URL(url.replace(/^oci:/, 'https:')).host;
    const insecure = source.spec.insecure === true;
    const credentials = credentialsFor(source, host, lab);
    const archive = await charts.fetch({ url, name, version, insecure, credentials, fresh: true });
    await lab.setStatus(chart, { artifact: artifactOf(chart, archive.version, lab, archive.digest) });
    await tellReady(
      chart,
      lab,
      true,
      'ChartPullSucceeded',
      `pulled '${name}' chart with version '${archive.version}'`,
      {
        conditions: [stored],
      },
    );
    return undefined;
  } catch (error) {
    await tellReady(chart, lab, false, 'ChartPullError', messageOf(error));
    return { againMs: 2000 };
  }
}

interface HelmChartSpec {
  chart: string;
  version?: string;
  sourceRef: { kind: string; name: string };
}

function artifactOf(
  source: KubeObject,
  revision: string,
  lab: ReconcileContext,
  digest = `sha256:${sha256(revision)}`,
): Record<string, unknown> {
  const path = `${source.kind.toLowerCase()}/${source.metadata.namespace}/${source.metadata.name}/${sha256(revision).slice(0, 12)}.tar.gz`;
  return {
    revision,
    digest,
    path,
    url: `http://source-controller.${source.metadata.namespace}.svc.cluster.local./${path}`,
    lastUpdateTime: lab.clock.now().toISOString(),
  };
}
