/**
 * Charts that stand in for the upstream ones where those cannot be had: same name and version, made from the Blueprint's
 * metadata. They bring the CRDs, workloads, Services and chart-made Secrets that the metadata promises, and nothing else;
 * values are taken but, beside a few switches, not used.
 */
import type { Blueprint, CrdShape, ReleasePin, SecretNeed, ServiceRef } from 'catalyst/blueprints/catalog/blueprint.js';
import { shortNames, subresources } from 'catalyst/blueprints/catalog/crds/crd-facts.js';
import { type ArchiveFile, packChart } from 'catalyst/blueprints/charts/archive.js';
import { stubMark } from 'catalyst/blueprints/charts/chart-folder.js';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { WorkloadRef } from 'catalyst/kubernetes/rollout.js';
import { toYaml, toYamlStream } from 'catalyst/support/yaml/write-yaml.js';
import type { ChartArchive } from '../servers/registry/charts.js';
import { accountOf, accountsOf } from './accounts.js';
import {
  argumentsFile,
  argumentsMark,
  environmentMark,
  environmentOf,
  hasArguments,
  hasEnvironment,
  nodesMark,
  policyMark,
  withValues,
} from './arguments.js';
import { solverName, solverVolumes } from './solver.js';
import { valueTemplates } from './templates.js';

type Part = Pick<ReleasePin, 'chart' | 'namespace' | 'workloads' | 'crdShapes' | 'services' | 'runsImages'>;

/** The true definition of a CRD by its name, as YAML, where there is one: it takes the place of one without a schema. */
export type UpstreamCrd = (name: string) => string | undefined;

/**
 * One archive for each chart that the Blueprints name. A chart that the project brings itself is in the tree.
 * @param solver whether something answers as the API group of cert-manager-webhook-pdns: one that nobody answers for spoils
 * the discovery of a whole cluster
 */
export async function stubCharts(
  blueprints: readonly Blueprint[],
  upstreamCrd: UpstreamCrd = () => undefined,
  { solver = false }: { solver?: boolean } = {},
): Promise<ChartArchive[]> {
  const charts: ChartArchive[] = [];
  for (const blueprint of blueprints) {
    const main: Part = { ...blueprint, crdShapes: blueprint.crdsAtRuntime ? [] : blueprint.crdShapes };
    if (!blueprint.ownChart) charts.push(await stubChart(main, blueprint.secrets, upstreamCrd, solver));
    for (const release of blueprint.releases) charts.push(await stubChart(release, [], upstreamCrd, solver));
  }
  return charts;
}

async function stubChart(
  part: Part,
  secrets: readonly SecretNeed[],
  upstreamCrd: UpstreamCrd,
  solver: boolean,
): Promise<ChartArchive> {
  const { name, version } = part.chart;
  // what stands in Flux's namespace is there for others to derive from; Flux itself mounts none of it and starts first
  const mounted = name === 'flux2' ? [] : secrets;
  // what an operator makes while it runs cannot be there before its own pods are
  const needed = mounted.filter((secret) => secret.maker === 'catalyst' || secret.maker.startsWith('bp-'));
  const made = secrets.filter((secret) => secret.maker === 'chart').map(secretOf);
  const images = imagesFor(part);
  const workloads = part.workloads.map((ref) => workloadOf(ref, { ...part, images: images.get(ref)! }, needed, solver));
  const services = part.services.map((service) => serviceOf(service, part.workloads, name));
  const accounts = accountsOf(name, part.namespace);
  const files: ArchiveFile[] = [
    {
      path: 'Chart.yaml',
      text: toYaml({
        apiVersion: 'v2',
        name,
        version,
        ...(part.chart.kubernetes ? { kubeVersion: part.chart.kubernetes } : {}),
        description: `stands in for ${name} ${version}`,
        annotations: { [stubMark]: 'true' },
      }),
    },
    { path: 'values.yaml', text: '{}\n' },
    { path: 'templates/rbac.yaml', text: accounts ? toYamlStream(accounts) : rbac },
    { path: 'templates/workloads.yaml', text: unlessOff('deployment', [...made, ...workloads]) },
    { path: 'templates/services.yaml', text: unlessOff('service', services) },
    ...argumentsFile(name),
    ...valueTemplates(name, { solver }),
    ...part.crdShapes.map((crd) => ({
      path: `crds/${crd.name}.yaml`,
      text: upstreamCrd(crd.name) ?? toYaml(crdOf(crd)),
    })),
  ];
  return { name, version, tgz: await packChart(name, files) };
}

