/** bp-cnpg: a row written to a Cluster is in another one that was restored from its backup in Object Storage. */

import { randomBytes } from 'node:crypto';
import type { Mutation } from '../../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { readinessOf } from '../../../kubernetes/readiness.js';
import { bucketName, objectStorageEndpoint } from '../../../sovereign/object-storage.js';
import type { Act } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import { probeImages } from '../../probes/probe-images.js';
import { type ProbeJob, probeJobMutations, runProbe } from '../../probes/probe-job.js';
import { probeKeys } from '../../probes/probe-keys.js';
import {
  probeMutations,
  probeNamespace,
  probeNamespaceObject,
  removeLeftovers,
  withProbes,
} from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';

const waitMs = 600_000;
const [name, restoredName] = ['probe-pg', 'probe-pg-restored'];
const keysName = 'probe-pg-object-storage';
/** What the names of the archives begin with; a run's id follows. */
const archives = 'probe-';

/** As the Clusters of the tree say it, in an archive of this run. */
function archiveOf(world: World) {
  const { spec } = world.sovereign;
  const key = (field: string) => ({ name: keysName, key: field });
  return {
    destinationPath: `s3://${bucketName(spec, 'postgres')}/`,
    endpointURL: objectStorageEndpoint(spec),
    serverName: `${archives}${world.runId.toLowerCase()}`,
    s3Credentials: {
      accessKeyId: key('ACCESS_KEY_ID'),
      secretAccessKey: key('ACCESS_SECRET_KEY'),
      region: key('REGION'),
    },
    data: { immediateCheckpoint: true },
  };
}

const object = (kind: string, at: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'postgresql.cnpg.io/v1',
  kind,
  metadata: { name: at, namespace: probeNamespace },
  spec,
});

function objectsOf(world: World, keys: Record<string, string>) {
  const size = {
    instances: 1,
    imageName: probeImages.postgres,
    storage: { size: '1Gi' },
    resources: { requests: { cpu: '50m', memory: '128Mi' } },
    env: ['AWS_REQUEST_CHECKSUM_CALCULATION', 'AWS_RESPONSE_CHECKSUM_VALIDATION'].map((variable) => ({
      name: variable,
      value: 'when_required',
    })),
  };
  const owned = { database: 'app', owner: 'app' };
  const barmanObjectStore = archiveOf(world);
  const secret: KubeObject = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: keysName, namespace: probeNamespace },
    type: 'Opaque',
    stringData: keys,
  };
  return {
    cluster: [
      probeNamespaceObject(),
      secret,
      object('Cluster', name, { ...size, bootstrap: { initdb: owned }, backup: { barmanObjectStore } }),
    ],
    backup: [object('Backup', name, { method: 'barmanObjectStore', cluster: { name } })],
    restored: [
      object('Cluster', restoredName, {
        ...size,
        bootstrap: { recovery: { source: name, ...owned } },
        externalClusters: [{ name, barmanObjectStore }],
      }),
    ],
  };
}

const job = (verb: 'write' | 'read', cluster: string, value: string): ProbeJob => ({
  name: `pg-${verb}`,
  image: probeImages.postgres,
  env: { VALUE: value },
  secretEnv: { DATABASE_URL: { secret: `${cluster}-app`, key: 'uri' } },
  script:
    verb === 'write'
      ? `echo "create table probe (value text); insert into probe values (:'value')" | psql "$DATABASE_URL" -q -v ON_ERROR_STOP=1 -v value="$VALUE" -f - && printf '{}' > /dev/termination-log`
      : `value=$(psql "$DATABASE_URL" -Atc 'select value from probe') && printf '{"value":"%s"}' "$value" > /dev/termination-log`,
});

export const postgresRestores: ProofOf = (world) => {
  const bucket = bucketName(world.sovereign.spec, 'postgres');
  const removeArchive: Mutation = {
    target: { system: 's3', kind: 'Object', name: `${bucket}/probe` },
    sentence: `delete the archive of the probe Cluster in bucket ${bucket}`,
  };
  const planned = objectsOf(world, {});
  return {
    plan: () => [
      ...probeMutations(planned.cluster),
      ...probeJobMutations(job('write', name, '')),
      ...probeMutations(planned.backup),
      ...probeMutations(planned.restored),
      ...probeJobMutations(job('read', restoredName, '')),
      removeArchive,
    ],
    async take(context) {
      const kube = await world.kube();
      const objects = objectsOf(world, {
        ACCESS_KEY_ID: await world.credentials.get('s3-access-key'),
        ACCESS_SECRET_KEY: await world.credentials.get('s3-secret-key'),
        REGION: world.sovereign.spec.objectStorage.location,
      });
      const value = randomBytes(8).toString('hex');
      // the restored Cluster of a killed proof still has the row of that run
      await removeLeftovers(kube, context, [...objects.cluster, ...objects.backup, ...objects.restored]);
      // …and its archive is in the bucket for as long as nobody removes it
      await clear(world, context.act, removeArchive, bucket);
      try {
        await withProbes(kube, context, objects.cluster, async () => {
          await ready(kube, objects.cluster.at(-1)!);
          await runProbe(kube, context, job('write', name, value));
          await withProbes(kube, context, objects.backup, async () => {
            await backedUp(kube, objects.backup[0]!);
            await withProbes(kube, context, objects.restored, async () => {
              await ready(kube, objects.restored[0]!);
              const found = await runProbe<{ value: string }>(kube, context, job('read', restoredName, ''));
              if (found.value !== value)
                throw disproved('bp-cnpg', `the row ${value} in the restored Cluster`, found.value || 'no row');
            });
          });
        });
      } finally {
        await clear(world, context.undo.act, removeArchive, bucket);
      }
      return { summary: `a row came back from a backup in ${bucket}, in a Cluster of its own`, facts: { bucket } };
    },
  };
};

const ready = (kube: Kube, cluster: KubeObject) =>
  kube.waitFor<true>(refOfObject(cluster), {
    reason: `Cluster ${probeNamespace}/${cluster.metadata.name} healthy`,
    timeoutMs: waitMs,
    look: (seen) => {
      const state = seen ? readinessOf(seen) : { pending: 'not there yet' };
      if ('failed' in state) throw disproved('bp-cnpg', 'a healthy Cluster', state.failed);
      return 'ready' in state ? { done: true } : state;
    },
  });

const backedUp = (kube: Kube, backup: KubeObject) =>
  kube.waitFor<true>(refOfObject(backup), {
    reason: `Backup ${probeNamespace}/${backup.metadata.name} completed`,
    timeoutMs: waitMs,
    look: (seen) => {
      const { phase = 'not observed yet', error } = seen?.status ?? {};
      if (phase === 'failed') throw disproved('bp-cnpg', 'a completed backup', String(error ?? phase));
      return phase === 'completed' ? { done: true } : { pending: `Backup ${backup.metadata.name} is ${phase}` };
    },
  });

/** Archives of every run's probe. What was in them stays as replaced versions until the lifecycle of the bucket removes these. */
async function clear(world: World, act: Act, mutation: Mutation, bucket: string): Promise<void> {
  const store = await world.objectStore();
  const keys = await probeKeys(store, bucket, archives);
  if (keys.length === 0) return;
  await act(mutation, async (writers) => {
    const writer = await writers.objectStore();
    for (const key of keys) await writer.delete(bucket, key);
  });
}
