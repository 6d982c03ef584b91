/**
 * What Velero's chart 12.1.0 makes of our values: arguments of its server and the objects beside it (vmware-tanzu/helm-charts,
 * charts/velero/templates: deployment, backupstoragelocation, schedule, repo-maintenance-configmap, serviceaccount-server, role, clusterrolebinding).
 */
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';

export interface VeleroValues {
  credentials: { existingSecret: string };
  configuration: {
    uploaderType: string;
    defaultVolumesToFsBackup: boolean;
    backupStorageLocation: {
      name: string;
      provider: string;
      default: boolean;
      bucket: string;
      accessMode: string;
      credential: { name: string; key: string };
      config: Record<string, string>;
    }[];
  };
  schedules: Record<string, { schedule: string; template: Record<string, unknown> }>;
}

/** Namespace and name of the release. */
export const release = 'velero';
export const account = 'velero-server';
const maintenance = 'velero-repo-maintenance';
const api = 'velero.io/v1';
const metadata = (name: string) => ({ name, namespace: release });

export const serverArguments = ({ configuration }: VeleroValues): string[] => [
  'server',
  `--uploader-type=${configuration.uploaderType}`,
  ...(configuration.defaultVolumesToFsBackup ? ['--default-volumes-to-fs-backup'] : []),
  `--repo-maintenance-job-configmap=${maintenance}`,
];

export const locations = ({ configuration }: VeleroValues): KubeObject[] =>
  configuration.backupStorageLocation.map(({ name, bucket, ...spec }) => ({
    apiVersion: api,
    kind: 'BackupStorageLocation',
    metadata: metadata(name),
    spec: { ...spec, objectStorage: { bucket } },
  }));

export const schedules = (values: VeleroValues): KubeObject[] =>
  Object.entries(values.schedules).map(([name, spec]) => ({
    apiVersion: api,
    kind: 'Schedule',
    metadata: metadata(`${release}-${name}`),
    spec,
  }));

const rbac = 'rbac.authorization.k8s.io';
const subjects = [{ kind: 'ServiceAccount', namespace: release, name: account }];
const roleRef = (kind: string, name: string) => ({ kind, name, apiGroup: rbac });

/** What the program runs as, and what it reads. */
export const objectsBeside: KubeObject[] = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(account) },
  {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: account },
    subjects,
    roleRef: roleRef('ClusterRole', 'cluster-admin'),
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadata(maintenance),
    data: { global: JSON.stringify({ keepLatestMaintenanceJobs: 3 }) },
  },
];
