/** The probe of #384: a claim, a Pod that holds its volume while Velero reads it, and Jobs that write and read a file there. */

import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { probeImages } from '../../probes/probe-images.js';
import type { ProbeJob } from '../../probes/probe-job.js';

export const probed = 'catalyst-probes-backup';
export const velero = 'velero';
export const veleroApi = 'velero.io/v1';

const image = probeImages.shell;
const claimName = 'probe-backup';
const volume = { persistentVolumeClaim: { claimName } };

export const claim: KubeObject = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { name: claimName, namespace: probed },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '8Mi' } } },
};

/** Velero backs up the volumes of running Pods only. */
export const holder: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'probe-backup', namespace: probed },
  spec: {
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    volumes: [{ name: 'data', ...volume }],
    containers: [
      {
        name: 'holder',
        image,
        command: ['sleep', '86400'],
        resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { memory: '64Mi' } },
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      },
    ],
  },
};

const file = (name: string, script: string, env: Record<string, string> = {}): ProbeJob => ({
  name,
  namespace: probed,
  image,
  env,
  volumes: [{ volume, mountPath: '/data' }],
  script,
});

export const writeFile = (value: string): ProbeJob =>
  file(
    'backup-write',
    `printf %s "$VALUE" > /data/value && printf '{"written":"%s"}' "$VALUE" > /dev/termination-log`,
    {
      VALUE: value,
    },
  );

export const readFile = file(
  'backup-read',
  `printf '{"value":"%s"}' "$(cat /data/value 2>/dev/null)" > /dev/termination-log`,
);

export const backup = (name: string): KubeObject => ({
  apiVersion: veleroApi,
  kind: 'Backup',
  metadata: { name, namespace: velero },
  spec: { includedNamespaces: [probed], storageLocation: 'default', ttl: '1h0m0s', snapshotVolumes: false },
});

export const restore = (name: string): KubeObject => ({
  apiVersion: veleroApi,
  kind: 'Restore',
  metadata: { name, namespace: velero },
  spec: { backupName: name, includedNamespaces: [probed] },
});

export const removal = (name: string): KubeObject => ({
  apiVersion: veleroApi,
  kind: 'DeleteBackupRequest',
  metadata: { name, namespace: velero },
  spec: { backupName: name },
});
