/** The Flux source of a chart, as the tree has it: HTTP repository, OCI repository, or the mirror of the spec. */
import type { ChartPin } from '../blueprints/blueprint.js';
import type { Sovereign } from '../sovereign/schema.js';
import type { KubeObject } from '../tools/kube.js';

export interface ChartSource {
  source: KubeObject;
  /** `spec.chart` of a HelmRelease in the same namespace. */
  chart: { spec: Record<string, unknown> };
}

export function chartSourceObjects(
  sovereign: Sovereign,
  pin: ChartPin,
  at: { name: string; namespace: string },
): ChartSource {
  const { mirror, insecure } = sovereign.spec.charts;
  const url = mirror ?? pin.source;
  const oci = url.startsWith('oci://');
  return {
    source: {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { ...at },
      spec: { interval: '1h', url, ...(oci ? { type: 'oci' } : {}), ...(oci && insecure ? { insecure: true } : {}) },
    },
    chart: { spec: { chart: pin.name, version: pin.version, sourceRef: { kind: 'HelmRepository', name: at.name } } },
  };
}
