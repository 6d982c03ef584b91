/** What templates/blueprints/<bp>/blueprint.yaml says, parsed. One folder per Blueprint; a bump touches that folder only. */
export type BlueprintName = `bp-${string}`;

export interface WorkloadRef {
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  namespace: string;
  name: string;
}

export interface SecretNeed {
  namespace: string;
  name: string;
  keys: string[];
  /** `catalyst`: made by us before the release is applied; otherwise the controller or chart that makes it. */
  maker: 'catalyst' | 'chart' | string;
}

export interface ChartPin {
  /** https:// repository or oci:// registry path, without the chart name. */
  source: string;
  name: string;
  version: string;
  /** sha256 of the chart archive once resolved. */
  digest?: string;
}

/** A further HelmRelease of the same Blueprint: CRDs first, then what needs them (spire-crds, spire). */
export interface ReleasePin {
  chart: ChartPin;
  releaseName: string;
  namespace: string;
  workloads: WorkloadRef[];
  crds: string[];
}

export interface Blueprint {
  name: BlueprintName;
  title: string;
  role: string;
  phase: number;
  /** Id of the engine step that installs it: its own name (`bp-traefik`). */
  step: string;
  /** WBS ticket that it proves, such as `#372`. */
  ticket?: string;
  chart: ChartPin;
  namespace: string;
  releaseName: string;
  /** Further releases, in order, after the main one unless `before` the main. */
  releases: (ReleasePin & { before: boolean })[];
  /** Steps, Blueprints and tickets that come first. */
  dependsOn: string[];
  crds: string[];
  needsCrds: string[];
  secrets: SecretNeed[];
  workloads: WorkloadRef[];
  /** Public hosts below the FQDN that it serves: `gitea` for gitea.<fqdn>. */
  hosts: string[];
  proof: string;
  egress: string[];
  /** Absolute folder of its templates. */
  folder: string;
}
