import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Context } from '../../actions/session/context.js';
import { type ChartFolders, chartsFromSources, chartsIn } from '../../blueprints/charts/chart-folder.js';
import { type ChartLock, chartLock, verifiedCharts } from '../../blueprints/charts/chart-lock.js';
import type { Template } from '../../blueprints/lint/charts.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { cacheDir } from '../../sovereign/state/state-dir.js';
import { toYaml } from '../../support/yaml/write-yaml.js';
import { createBinaries } from '../../tools/exec/binaries.js';
import { createExec } from '../../tools/exec/exec.js';
import { createHelmCharts, type HelmCharts } from '../../tools/helm/helm-charts.js';

/** Every archive is held to its digest. The charts of a lab are stubs of its own, which nobody published. */
export async function helmCharts(context: Context, helm: string | undefined): Promise<HelmCharts> {
  const exec = createExec(context.redactor);
  const binaries = createBinaries({ exec, env: context.env, given: { helm }, cacheDir: cacheDir(context.env) });
  const charts = createHelmCharts({ exec, helm: () => binaries.path('helm'), signal: context.signal });
  if (context.options.lab !== undefined) return charts;
  return verifiedCharts(charts, await chartLockOf(context), { keep: !context.options.dryRun });
}

export async function chartLockOf(context: Context): Promise<ChartLock> {
  return chartLock(await context.stateDir(), () => context.clock.now());
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

type Charts = { folders: ChartFolders; template: Template };

/** Gives `work` the charts that `--charts DIR` or `--live` names, or none; what was unpacked is gone afterwards. */
export async function withCharts<T>(
  context: Context,
  sovereign: Sovereign,
  flags: { charts?: string; live?: boolean; helm?: string },
  work: (charts: Charts | undefined) => Promise<T>,
): Promise<T> {
  if (flags.charts === undefined && !flags.live) return work(undefined);
  const scratch = await mkdtemp(join(tmpdir(), 'catalyst-charts-'));
  try {
    const folders =
      flags.charts !== undefined
        ? chartsIn(resolve(flags.charts), scratch)
        : chartsFromSources(sovereign, await helmCharts(context, flags.helm), scratch);
    return await work({ folders, template: chartTemplate(context, flags.helm) });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
