/**
 * Object Storage as a component uses it: with the keys that its Pods were started with, or that its own Secret holds where it
 * is mounted, in the bucket that its configuration names.
 */
import type { S3Client } from '@aws-sdk/client-s3';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { isLive, POD } from '../controllers/workloads/pods.js';
import type { ObjectStorage } from '../controllers/world.js';
import { ownAppId } from '../requests/request-log.js';
import type { Blobs } from '../servers/registry/storage.js';

export interface Bucket extends Blobs {
  name: string;
  /** Of the pair that opens it. */
  accessKey: string;
}

const decoded = (secret: KubeObject): Record<string, string> =>
  Object.fromEntries(
    Object.entries((secret.data ?? {}) as Record<string, string>).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString(),
    ]),
  );

const PAIRS: [access: string, secret: string][] = [
  ['REGISTRY_STORAGE_S3_ACCESSKEY', 'REGISTRY_STORAGE_S3_SECRETKEY'],
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
  ['s3-access-key', 's3-secret-key'],
  ['S3_ACCESS_KEY', 'S3_SECRET_KEY'],
];

type Pair = { accessKey: string; secretKey: string };

function pairIn(data: Readonly<Record<string, string>>): Pair | undefined {
  for (const [access, hidden] of PAIRS)
    if (data[access] && data[hidden]) return { accessKey: data[access], secretKey: data[hidden] };
  return undefined;
}

/** A namespace's keys: in the environment of its newest Pod that has any, else in some Secret, in whichever format its consumer wants. */
export function keysIn(lab: Pick<ReconcileContext, 'store' | 'environments'>, namespace: string): Pair | undefined {
  const pods = lab.store.list(POD, namespace).filter(isLive);
  const newestFirst = pods.sort((a, b) => startOf(b).localeCompare(startOf(a)));
  for (const { metadata } of newestFirst) {
    const started = pairIn(lab.environments.get(`${metadata.uid}`) ?? {});
    if (started) return started;
  }
  for (const secret of lab.store.list('v1/Secret', namespace)) {
    const data = decoded(secret);
    const pair = pairIn(data);
    if (pair) return pair;
    const ini = Object.values(data).find((text) => /aws_access_key_id\s*=/.test(text)) ?? '';
    const accessKey = /aws_access_key_id\s*=\s*(\S+)/.exec(ini)?.[1];
    const secretKey = /aws_secret_access_key\s*=\s*(\S+)/.exec(ini)?.[1];
    if (accessKey && secretKey) return { accessKey, secretKey };
  }
  return undefined;
}

const startOf = (pod: KubeObject): string => pod.metadata.creationTimestamp ?? '';

/** All that configures what runs in a namespace: ConfigMaps, values of its HelmReleases, Secrets that are configuration. */
export function configurationOf(lab: Pick<ReconcileContext, 'store'>, namespace: string): string {
  const maps = lab.store
    .list('v1/ConfigMap', namespace)
    .flatMap((map) => Object.values((map.data ?? {}) as Record<string, string>));
  const releases = lab.store
    .list('helm.toolkit.fluxcd.io/v2/HelmRelease')
    .filter((release) => (release.spec.targetNamespace ?? release.metadata.namespace) === namespace)
    // lines of a text within the values are lines here too: patterns look for words at their beginning
    .map((release) => JSON.stringify(release.spec.values ?? {}).replaceAll('\\n', '\n'));
  const secrets = lab.store
    .list('v1/Secret', namespace)
    .filter((secret) => secret.type !== 'helm.sh/release.v1')
    .flatMap((secret) => Object.values(decoded(secret)));
  const pods = lab.store.list('v1/Pod', namespace).map((pod) => JSON.stringify(pod.spec.containers ?? []));
  return [...maps, ...releases, ...secrets, ...pods].join('\n');
}

/** The bucket of a consumer (`<prefix>-openbao`) that a configuration names under some key `bucket…`, else anywhere. */
export function bucketNamed(configuration: string, consumer: string): string | undefined {
  const keyed = new RegExp(
    `bucket\\w*\\\\*["']?\\s*[:=]\\s*\\\\*["']?([a-z0-9][a-z0-9.-]*-${consumer})(?![a-z0-9.-])`,
    'i',
  );
  const anywhere = new RegExp(`(?<![a-z0-9.-])([a-z0-9][a-z0-9.-]*-${consumer})(?![a-z0-9.-])`);
  return (keyed.exec(configuration) ?? anywhere.exec(configuration))?.[1];
}

async function clientOf(
  storage: ObjectStorage,
): Promise<{ client: S3Client; sdk: typeof import('@aws-sdk/client-s3') }> {
  const sdk = await import('@aws-sdk/client-s3');
  const client = new sdk.S3Client({
    endpoint: storage.endpoint,
    region: storage.region,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 2,
    userAgentAppId: ownAppId,
    credentials: { accessKeyId: storage.accessKey, secretAccessKey: storage.secretKey },
  });
  return { client, sdk };
}

/** @throws what S3 answers: wrong keys and missing buckets show as such */
export async function openBucket(storage: ObjectStorage, name: string, prefix = ''): Promise<Bucket> {
  const { client, sdk } = await clientOf(storage);
  const at = (key: string) => ({ Bucket: name, Key: `${prefix}${key}` });
  return {
    name,
    accessKey: storage.accessKey,
    async get(key) {
      try {
        const { Body } = await client.send(new sdk.GetObjectCommand(at(key)));
        return Body ? Buffer.from(await Body.transformToByteArray()) : undefined;
      } catch (error) {
        if (error instanceof sdk.NoSuchKey || (error as { name?: string }).name === 'NotFound') return undefined;
        throw error;
      }
    },
    async put(key, body) {
      await client.send(new sdk.PutObjectCommand({ ...at(key), Body: body }));
    },
    async remove(key) {
      await client.send(new sdk.DeleteObjectCommand(at(key)));
    },
    async list(start) {
      const keys: string[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new sdk.ListObjectsV2Command({ Bucket: name, Prefix: `${prefix}${start}`, ContinuationToken: token }),
        );
        keys.push(...(page.Contents ?? []).map((entry) => entry.Key!.slice(prefix.length)));
        token = page.NextContinuationToken;
      } while (token);
      return keys;
    },
  };
}

/** The bucket of a consumer in a namespace, with that namespace's own keys; an Error in words when something lacks. */
export async function bucketOf(
  lab: ReconcileContext,
  namespace: string,
  consumer: string,
  prefix = '',
): Promise<Bucket> {
  const storage = lab.world.objectStorage;
  const keys = keysIn(lab, namespace);
  const name = bucketNamed(configurationOf(lab, namespace), consumer);
  if (!storage) throw new Error('there is no Object Storage in this lab');
  if (!keys) throw new Error(`no Secret in ${namespace} holds Object Storage keys`);
  if (!name) throw new Error(`nothing in ${namespace} names a bucket for ${consumer}`);
  return openBucket({ ...storage, ...keys }, name, prefix);
}
