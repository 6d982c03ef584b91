/** metav1.Table, which `kubectl get` asks for: name, the columns of a CRD, a few of built-in kinds, age. */
import type { KubeObject } from '../../tools/kube.js';
import type { LabRequest } from '../http-server.js';
import type { Kind, PrinterColumn } from './kinds.js';
import { valueAt } from './selectors.js';

const builtIn: Record<string, readonly PrinterColumn[]> = {
  Namespace: [{ name: 'Status', type: 'string', jsonPath: '.status.phase' }],
  Pod: [{ name: 'Status', type: 'string', jsonPath: '.status.phase' }],
  PersistentVolumeClaim: [
    { name: 'Status', type: 'string', jsonPath: '.status.phase' },
    { name: 'StorageClass', type: 'string', jsonPath: '.spec.storageClassName' },
  ],
  Service: [
    { name: 'Type', type: 'string', jsonPath: '.spec.type' },
    { name: 'Cluster-IP', type: 'string', jsonPath: '.spec.clusterIP' },
  ],
  Deployment: [
    { name: 'Wanted', type: 'integer', jsonPath: '.spec.replicas' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
    { name: 'Available', type: 'integer', jsonPath: '.status.availableReplicas' },
  ],
  StatefulSet: [
    { name: 'Wanted', type: 'integer', jsonPath: '.spec.replicas' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.readyReplicas' },
  ],
  DaemonSet: [
    { name: 'Desired', type: 'integer', jsonPath: '.status.desiredNumberScheduled' },
    { name: 'Ready', type: 'integer', jsonPath: '.status.numberReady' },
  ],
  Secret: [{ name: 'Type', type: 'string', jsonPath: '.type' }],
  Node: [{ name: 'Version', type: 'string', jsonPath: '.status.nodeInfo.kubeletVersion' }],
};

export const wantsTable = ({ headers }: LabRequest): boolean =>
  String(headers.accept ?? '')
    .split(',')[0]!
    .includes('as=Table');

export function tableOf(
  kind: Kind,
  objects: readonly KubeObject[],
  resourceVersion: string | undefined,
  { query }: LabRequest,
  now: Date,
): Record<string, unknown> {
  const columns = kind.columns?.length ? kind.columns : (builtIn[kind.kind] ?? []);
  const middle = columns.filter((column) => column.jsonPath !== '.metadata.creationTimestamp');
  const text = (name: string, type: string, priority: number, format = '') => ({
    name,
    type,
    format,
    description: '',
    priority,
  });
  const whole = query.get('includeObject') === 'Object';
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { resourceVersion },
    columnDefinitions: [
      text('Name', 'string', 0, 'name'),
      ...middle.map((column) => text(column.name, column.type, column.priority ?? 0)),
      text('Age', 'string', 0),
    ],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...middle.map((column) => cell(object, column.jsonPath)), ageOf(object, now)],
      object: whole
        ? object
        : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

/** The JSON paths of printer columns: fields, and one item of a list by the value of a field. */
function cell(object: KubeObject, path: string): unknown {
  const filter = /^\.(.+)\[\?\(@\.(\w+)\s*==\s*['"]([^'"]+)['"]\)\]\.(\w+)$/.exec(path);
  if (filter) {
    const list = valueAt(object, filter[1]!.split('.'));
    const item = Array.isArray(list) ? list.find((entry) => entry[filter[2]!] === filter[3]) : undefined;
    return item?.[filter[4]!] ?? '';
  }
  const value = valueAt(
    object,
    path
      .replaceAll(/\[(\d+)\]/g, '.$1')
      .split('.')
      .filter(Boolean),
  );
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : (value ?? '');
}

function ageOf(object: KubeObject, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(object.metadata.creationTimestamp ?? '')) / 1000));
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
