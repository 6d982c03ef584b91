import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { WorkloadRef } from '../../kubernetes/rollout.js';
import type { PullRegistries } from '../../sovereign/registry-logins.js';
import type { OwnChart } from '../charts/own-chart.js';

/** What templates/blueprints/<bp>/blueprint.yaml says, parsed. One folder per Blueprint; a bump touches that folder only. */
export type BlueprintName = `bp-${string}`;

/**
 * Where the value of one key comes from.
 * - `generate`: made once and kept; `password` 32 letters and digits, `hex32` 32 random bytes in hex, `base64key` 32 random
 *   bytes in base64. `as` names the kept value when several Secrets share it.
 * - `value`: plain text, variables allowed.
 * - `credential`: one that was captured (`hcloud-token`, `s3-access-key` …).
 * - `text`: text in which `${credential:<name>}` stands for a captured credential, `${generated:<ns>/<name>/<key>}` for a generated
 *   password of another Secret, and `${…}` for a variable.
 * - `registries`: a docker config with the login for these hosts, from the credential `registry-token`.
 * - `htpasswd`: a line for that user with the bcrypt hash of the value of key `of`.
 */
export type SecretRecipe =
  | { generate: 'password' | 'hex32' | 'base64key' | 'alnum16'; as?: string }
  | { value: string }
  | { credential: string }
  | { text: string }
  | { registries: PullRegistries }
  | { htpasswd: string; of: string };

export interface CrdShape {
  /** `ingressroutes.traefik.io` */
  name: string;
  kind: string;
  versions: string[];
  scope: 'Namespaced' | 'Cluster';
}

/** A Service that other Blueprints, proofs or people reach. */
export interface ServiceRef {
  namespace: string;
  name: string;
  type?: 'ClusterIP' | 'NodePort';
  headless?: boolean;
  /** Name of the workload it selects; left out: the first. */
  workload?: string;
  ports: { name: string; port: number; nodePort?: number; protocol?: 'TCP' | 'UDP' }[];
}

export interface SecretNeed {
  namespace: string;
  name: string;
  keys: string[];
  /** How catalyst makes each key; only with maker `catalyst`. */
  recipes?: Record<string, SecretRecipe>;
  /** Type of the Secret; Opaque when left out. */
  type?: string;
  labels?: Record<string, string>;
  /** `catalyst`: made by us before the release is applied; otherwise the controller or chart that makes it. */
  maker: 'catalyst' | 'chart' | string;
}

export interface ChartPin {
  /** https:// repository or oci:// registry path, without the chart name; `tree` for a chart of our own, which the tree has. */
  source: string;
  /** Where the spec takes the charts of this Blueprint from instead, whatever the mirror has. */
  chosenSource?: string;
  name: string;
  version: string;
  /** `sha256:…` of the chart archive, where its upstream publishes one: a comment beside it names the place. */
  digest?: string;
  /** Range of Kubernetes versions that the chart itself asks for, where that is less than all we support: `>=1.32.0`. */
  kubernetes?: string;
}

/** An image that a program of the chart starts, by the value keys that name it: `trivy.image.registry`. */
export interface StartedImage {
  /** Without tag: `mirror.gcr.io/aquasec/trivy`. */
  image: string;
  /** Left out where `repository` holds the host too. */
  registry?: string;
  repository: string;
  tag: string;
}

/** A further HelmRelease of the same Blueprint: CRDs first, then what needs them (spire-crds, spire). */
export interface ReleasePin {
  chart: ChartPin;
  releaseName: string;
  namespace: string;
  workloads: WorkloadRef[];
  crds: string[];
  crdShapes: CrdShape[];
  services: ServiceRef[];
  /** Images of its Pods and of what they start, at the pinned version. */
  runsImages: string[];
  startsImages: StartedImage[];
  wait: boolean;
  timeout: string;
  /** File of its values in the Blueprint's folder, without `.yaml`. */
  values: string;
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
  /** The chart that the project brings itself. */
  ownChart?: OwnChart;
  namespace: string;
  releaseName: string;
  /** Images of its Pods and of what they start, at the pinned version. */
  runsImages: string[];
  startsImages: StartedImage[];
  /** Further releases, in order, after the main one unless `before` the main; what brings CRDs is waited for by the later ones. */
  releases: (ReleasePin & { before: boolean })[];
  /** Steps, Blueprints and tickets that come first. */
  dependsOn: string[];
  crds: string[];
  crdShapes: CrdShape[];
  /** Installed once per Organization; the tree holds only its source. */
  perOrganization: boolean;
  /** Made by a running Pod, not by the chart (cilium, crossplane). */
  crdsAtRuntime: boolean;
  needsCrds: string[];
  services: ServiceRef[];
  /** Namespaces beside its own that its objects stand in, with labels for the namespaces it makes. */
  namespaceLabels: Record<string, string>;
  secrets: SecretNeed[];
  /** ConfigMaps that Pods mount and neither chart nor tree holds, with the controller that makes them. */
  configMaps: { namespace: string; name: string; maker: string }[];
  workloads: WorkloadRef[];
  /** Public hosts below the FQDN that it serves: `gitea` for gitea.<fqdn>. */
  hosts: string[];
  /** Paths in values that the chart hands to the application as they are (`grafana.ini`). */
  freeForm?: string[];
  proof: string;
  egress: string[];
  wait: boolean;
  timeout: string;
  /** Absolute folder of its templates. */
  folder: string;
  /** Its YAML, parsed once at load, variables still in it. */
  documents: BlueprintDocuments;
}

export interface BlueprintDocuments {
  /** Values by file name: `values`, `values.ha` (merged over for three nodes), `loki`, `loki.ha` … */
  values: Record<string, Record<string, unknown>>;
  /** Plain objects of the release folder and of the glue folder, by file name. */
  release: Record<string, KubeObject[]>;
  config: Record<string, KubeObject[]>;
}
