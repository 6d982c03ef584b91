/** What one Organization gets on the Sovereign: a namespace of its own and a virtual cluster in it (bp-vcluster). */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail } from '../../support/errors/errors.js';
import type { Blueprint } from '../catalog/blueprint.js';
import { allReleases, helmReleaseOf } from '../catalog/releases.js';
import { chartReference, chartUrl, helmRepository } from '../charts/chart-source.js';
import { variablesOf } from './variables.js';

const label = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

/** Of an Organization's namespace, and of the one release in it. */
export const organizationPrefix = 'org-';
export const organizationRelease = 'vcluster';

/** Namespace, source and HelmRelease for the Organization `name`; throws E3202 when it is not a DNS label. */
export function organizationObjects(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  name: string,
): KubeObject[] {
  if (!label.test(name))
    throw fail('E3202', `"${name}" cannot name an Organization: a DNS label of at most 40 characters is needed.`);
  const vcluster = blueprints.find((blueprint) => blueprint.name === 'bp-vcluster');
  if (!vcluster) throw fail('E3202', 'The Blueprint bp-vcluster is missing.');
  const namespace = `${organizationPrefix}${name}`;
  const [release] = allReleases(vcluster, sovereign, variablesOf(sovereign));
  const at = { name: organizationRelease, namespace };
  const own = { ...release!, name: organizationRelease, releaseName: organizationRelease, namespace };
  const helmRelease = helmReleaseOf(own, at.name);
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { 'catalyst.openova.io/organization': name } },
    },
    helmRepository(sovereign, chartUrl(sovereign, own.chart), at),
    { ...helmRelease, metadata: at, spec: { ...helmRelease.spec, chart: chartReference(own.chart, at) } },
  ];
}
