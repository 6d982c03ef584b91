/** helm 4 by its binary: values over stdin, its own folders, so that neither the user's repositories nor plugins matter. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../../support/commands/command.js';
import { type CatalystError, fail, isCatalystError } from '../../support/errors/errors.js';
import { toYaml } from '../../support/yaml/write-yaml.js';
import { openConnectProxy } from '../dialer/connect-proxy.js';
import type { Dialer } from '../dialer/dialer.js';
import { isLoopback } from '../dialer/proxies.js';
import type { Exec } from '../exec/exec.js';
import { registryLoginVariables } from '../oci/registry-login.js';
import { type Helm, type HelmInstall, type HelmInstaller, type HelmRelease, helmTimeoutMs } from './helm.js';

export interface HelmOptions {
  exec: Exec;
  /** Path of the helm binary; asked for at the first use. */
  helm: () => Promise<string>;
  /** Folder for helm's cache, config and data. */
  home: string;
  /** How charts are fetched; default: as helm does by itself. */
  dialer?: Dialer;
  /** Brings a kubeconfig up to date before helm reads it. */
  ready?: (kubeconfig: string) => Promise<void>;
  signal?: AbortSignal;
  /** Where files for helm are written; default the system's temporary folder. */
  folder?: () => string;
}

/** Told to end, helm finishes the calls that are under way and records the release as failed; then it is killed. */
const recordMs = 10_000;

export function createHelm({
  exec,
  helm,
  home,
  dialer,
  ready,
  signal,
  folder: folderOf = tmpdir,
}: HelmOptions): Helm & HelmInstaller {
  const run = async (
    args: readonly string[],
    more: { stdin?: string; timeoutMs?: number; signal?: AbortSignal } = {},
  ) => {
    const file = await helm();
    try {
      return (await exec({ file, args, timeoutMs: helmTimeoutMs, signal, env: folders(home), ...more })).stdout;
    } catch (error) {
      throw isCatalystError(error, 'E3002') ? explained(error) : error;
    }
  };
  /** Charts from afar are fetched by the connect-to rules; a loopback mirror is dialed as it is. */
  const fetching = async <T>(
    chart: HelmInstall['chart'],
    work: (env: Env, args: string[]) => Promise<T>,
  ): Promise<T> => {
    const folder = await mkdtemp(join(folderOf(), 'catalyst-helm-'));
    const proxy = dialer?.ruled(chart.source) && !isLocal(chart.source) ? await openConnectProxy(dialer) : undefined;
    try {
      const ca = join(folder, 'ca.pem');
      const authorities = dialer?.authoritiesFile();
      if (authorities) await writeFile(ca, authorities, { mode: 0o600 });
      const env = { ...folders(home), ...(proxy ? through(proxy.url) : {}) };
      return await work(env, authorities ? ['--ca-file', ca] : []);
    } finally {
      await proxy?.close();
      await rm(folder, { recursive: true, force: true });
    }
  };
  const withChart = (
    request: Pick<HelmInstall, 'chart' | 'insecure' | 'values' | 'signal' | 'timeoutMs'>,
    args: string[],
  ) =>
    fetching(request.chart, async (env, trust) => {
      const file = await helm();
      const all = [...args, ...chartArguments(request), ...(request.insecure ? [] : trust), '-f', '-'];
      const { timeoutMs = helmTimeoutMs } = request;
      try {
        const both = request.signal && signal ? AbortSignal.any([request.signal, signal]) : (request.signal ?? signal);
        const stdin = toYaml(request.values);
        const inherit = registryLoginVariables;
        const how = { stdin, env, inherit, timeoutMs, graceMs: recordMs, signal: both };
        return (await exec({ file, args: all, ...how })).stdout;
      } catch (error) {
        throw isCatalystError(error, 'E3002') ? explained(error) : error;
      }
    });

  return {
    version: async () => (await run(['version', '--short'])).trim(),
    upgradeInstall: async (request) => {
      const { kubeconfig, namespace, releaseName } = request;
      await ready?.(kubeconfig);
      const args = ['upgrade', '--install', releaseName, '--kubeconfig', kubeconfig];
      await withChart(request, [...args, '--namespace', namespace, '--create-namespace']);
    },
    release: async (kubeconfig, namespace, name) => {
      await ready?.(kubeconfig);
      const filter = ['--namespace', namespace, '--filter', `^${name}$`, '-o', 'json'];
      const found = JSON.parse(await run(['list', '--kubeconfig', kubeconfig, ...filter])) as HelmRelease[];
      const [one] = found;
      return one && { ...one, revision: String(one.revision), updated: isoOf(one.updated) };
    },
    values: async (kubeconfig, namespace, name) => {
      await ready?.(kubeconfig);
      const args = ['get', 'values', name, '--kubeconfig', kubeconfig, '--namespace', namespace, '-o', 'json'];
      return (JSON.parse(await run(args)) as Record<string, unknown> | null) ?? {};
    },
    template: (request) => {
      const { namespace, releaseName, kubeVersion, apiVersions = [] } = request;
      const args = ['template', releaseName, '--namespace', namespace, '--include-crds'];
      const facts = [
        ...(kubeVersion ? ['--kube-version', kubeVersion] : []),
        ...apiVersions.flatMap((api) => ['--api-versions', api]),
      ];
      return withChart(request, [...args, ...facts]);
    },
  };
}

type Env = Record<string, string | undefined>;

/** Pure: how one chart is named to helm. */
export function chartArguments({ chart, insecure }: Pick<HelmInstall, 'chart' | 'insecure'>): string[] {
  const { source, name, version } = chart;
  const oci = source.startsWith('oci://');
  const where = oci ? [`${source.replace(/\/$/, '')}/${name}`] : [name, '--repo', source];
  return [...where, '--version', version, ...(insecure && oci ? ['--plain-http'] : [])];
}

function folders(home: string): Env {
  return {
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
  };
}

/** Of the two spellings of each, Go takes the first that is not empty. */
const through = (url: string): Env => ({
  HTTPS_PROXY: url,
  HTTP_PROXY: url,
  https_proxy: undefined,
  http_proxy: undefined,
  NO_PROXY: undefined,
  no_proxy: undefined,
});

function isLocal(source: string): boolean {
  return URL.canParse(source) && isLoopback(new URL(source).hostname);
}

/** `2026-11-23 22:57:02.822850122 +0000 UTC` → `2026-11-23T22:57:02+00:00` */
function isoOf(updated: string): string {
  return updated.replace(/^(\S+) ([\d:]+)\S* ([+-]\d\d)(\d\d).*$/, '$1T$2$3:$4');
}

/** A chart that is not where it should be is the commonest failure: its place is named. */
function explained(error: CatalystError): CatalystError {
  const said = String(error.data.stderr ?? error.message);
  if (/Kubernetes cluster unreachable|connection refused.*6443/.test(said)) {
    return fail('E3101', `helm could not reach the Kubernetes API: ${said}`, {
      cause: error,
      data: { ambiguous: true },
    });
  }
  const missing = /not found|failed to (fetch|download|pull)|no such host/.test(said);
  const actions = missing ? ['Check the chart source, or set spec.charts.mirror', command('blueprint list')] : [];
  return fail('E3002', error.message, { cause: error, actions, data: error.data });
}
