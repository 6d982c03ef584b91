/** Where Flux takes a chart from: the HTTP or OCI repository that it is pinned to, or the mirror of the spec. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { ChartPin } from '../catalog/blueprint.js';

export const fluxNamespace = 'flux-system';

/** Address of the place that a chart comes from: the mirror when the spec has one, else its own source. */
export function chartUrl(sovereign: Sovereign, chart: ChartPin): string {
  return sovereign.spec.charts.mirror ?? chart.source;
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
    spec: { interval: '1h', ...(oci ? { type: 'oci' } : {}), url, ...(insecure ? { insecure: true } : {}) },
  };
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
