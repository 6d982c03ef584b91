/** helm through the helm binary (helm.ts says the contract). Values go over stdin. */
import { fail, isCatalystError } from '../support/errors.js';
import { toYaml } from '../support/yaml.js';
import type { Exec } from './exec.js';
import type { Helm, HelmInstall } from './helm.js';

type Chart = Pick<HelmInstall, 'chart' | 'insecure'>;

/** Pure: where helm finds a chart. */
export function chartArguments({ chart, insecure }: Chart): string[] {
  const oci = chart.source.startsWith('oci://');
  const place = oci ? [`${chart.source.replace(/\/$/, '')}/${chart.name}`] : [chart.name, '--repo', chart.source];
  return [...place, '--version', chart.version, ...(insecure && oci ? ['--plain-http'] : [])];
}

/** Pure: the arguments of a seed install. Waiting is ours: by watch, with reasons. */
export function upgradeArguments(request: HelmInstall): string[] {
  return [
    'upgrade',
    request.releaseName,
    ...chartArguments(request),
    '--install',
    '--create-namespace',
    '--namespace',
    request.namespace,
    '--kubeconfig',
    request.kubeconfig,
    '--wait=hookOnly',
    '--values',
    '-',
  ];
}

export function createHelm({
  exec,
  binary,
  signal,
}: {
  exec: Exec;
  binary: () => Promise<string>;
  signal: AbortSignal;
}): Helm {
  const run = async (
    args: readonly string[],
    more: { stdin?: string; timeoutMs?: number; signal?: AbortSignal } = {},
  ) =>
    (
      await exec({
        file: await binary(),
        args,
        signal: more.signal ?? signal,
        stdin: more.stdin,
        timeoutMs: more.timeoutMs ?? 120_000,
      })
    ).stdout;
  return {
    version: async () => (await run(['version', '--short'])).trim(),
    async upgradeInstall(request) {
      try {
        await run(upgradeArguments(request), {
          stdin: toYaml(request.values),
          timeoutMs: request.timeoutMs,
          signal: request.signal,
        });
      } catch (error) {
        if (!isCatalystError(error, 'E3002')) throw error;
        throw fail(
          'E3002',
          `helm could not install ${request.releaseName} ${request.chart.version}: ${String(error.data.stderr ?? error.message)}`,
          {
            cause: error,
            actions: [`helm status ${request.releaseName} -n ${request.namespace}`, 'catalyst resume'],
            data: { ambiguous: error.data.timedOut === true },
          },
        );
      }
    },
    async release(kubeconfig, namespace, name) {
      const listed = await run([
        'list',
        '--kubeconfig',
        kubeconfig,
        '--namespace',
        namespace,
        '--filter',
        `^${name}$`,
        '--output',
        'json',
      ]);
      const [found] = JSON.parse(listed || '[]') as {
        name: string;
        namespace: string;
        chart: string;
        status: string;
        revision: string;
      }[];
      return (
        found && {
          name: found.name,
          namespace: found.namespace,
          chart: found.chart,
          status: found.status,
          revision: String(found.revision),
        }
      );
    },
    template: (request) =>
      run(
        [
          'template',
          request.releaseName,
          ...chartArguments(request),
          '--namespace',
          request.namespace,
          '--include-crds',
          ...(request.kubeVersion ? ['--kube-version', request.kubeVersion] : []),
          ...(request.apiVersions ?? []).flatMap((version) => ['--api-versions', version]),
          '--values',
          '-',
        ],
        { stdin: toYaml(request.values), timeoutMs: request.timeoutMs, signal: request.signal },
      ),
  };
}
