import type { Context } from '../actions/context.js';
import type { Template } from '../blueprints/lint-charts.js';
import { cacheDir } from '../sovereign/state-dir.js';
import { toYaml } from '../support/yaml.js';
import { createBinaries } from '../tools/binaries.js';
import { createExec } from '../tools/exec.js';
import { createHelmCharts, type HelmCharts } from '../tools/helm-charts.js';

export function helmCharts(context: Context, helm: string | undefined): HelmCharts {
  const exec = createExec(context.redactor);
  const binaries = createBinaries({ exec, env: context.env, given: { helm }, cacheDir: cacheDir(context.env) });
  return createHelmCharts({ exec, helm: () => binaries.path('helm'), signal: context.signal });
}

/** `helm template` of a chart folder; values go over stdin. */
export function chartTemplate(context: Context, helm: string | undefined): Template {
  const exec = createExec(context.redactor);
  const binaries = createBinaries({ exec, env: context.env, given: { helm }, cacheDir: cacheDir(context.env) });
  return async (chart, release, kubeVersion) => {
    const { stdout } = await exec({
      file: await binaries.path('helm'),
      args: [
        ...['template', release.releaseName, chart, '--namespace', release.namespace],
        ...['--values', '-', '--kube-version', kubeVersion],
      ],
      stdin: toYaml(release.values),
      signal: context.signal,
    });
    return stdout;
  };
}
