/** Charts refuse a Kubernetes that is too old for them, at install: known before from what the Blueprints say of their charts. */
import { minVersion, satisfies } from 'semver';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail } from '../../support/errors/errors.js';
import type { Finding } from '../lint/finding.js';
import type { Blueprint, ChartPin } from './blueprint.js';

/** Whether the chart takes this Kubernetes: `1.31.0`, `v1.35.4+k3s1`. A chart that says nothing takes all that we support. */
export function takesKubernetes({ kubernetes }: ChartPin, version: string): boolean {
  return kubernetes === undefined || satisfies(version, kubernetes);
}

/** The charts that the k3s release of the spec is too old for. */
function unfitCharts({ spec }: Sovereign, blueprints: readonly Blueprint[]): { blueprint: string; chart: ChartPin }[] {
  return blueprints.flatMap(({ name, chart, releases }) =>
    [chart, ...releases.map((release) => release.chart)]
      .filter((one) => !takesKubernetes(one, spec.hetzner.k3sVersion))
      .map((one) => ({ blueprint: name, chart: one })),
  );
}

const says = (sovereign: Sovereign, { name, version, kubernetes }: ChartPin) =>
  `${name} ${version} requires Kubernetes ${kubernetes}, and spec.hetzner.k3sVersion is ${sovereign.spec.hetzner.k3sVersion}`;
const remedy = ({ kubernetes }: ChartPin) =>
  `set spec.hetzner.k3sVersion to a k3s of Kubernetes ${minVersion(kubernetes!)!.version} or newer`;

/** Throws E3202 when helm would refuse to install one of the charts on the Sovereign's k3s. */
export function checkKubernetes(sovereign: Sovereign, blueprints: readonly Blueprint[]): void {
  const unfit = unfitCharts(sovereign, blueprints);
  if (unfit.length === 0) return;
  throw fail('E3202', `${unfit.map(({ chart }) => says(sovereign, chart)).join('; ')}.`, {
    actions: [...new Set(unfit.map(({ chart }) => remedy(chart)))],
    data: { charts: unfit.map(({ chart }) => chart.name) },
  });
}

/** The same as findings of the lint. */
export function lintKubernetes(sovereign: Sovereign, blueprints: readonly Blueprint[]): Finding[] {
  return unfitCharts(sovereign, blueprints).map(({ blueprint, chart }) => ({
    blueprint,
    rule: 'kubernetes',
    severity: 'error',
    path: 'spec.hetzner.k3sVersion',
    message: says(sovereign, chart),
    remedy: remedy(chart),
  }));
}
