/** Where Flux takes a chart from: the tree itself, what the spec says of its Blueprint, the mirror of the spec, or its own source. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { ChartPin } from '../catalog/blueprint.js';
import { treeSource } from './own-chart.js';

export const fluxNamespace = 'flux-system';

/** On the Secrets with the login for private registries. */
export const pullLabel = 'catalyst.openova.io/pull-secret';

/** Address of the place that a chart comes from. */
export function chartUrl(sovereign: Sovereign, chart: ChartPin): string {
  if (chart.source === treeSource) return treeUrl(chart);
  return chart.chosenSource ?? sovereign.spec.charts.mirror ?? chart.source;
}

/** Name of the Service in flux-system that serves a chart of the tree. */
export const treeService = ({ name }: Pick<ChartPin, 'name'>) => `chart-${name}`;

/** Of the Helm repository inside the cluster that has this very archive (src/blueprints/charts/chart-server.ts). */
export function treeUrl(chart: Pick<ChartPin, 'name' | 'digest'>): string {
  const digest = chart.digest?.slice('sha256:'.length, 'sha256:'.length + 12) ?? '';
  return `http://${treeService(chart)}.${fluxNamespace}.svc.cluster.local/${digest}`;
}

/** True when that place speaks plain HTTP; only a mirror of the spec may. */
export function isPlainHttp(sovereign: Sovereign, url: string): boolean {
  const { mirror, insecure } = sovereign.spec.charts;
  return insecure && url === mirror;
}

/** The HelmRepository for `url`; the only place that makes one. */
export function helmRepository(sovereign: Sovereign, url: string, at: { name: string; namespace: string }): KubeObject {
  const oci = url.startsWith('oci://');
  const insecure = oci && isPlainHttp(sovereign, url);
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'HelmRepository',
    metadata: { ...at },
    spec: {
      interval: '1h',
      ...(oci ? { type: 'oci' } : {}),
      url,
      ...(insecure ? { insecure: true } : {}),
      ...(at.namespace === fluxNamespace ? loginFor(sovereign, url) : {}),
    },
  };
}

/**
 * source-controller fails on a Secret without the very host of the repository, and takes a docker config for OCI alone
 * (internal/helm/registry/auth.go, v1.8).
 */
function loginFor({ spec }: Sovereign, url: string): { secretRef?: { name: string } } {
  const { secretRef } = spec.charts;
  const needed = url.startsWith('oci://') && secretRef?.hosts.includes(new URL(url.replace('oci:', 'https:')).host);
  return secretRef && needed ? { secretRef: { name: secretRef.name } } : {};
}

/** `spec.chart` of a HelmRelease that takes `chart` from the HelmRepository at `source`. */
export function chartReference(chart: ChartPin, source: { name: string; namespace: string }) {
  return {
    spec: {
      chart: chart.name,
      version: chart.version,
      interval: '1h',
      sourceRef: { kind: 'HelmRepository', name: source.name, namespace: source.namespace },
    },
  };
}
