/**
 * A chart of our own as part of the tree: an archive in a ConfigMap, and a web server from which Flux's source-controller takes it as
 * from any Helm repository. Works before the Sovereign has Git and after it, and needs no registry.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { toYaml } from '../../support/yaml/write-yaml.js';
import type { Blueprint, ChartPin } from '../catalog/blueprint.js';
import { fluxNamespace, treeService, treeUrl } from './chart-source.js';
import { type OwnChart, treeSource } from './own-chart.js';

const image = 'docker.io/library/busybox:1.37.0';
const port = 8080;

/** ConfigMap, Deployment and Service of the Blueprint's own chart; none when `chart` comes from elsewhere. */
export function chartServer({ ownChart }: Pick<Blueprint, 'ownChart'>, chart: ChartPin): KubeObject[] {
  if (ownChart === undefined || chart.source !== treeSource) return [];
  const name = treeService(chart);
  const metadata = { name, namespace: fluxNamespace, labels: { 'app.kubernetes.io/name': name } };
  return [archive(metadata, chart, ownChart), server(metadata, chart), service(metadata)];
}

type Metadata = KubeObject['metadata'] & { labels: Record<string, string> };

const fileOf = ({ name, version }: ChartPin) => `${name}-${version}.tgz`;

function archive(metadata: Metadata, chart: ChartPin, { tgz, digest }: OwnChart): KubeObject {
  const { name, version } = chart;
  const entry = { apiVersion: 'v2', name, version, urls: [fileOf(chart)], digest: digest.slice('sha256:'.length) };
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { 'index.yaml': toYaml({ apiVersion: 'v1', entries: { [name]: [entry] } }) },
    binaryData: { [fileOf(chart)]: tgz.toString('base64') },
  };
}

/** Its path has the archive's digest: another archive is another repository, which Flux reads at once. */
function server(metadata: Metadata, chart: ChartPin): KubeObject {
  const folder = new URL(treeUrl(chart)).pathname.slice(1);
  const items = ['index.yaml', fileOf(chart)].map((key) => ({ key, path: `${folder}/${key}` }));
  const { name, labels } = metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'httpd',
              image,
              command: ['httpd', '-f', '-p', String(port), '-h', '/charts'],
              ports: [{ name: 'http', containerPort: port }],
              readinessProbe: { httpGet: { path: `/${folder}/index.yaml`, port: 'http' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              resources: { requests: { cpu: '5m', memory: '8Mi' }, limits: { memory: '32Mi' } },
              volumeMounts: [{ name: 'charts', mountPath: '/charts', readOnly: true }],
            },
          ],
          volumes: [{ name: 'charts', configMap: { name, items } }],
        },
      },
    },
  };
}

const service = (metadata: Metadata): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: { selector: metadata.labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
});
