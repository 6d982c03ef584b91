/** CloudNativePG: a Cluster becomes pods, Services and the application's Secret; Databases are applied on healthy Clusters. */
import { randomBytes } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { condition, conditions } from '../conditions.js';
import { ownedBy, type ReconcileContext, type Rule } from '../reconciler.js';
import { isReady, POD, podFrom, podsOf } from '../workloads/pods.js';
import { isRecovered, whyNotArchiving } from './cnpg-backups.js';

export const PG_CLUSTER = 'postgresql.cnpg.io/v1/Cluster';
const DATABASE = 'postgresql.cnpg.io/v1/Database';
const OPERATOR = /cloudnative-pg/;
const HEALTHY = 'Cluster in healthy state';

export const isHealthyCluster = (cluster: KubeObject | undefined): boolean => cluster?.status?.phase === HEALTHY;

/** Name of the Secret with the application user of a Cluster. */
export const appSecretOf = (cluster: KubeObject): string =>
  cluster.spec?.bootstrap?.initdb?.secret?.name ?? `${cluster.metadata.name}-app`;

const clusterOfPod = (pod: KubeObject): string[] => {
  const name = pod.metadata.labels?.['cnpg.io/cluster'];
  return name ? [`${pod.metadata.namespace}/${name}`] : [];
};

export const cnpg: Rule[] = [
  {
    name: 'cnpg Cluster',
    kind: PG_CLUSTER,
    operator: OPERATOR,
    also: { [POD]: clusterOfPod },
    async reconcile(cluster, lab) {
      if (cluster.metadata.deletionTimestamp) return;
      if (!(await isRecovered(cluster, lab))) {
        await lab.setStatus(cluster, { phase: 'Setting up primary', instances: cluster.spec.instances ?? 1 });
        return { againMs: 500 };
      }
      await secretOf(cluster, lab);
      for (const [role, selector] of [
        ['rw', 'primary'],
        ['ro', 'replica'],
        ['r', undefined],
      ] as const)
        await lab.apply(service(cluster, role, selector));
      const wanted: number = cluster.spec.instances ?? 1;
      const pods = podsOf(lab, cluster);
      for (let at = 1; at <= wanted; at += 1) {
        const name = `${cluster.metadata.name}-${at}`;
        if (pods.some((pod) => pod.metadata.name === name)) continue;
        await lab.apply(claim(cluster, name));
        await lab.create(
          podFrom(cluster, template(cluster), { name, labels: labels(cluster, at), claims: { pgdata: name } }),
        );
      }
      const ready = podsOf(lab, cluster).filter(isReady).length;
      const healthy = ready >= wanted;
      const notArchiving = healthy ? await whyNotArchiving(cluster, lab) : undefined;
      const archives = healthy && cluster.spec.backup?.barmanObjectStore !== undefined;
      await lab.setStatus(cluster, {
        phase: healthy ? HEALTHY : 'Setting up primary',
        instances: wanted,
        readyInstances: ready,
        currentPrimary: `${cluster.metadata.name}-1`,
        targetPrimary: `${cluster.metadata.name}-1`,
        conditions: conditions(cluster, lab.clock, [
          condition(
            'Ready',
            healthy,
            healthy ? 'ClusterIsReady' : 'ClusterIsNotReady',
            healthy ? 'Cluster is Ready' : 'Cluster Is Not Ready',
          ),
          ...(archives ? [archivingCondition(notArchiving)] : []),
        ]),
      });
      return notArchiving === undefined ? undefined : { againMs: 1000 };
    },
  },
  {
    name: 'cnpg Database',
    kind: DATABASE,
    operator: OPERATOR,
    also: {
      [PG_CLUSTER]: (cluster, lab) =>
        lab.store
          .list(DATABASE, cluster.metadata.namespace)
          .filter((database) => database.spec.cluster?.name === cluster.metadata.name)
          .map((database) => `${database.metadata.namespace}/${database.metadata.name}`),
    },
    async reconcile(database, lab) {
      const cluster = lab.store.get(PG_CLUSTER, database.metadata.namespace, database.spec.cluster?.name);
      const applied = isHealthyCluster(cluster);
      await lab.setStatus(database, {
        applied,
        observedGeneration: applied ? database.metadata.generation : null,
        message: applied ? null : `cluster ${database.spec.cluster?.name} is not healthy`,
      });
    },
  },
];

