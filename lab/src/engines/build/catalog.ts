/**
 * The servers that we did not write and that the lab can be made of: which Go modules they come from and what is built of
 * each. Versions stand in `lab/engines/<name>/go.mod`, one wrapper a program, so that one may be bumped alone.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { labRoot } from '../../start/lab-root.js';

export interface EngineProgram {
  /** File name of the finished program. */
  name: string;
  /** Package of its main function; `.` where that stands in the wrapper's own folder. */
  package: string;
}

export interface EngineData {
  /** Module that the wrapper requires. */
  module: string;
  /** File or folder inside it. */
  from: string;
  /** Where it stands beside the programs. */
  to: string;
}

/** What is built otherwise than it was released: in a copy of the module, never in the cache of modules. */
export interface EngineChange {
  /** Module whose file it is; the wrapper requires or replaces it. */
  module: string;
  /** Path inside it. */
  file: string;
  /** File of the wrapper's folder that takes its place; or else a text in it that stands there once, and what takes the place of that. */
  by: string | { text: string; becomes: string };
}

export interface Engine {
  name: string;
  programs: readonly EngineProgram[];
  data?: readonly EngineData[];
  /** `-X` settings of the linker: package path and variable → value; `{version}` is the main module's. */
  settings?: Readonly<Record<string, string>>;
  /** Build tags. */
  tags?: readonly string[];
  changes?: readonly EngineChange[];
  /** Parts of it are C: the build needs a C compiler. */
  cgo?: true;
  /** It is Java: its wrapper is a `pom.xml`, and what that names is unpacked into the finished folder instead of built. */
  maven?: true;
  /** What the lab cannot do without it. */
  purpose: string;
  /** False: the lab runs without it, and says so. */
  required: boolean;
  /** True: no part of a lab; built only when it is asked for by name. */
  onDemand?: boolean;
}

const versionOf = (path: string) => ({
  [`${path}.gitVersion`]: 'v1.36.3',
  [`${path}.gitMajor`]: '1',
  [`${path}.gitMinor`]: '36',
  [`${path}.gitTreeState`]: 'clean',
  [`${path}.gitCommit`]: '0'.repeat(40),
  [`${path}.buildDate`]: '1970-01-01T00:00:00Z',
});

const flux = (name: string, crds: string): Engine => ({
  name: `flux-${name}`,
  programs: [{ name: `${name}-controller`, package: `github.com/fluxcd/${name}-controller` }],
  data: [{ module: `github.com/fluxcd/${name}-controller`, from: 'config/crd/bases', to: `crds/${crds}` }],
  purpose: `Flux's ${name}-controller`,
  required: true,
});

const crds = (name: string, module: string, ...folders: string[]): Engine => ({
  name: `crds-${name}`,
  programs: [],
  data: folders.map((from, index) => ({ module, from, to: `crds/${index}${from.endsWith('.yml') ? '.yml' : ''}` })),
  purpose: `the definitions of ${name}'s kinds, which the tree's objects must meet`,
  required: false,
});

