/** Helm's own record of a release (Secret `sh.helm.release.v1.NAME.vN`), so that helm and Flux see the same releases. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import type { ReconcileContext } from '../reconciler.js';

export interface ReleaseRecord {
  name: string;
  namespace: string;
  version: number;
  chart: { metadata: { name: string; version: string; appVersion?: string } };
  config: Record<string, unknown>;
  manifest: string;
  info: { status: string; first_deployed: string; last_deployed: string; description: string };
}

const PREFIX = 'sh.helm.release.v1';

/** The newest record of a release, by whoever made it. */
export function latestRecord(
  lab: Pick<ReconcileContext, 'store'>,
  namespace: string,
  name: string,
): ReleaseRecord | undefined {
  const versions = lab.store
    .list('v1/Secret', namespace)
    .filter((secret) => secret.type === 'helm.sh/release.v1' && secret.metadata.labels?.['name'] === name)
    .map((secret) => ({ secret, version: Number(secret.metadata.labels?.['version'] ?? 0) }))
    .sort((a, b) => b.version - a.version);
  const data = versions[0]?.secret.data?.release;
  if (!data) return undefined;
  const packed = Buffer.from(Buffer.from(data, 'base64').toString(), 'base64');
  return JSON.parse(gunzipSync(packed).toString()) as ReleaseRecord;
}

export const objectsOf = (record: ReleaseRecord): KubeObject[] =>
  (parseYamlStream(record.manifest) as KubeObject[])
    .filter((object) => object?.kind)
    .map((object) => ({
      ...object,
      metadata: { ...object.metadata, namespace: object.metadata.namespace ?? record.namespace },
    }));

/** Writes a record into the storage namespace and marks older ones superseded. */
export async function writeRecord(record: ReleaseRecord, namespace: string, lab: ReconcileContext): Promise<void> {
  const release = gzipSync(JSON.stringify(record)).toString('base64');
  for (const secret of lab.store.list('v1/Secret', namespace)) {
    const labels = secret.metadata.labels ?? {};
    if (secret.type !== 'helm.sh/release.v1' || labels['name'] !== record.name || labels['status'] !== 'deployed')
      continue;
    await lab.patch(secret, { metadata: { labels: { status: 'superseded' } } });
  }
  await lab.apply(
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: {
        name: `${PREFIX}.${record.name}.v${record.version}`,
        namespace,
        labels: {
          name: record.name,
          owner: 'helm',
          status: record.info.status,
          version: String(record.version),
          modifiedAt: String(Math.floor(lab.clock.now().getTime() / 1000)),
        },
      },
      data: { release: Buffer.from(release).toString('base64') },
    },
    'helm-controller',
  );
}

export async function deleteRecords(lab: ReconcileContext, namespace: string, name: string): Promise<void> {
  for (const secret of lab.store.list('v1/Secret', namespace))
    if (secret.type === 'helm.sh/release.v1' && secret.metadata.labels?.['name'] === name) await lab.remove(secret);
}