const archivingCondition = (why: string | undefined) =>
  why === undefined
    ? condition('ContinuousArchiving', true, 'ContinuousArchivingSuccess', 'Continuous archiving is working')
    : condition('ContinuousArchiving', false, 'ContinuousArchivingFailing', why);

const labels = (cluster: KubeObject, at: number): Record<string, string> => ({
  'cnpg.io/cluster': cluster.metadata.name,
  'cnpg.io/podRole': 'instance',
  'cnpg.io/instanceName': `${cluster.metadata.name}-${at}`,
  'cnpg.io/instanceRole': at === 1 ? 'primary' : 'replica',
  role: at === 1 ? 'primary' : 'replica',
});

/** DefaultImageName in pkg/versions/versions.go of cloudnative-pg v1.30.0. */
const defaultImage = 'ghcr.io/cloudnative-pg/postgresql:18.4-system-trixie';

const template = (cluster: KubeObject): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PodTemplate',
  metadata: { name: cluster.metadata.name },
  spec: {
    containers: [{ name: 'postgres', image: cluster.spec.imageName ?? defaultImage }],
    ...(cluster.spec.imagePullSecrets ? { imagePullSecrets: cluster.spec.imagePullSecrets } : {}),
    volumes: [{ name: 'pgdata' }],
  },
});

const claim = (cluster: KubeObject, name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: owned(cluster, name),
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: cluster.spec.storage?.size ?? '1Gi' } },
    ...(cluster.spec.storage?.storageClass ? { storageClassName: cluster.spec.storage.storageClass } : {}),
  },
});

const service = (cluster: KubeObject, role: string, instanceRole: string | undefined): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: owned(cluster, `${cluster.metadata.name}-${role}`),
  spec: {
    ports: [{ name: 'postgres', port: 5432, protocol: 'TCP', targetPort: 5432 }],
    selector: {
      'cnpg.io/cluster': cluster.metadata.name,
      ...(instanceRole ? { 'cnpg.io/instanceRole': instanceRole } : {}),
    },
  },
});

const owned = (cluster: KubeObject, name: string): KubeObject['metadata'] => ({
  name,
  namespace: cluster.metadata.namespace,
  labels: { 'cnpg.io/cluster': cluster.metadata.name },
  // biome-ignore lint/suspicious/noExplicitAny: the reference has more fields than the reader's type
  ownerReferences: [ownedBy(cluster) as any],
});

async function secretOf(cluster: KubeObject, lab: ReconcileContext): Promise<void> {
  const name = appSecretOf(cluster);
  if (cluster.spec.bootstrap?.initdb?.secret?.name) return;
  if (lab.store.get('v1/Secret', cluster.metadata.namespace, name)) return;
  const { database = 'app', owner = database } =
    cluster.spec.bootstrap?.initdb ?? cluster.spec.bootstrap?.recovery ?? {};
  const password = randomBytes(24).toString('base64url');
  const host = `${cluster.metadata.name}-rw`;
  const fqdn = `${host}.${cluster.metadata.namespace}.svc.cluster.local`;
  const uri = (where: string) => `postgresql://${owner}:${password}@${where}:5432/${database}`;
  await lab.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/basic-auth',
    metadata: owned(cluster, name),
    stringData: {
      username: owner,
      user: owner,
      password,
      host,
      port: '5432',
      dbname: database,
      pgpass: `${host}:5432:${database}:${owner}:${password}\n`,
      uri: uri(`${host}.${cluster.metadata.namespace}`),
      'fqdn-uri': uri(fqdn),
      'jdbc-uri': `jdbc:postgresql://${host}.${cluster.metadata.namespace}:5432/${database}?password=${password}&user=${owner}`,
      'fqdn-jdbc-uri': `jdbc:postgresql://${fqdn}:5432/${database}?password=${password}&user=${owner}`,
    },
  });
}
