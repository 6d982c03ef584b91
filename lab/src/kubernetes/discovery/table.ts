/** metav1.Table, which `kubectl get` asks for: name, the columns of a CRD, a few of built-in kinds, age. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { LabRequest } from '../../requests/http-server.js';
import type { Kind, PrinterColumn } from '../kinds/kinds.js';
import { valueAt } from '../objects/selectors.js';

type BuiltInColumn = [name: string, read: (object: KubeObject) => unknown];

const status = (object: KubeObject) => object.status ?? {};
const readyOf = (object: KubeObject) => `${status(object).readyReplicas ?? 0}/${object.spec?.replicas ?? 0}`;

/** As far as they help a person who looks. */
const builtIn: Record<string, readonly BuiltInColumn[]> = {
  Namespace: [['Status', (object) => status(object).phase]],
  Node: [
    ['Status', nodeStatus],
    ['Version', (object) => status(object).nodeInfo?.kubeletVersion],
  ],
  Pod: [
    ['Ready', podReady],
    ['Status', (object) => (object.metadata.deletionTimestamp ? 'Terminating' : status(object).phase)],
    ['Restarts', podRestarts],
  ],
  PersistentVolumeClaim: [
    ['Status', (object) => status(object).phase],
    ['Volume', (object) => object.spec?.volumeName],
    ['StorageClass', (object) => object.spec?.storageClassName],
  ],
  Service: [
    ['Type', (object) => object.spec?.type],
    ['Cluster-IP', (object) => object.spec?.clusterIP],
    ['Port(s)', servicePorts],
  ],
  Deployment: [
    ['Ready', readyOf],
    ['Up-to-date', (object) => status(object).updatedReplicas ?? 0],
    ['Available', (object) => status(object).availableReplicas ?? 0],
  ],
  StatefulSet: [['Ready', readyOf]],
  DaemonSet: [
    ['Desired', (object) => status(object).desiredNumberScheduled ?? 0],
    ['Ready', (object) => status(object).numberReady ?? 0],
  ],
  Job: [['Completions', (object) => `${status(object).succeeded ?? 0}/${object.spec?.completions ?? 1}`]],
  Secret: [
    ['Type', (object) => object.type],
    ['Data', (object) => Object.keys(object.data ?? {}).length],
  ],
  ConfigMap: [['Data', (object) => Object.keys(object.data ?? {}).length]],
};

interface ContainerStatus {
  ready?: boolean;
  restartCount?: number;
}

const containersOf = (object: KubeObject) => (status(object).containerStatuses ?? []) as ContainerStatus[];

function podReady(object: KubeObject): string {
  return `${containersOf(object).filter((one) => one.ready).length}/${(object.spec?.containers ?? []).length}`;
}

function podRestarts(object: KubeObject): number {
  return containersOf(object).reduce((sum, one) => sum + (one.restartCount ?? 0), 0);
}

function nodeStatus(object: KubeObject): string {
  const conditions = (status(object).conditions ?? []) as { type: string; status: string }[];
  return conditions.some((one) => one.type === 'Ready' && one.status === 'True') ? 'Ready' : 'NotReady';
}

function servicePorts(object: KubeObject): string {
  const ports = (object.spec?.ports ?? []) as { port: number; nodePort?: number; protocol: string }[];
  return ports.map((one) => `${one.port}${one.nodePort ? `:${one.nodePort}` : ''}/${one.protocol}`).join(',');
}

const age: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

function columnsOf(kind: Kind, now: Date): { column: PrinterColumn; read: (object: KubeObject) => unknown }[] {
  const readAge = {
    column: { ...age, type: 'string' },
    read: (object: KubeObject) => ageOf(object.metadata.creationTimestamp, now),
  };
  if (!kind.schema) {
    const middle = (builtIn[kind.kind] ?? []).map(([name, read]) => ({
      column: { name, type: 'string', jsonPath: '' },
      read: (object: KubeObject) => read(object) ?? '',
    }));
    return [...middle, readAge];
  }
  // A kind that names columns has those and no other.
  const own = kind.columns?.length ? kind.columns : [age];
  return own.map((column) => ({
    column,
    read: (object) => {
      const value = cell(object, column.jsonPath);
      return column.type === 'date' && value ? ageOf(String(value), now) : value;
    },
  }));
}

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
  const middle = columnsOf(kind, now);
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
      ...middle.map(({ column }) => text(column.name, column.type, column.priority ?? 0)),
    ],
    rows: objects.map((object) => ({
      cells: [object.metadata.name, ...middle.map(({ read }) => read(object))],
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

function ageOf(since: string | undefined, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - Date.parse(since ?? '')) / 1000));
  if (Number.isNaN(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