/** In the order in which they are built: what a walk needs first. */
export const engines: readonly Engine[] = [
  {
    name: 'etcd',
    programs: [{ name: 'etcd', package: 'go.etcd.io/etcd/server/v3' }],
    purpose: 'keeps the objects of a cluster',
    required: true,
  },
  {
    name: 'kubernetes',
    programs: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((name) => ({
      name,
      package: `k8s.io/kubernetes/cmd/${name}`,
    })),
    settings: { ...versionOf('k8s.io/component-base/version'), ...versionOf('k8s.io/client-go/pkg/version') },
    purpose: 'the API server, controllers and scheduler of both clusters',
    required: true,
  },
  {
    name: 'kwok',
    programs: [{ name: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' }],
    settings: { 'sigs.k8s.io/kwok/pkg/consts.Version': 'v0.8.0' },
    purpose: 'keeps nodes without a machine alive and ends their Pods',
    required: true,
  },
  flux('source', 'source'),
  flux('helm', 'helm'),
  flux('kustomize', 'kustomize'),
  flux('notification', 'notification'),
  {
    name: 'flux-manifests',
    programs: [],
    data: [{ module: 'github.com/fluxcd/flux2/v2', from: 'manifests/rbac', to: 'rbac' }],
    purpose: 'the roles that Flux is released with',
    required: true,
  },
  {
    name: 'registry',
    programs: [{ name: 'registry', package: 'github.com/google/go-containerregistry/cmd/registry' }],
    purpose: 'the OCI registry that holds the charts',
    required: true,
  },
  {
    name: 'versitygw',
    programs: [{ name: 'versitygw', package: 'github.com/versity/versitygw/cmd/versitygw' }],
    purpose: 'Object Storage: an S3 server',
    required: false,
  },
  {
    name: 'gitea',
    programs: [{ name: 'gitea', package: 'code.gitea.io/gitea' }],
    // its released program has these inside; from a module they are read from a folder beside it
    data: ['templates', 'options', 'public'].map((part) => ({
      module: 'code.gitea.io/gitea',
      from: part,
      to: `static/${part}`,
    })),
    settings: { 'main.Version': '1.26.0' },
    tags: ['sqlite', 'sqlite_unlock_notify'],
    cgo: true,
    purpose: "the Sovereign's Git server: Gitea",
    required: true,
  },
  crds('alloy', 'github.com/grafana/alloy', 'operations/helm/charts/alloy/charts/crds/crds'),
  crds('cert-manager', 'github.com/cert-manager/cert-manager', 'deploy/crds'),
  crds('cilium', 'github.com/cilium/cilium', 'pkg/k8s/apis/cilium.io/client/crds/v2'),
  crds('cnpg', 'github.com/cloudnative-pg/cloudnative-pg', 'config/crd/bases'),
  crds('crossplane', 'github.com/crossplane/crossplane/v2', 'cluster/crds'),
  crds('external-secrets', 'github.com/external-secrets/external-secrets', 'config/crds/bases'),
  crds(
    'kyverno',
    'github.com/kyverno/kyverno',
    ...['kyverno', 'reports', 'policyreport'].map((part) => `config/crds/${part}`),
  ),
  crds('sealed-secrets', 'github.com/bitnami-labs/sealed-secrets', 'helm/sealed-secrets/crds'),
  crds('spire', 'github.com/spiffe/spire-controller-manager', 'config/crd/bases'),
  crds(
    'traefik',
    'github.com/traefik/traefik/v3',
    'docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml',
  ),
  crds('trivy', 'github.com/aquasecurity/trivy-operator', 'deploy/helm/crds'),
  crds('velero', 'github.com/vmware-tanzu/velero', 'config/crd/v1/bases', 'config/crd/v2alpha1/bases'),
  {
    name: 'sealed-secrets',
    programs: ['controller', 'kubeseal'].map((name) => ({
      name,
      package: `github.com/bitnami/sealed-secrets/cmd/${name}`,
    })),
    purpose: 'the controller that opens SealedSecrets',
    required: false,
  },
  {
    name: 'external-secrets',
    programs: [{ name: 'external-secrets', package: 'github.com/external-secrets/external-secrets' }],
    // of some forty providers of secrets the tree has one; the libraries of the others are three fifths of its packages
    changes: (['provider', 'generator'] as const).map((kind) => ({
      module: 'github.com/external-secrets/external-secrets',
      file: `pkg/${kind}/register/register.go`,
      by: `${kind}/register.go`,
    })),
    purpose: 'the controller that makes Secrets from OpenBao',
    required: false,
  },
  {
    name: 'traefik',
    programs: [{ name: 'traefik', package: 'github.com/traefik/traefik/v3/cmd/traefik' }],
    settings: { 'github.com/traefik/traefik/v3/pkg/version.Version': '3.7.11' },
    // some libraries of DNS providers cannot be had, and the others take longer to build than all else; Amazon's take a fifth of the rest
    changes: [
      {
        module: 'github.com/go-acme/lego/v5',
        file: 'providers/dns/zz_gen_dns_providers.go',
        by: 'dns/providers.go',
      },
      ...['ecs.go', 'config.go', 'label.go'].map((file) => ({
        module: 'github.com/traefik/traefik/v3',
        file: `pkg/provider/ecs/${file}`,
        by: file === 'ecs.go' ? 'ecs/ecs.go' : 'ecs/nothing.go',
      })),
    ],
    purpose: "the Sovereign's ingress: Traefik",
    required: false,
  },
  {
    name: 'cert-manager',
    programs: [{ name: 'cert-manager', package: '.' }],
    changes: [
      // how long it waits for other resolvers' caches once it has seen its record; nothing here caches, and there is no flag
      {
        module: 'github.com/cert-manager/cert-manager',
        file: 'pkg/issuer/acme/dns/dns.go',
        by: { text: 'ttl := 60', becomes: 'ttl := 1' },
      },
      // its webhook listens on all addresses, and there is no flag
      {
        module: 'github.com/cert-manager/cert-manager',
        file: 'pkg/webhook/server/server.go',
        by: { text: 'Port: s.ListenAddr,', becomes: 'Host: "127.0.0.1", Port: s.ListenAddr,' },
      },
    ],
    purpose: "cert-manager and the solver that writes to PowerDNS: the Sovereign's certificates by ACME",
    required: false,
  },
  {
    name: 'crossplane',
    programs: [{ name: 'crossplane', package: 'engines.local/crossplane' }],
    // what its image has beside the program
    data: ['crds', 'webhookconfigurations'].map((part) => ({
      module: 'github.com/crossplane/crossplane/v2',
      from: `cluster/${part}`,
      to: `init/${part}`,
    })),
    settings: { 'github.com/crossplane/crossplane-runtime/v2/pkg/version.version': 'v2.3.4' },
    // neither signatures nor the registries of three clouds: half of the build
    changes: [
      ...['validate.go', 'attestation.go'].map((file) => ({ file: `signature/${file}`, by: `signature/${file}` })),
      {
        file: 'fetch.go',
        by: {
          text: '"github.com/google/go-containerregistry/pkg/authn/k8schain"',
          becomes: 'k8schain "github.com/google/go-containerregistry/pkg/authn/kubernetes"',
        },
      },
    ].map(({ file, by }) => ({ module: 'github.com/crossplane/crossplane-runtime/v2', file: `pkg/xpkg/${file}`, by })),
    purpose: "Crossplane's core and its RBAC manager",
    required: false,
  },
  {
    name: 'function-patch-and-transform',
    programs: [{ name: 'function-patch-and-transform', package: 'github.com/crossplane/crossplane/local' }],
    // the SDK and what it is joined with bring the same protocol each
    settings: { 'google.golang.org/protobuf/reflect/protoregistry.conflictPolicy': 'ignore' },
    purpose: "the function that the tree's Compositions are made with",
    required: false,
  },
  {
    name: 'pebble',
    programs: [{ name: 'pebble', package: 'github.com/letsencrypt/pebble/v2/cmd/pebble' }],
    changes: [
      // where Let's Encrypt has its directory
      {
        module: 'github.com/letsencrypt/pebble/v2',
        file: 'wfe/wfe.go',
        by: { text: '= "/dir"', becomes: '= "/directory"' },
      },
    ],
    purpose: "the certificate authority that the Sovereign's certificates come from: an ACME server",
    required: false,
  },
  {
    name: 'nats',
    programs: [{ name: 'nats-server', package: 'github.com/nats-io/nats-server/v2' }],
    purpose: 'the event bus, which must accept the configuration that the chart makes of our values: NATS',
    required: false,
  },
  {
    name: 'alloy-syntax',
    programs: [{ name: 'alloy-syntax', package: '.' }],
    purpose: 'the parser by which Alloy reads its configuration; Alloy itself takes too long to build',
    required: false,
  },
  {
    name: 'openbao',
    programs: [{ name: 'bao', package: 'github.com/openbao/openbao' }],
    settings: { 'github.com/openbao/openbao/version.fullVersion': '2.4.0' },
    purpose: 'the store of secrets, which must accept our configuration and initialize itself: OpenBao',
    required: false,
  },
  {
    name: 'kyverno',
    programs: [{ name: 'kyverno', package: 'github.com/kyverno/kyverno/cmd/kyverno' }],
    // the chart makes its roles, its settings and its arguments of our values; the definitions of its kinds are in it
    data: [
      { module: 'github.com/kyverno/kyverno', from: 'charts/kyverno', to: 'chart' },
      { module: 'github.com/kyverno/api', from: 'charts/kyverno-api', to: 'chart/charts/kyverno-api' },
    ],
    purpose: 'the admission control that must accept our policies, enforce them, and lock nobody out: Kyverno',
    required: false,
  },
  {
    name: 'keycloak',
    programs: [],
    maven: true,
    purpose: 'who signs people in, which must import the realm of our configuration: Keycloak',
    required: false,
    onDemand: true,
  },
  {
    name: 'helmfile',
    programs: [{ name: 'helmfile', package: 'github.com/helmfile/helmfile' }],
    purpose: 'the peer that the bench installs the same charts with (bench/helmfile.mjs)',
    required: false,
    onDemand: true,
  },
];

/** Folder of the wrapper modules in a clone; throws when this installation has none (they are no part of the package). */
export function modulesFolder(): string {
  const folder = join(labRoot, 'engines');
  if (existsSync(folder)) return folder;
  throw new Error('lab/engines is not there: real engines need a clone of the repository');
}