/** Objects that `<key>.enabled: false` leaves out, as upstream charts do. */
function unlessOff(key: string, objects: readonly KubeObject[]): string {
  if (objects.length === 0) return '';
  const text = withValues(toYamlStream(objects));
  return `{{- if ne (dig "${key}" "enabled" true .Values.AsMap | toString) "false" }}\n${text}{{- end }}\n`;
}

const rbac = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: {{ .Release.Name }}-{{ .Release.Namespace }}
rules:
  - apiGroups: [""]
    resources: [configmaps]
    verbs: [get, list, watch]
`;

const labelsOf = (name: string) => ({ 'app.kubernetes.io/name': name });

/**
 * Which of the chart's images each workload runs: the one of its name, else the first; the first workload also the rest, before it starts.
 */
function imagesFor({ chart, workloads, runsImages }: Part): Map<WorkloadRef, [string, ...string[]]> {
  const named = (image: string) =>
    image
      .replace(/[:@].*$/, '')
      .split('/')
      .at(-1)!;
  const main = (ref: WorkloadRef) =>
    runsImages.find((image) => ref.name === named(image) || ref.name.endsWith(`-${named(image)}`)) ??
    runsImages[0] ??
    `${chart.name}:${chart.version}`;
  const used = new Set(workloads.map(main));
  const rest = runsImages.filter((image) => !used.has(image));
  return new Map(workloads.map((ref, index) => [ref, [main(ref), ...(index === 0 ? rest : [])]]));
}

function workloadOf(
  ref: WorkloadRef,
  { chart, images: [image, ...before] }: Pick<Part, 'chart'> & { images: [string, ...string[]] },
  secrets: readonly SecretNeed[],
  solver: boolean,
): KubeObject {
  const labels = labelsOf(ref.name);
  const account = accountOf(ref.name);
  const envFrom = secrets
    .filter((secret) => secret.namespace === ref.namespace)
    .map((secret) => ({ secretRef: { name: secret.name } }));
  const container = {
    name: 'main',
    image,
    resources: { requests: { cpu: '10m', memory: '32Mi' } },
    ...(hasArguments(chart.name) ? { args: argumentsMark } : {}),
    ...environmentOf(ref),
    ...(hasEnvironment(chart.name) ? { env: environmentMark } : {}),
    ...(envFrom.length > 0 ? { envFrom } : {}),
  };
  return {
    apiVersion: 'apps/v1',
    kind: ref.kind,
    metadata: { name: ref.name, namespace: ref.namespace, labels },
    spec: {
      ...(ref.kind === 'DaemonSet' ? {} : { replicas: 1 }),
      ...(ref.kind === 'StatefulSet' ? { serviceName: ref.name } : {}),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        // A network plugin runs before nodes are ready; the others wait for it as they would.
        spec: {
          ...(ref.kind === 'DaemonSet' ? { tolerations: [{ operator: 'Exists' }] } : {}),
          ...(hasArguments(chart.name) ? { nodeSelector: nodesMark } : {}),
          ...(account ? { serviceAccountName: account } : {}),
          ...(before.length > 0
            ? { initContainers: before.map((one, index) => ({ name: `image-${index}`, image: one })) }
            : {}),
          containers: [container],
          ...(solver && ref.name === solverName ? { volumes: solverVolumes } : {}),
        },
      },
    },
  };
}

function serviceOf(service: ServiceRef, workloads: readonly WorkloadRef[], chart: string): KubeObject {
  const selected = service.workload ?? workloads[0]?.name ?? service.name;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: service.name, namespace: service.namespace },
    spec: {
      type: service.type ?? 'ClusterIP',
      ...(service.headless ? { clusterIP: 'None' } : {}),
      ...(hasArguments(chart) && service.type === 'NodePort' ? { externalTrafficPolicy: policyMark } : {}),
      selector: labelsOf(selected),
      ports: service.ports.map((port) => ({ ...port, protocol: port.protocol ?? 'TCP', targetPort: port.port })),
    },
  };
}

/** Values are made by the template at install time, so that no two clusters share them. */
function secretOf(secret: SecretNeed): KubeObject {
  const stringData = Object.fromEntries(secret.keys.map((key) => [key, '{{ randAlphaNum 32 }}']));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: secret.name, namespace: secret.namespace }, stringData };
}

function crdOf(crd: CrdShape): KubeObject {
  const [plural = '', ...group] = crd.name.split('.');
  const singular = crd.kind.toLowerCase();
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: crd.name },
    spec: {
      group: group.join('.'),
      scope: crd.scope,
      names: { kind: crd.kind, listKind: `${crd.kind}List`, plural, singular, ...shortNames(crd.name) },
      versions: crd.versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        ...subresources(crd.name),
      })),
    },
  };
}
