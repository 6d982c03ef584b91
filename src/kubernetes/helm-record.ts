/** Helm's own records of releases (Secrets `sh.helm.release.v1.NAME.vN`): what was installed on a cluster, and what its charts rendered. */
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { parseYamlStream } from '../support/yaml/read-yaml.js';
import type { Kube, KubeObject } from './client/kube.js';

export interface InstalledRelease {
  /** Namespace that has the record. */
  namespace: string;
  name: string;
  revision: number;
  /** `deployed`, `failed`, `pending-upgrade` … */
  status: string;
  chart: string;
  version: string;
  /** What the chart rendered, without hooks; namespaced objects have their namespace. */
  objects: KubeObject[];
}

const recordSchema = z.object({
  name: z.string(),
  namespace: z.string(),
  version: z.number(),
  info: z.object({ status: z.string() }),
  chart: z.object({ metadata: z.object({ name: z.string(), version: z.string() }) }),
  manifest: z.string(),
});

/** More than any record: etcd takes objects of 1.5 MB, which hold text packed some ten times. */
const largestRecord = 64 * 1024 * 1024;

/** The newest revision of every release in every namespace. Throws when a record cannot be read: it may be of anything. */
export async function installedReleases(kube: Pick<Kube, 'list'>): Promise<InstalledRelease[]> {
  const secrets = await kube.list({ apiVersion: 'v1', kind: 'Secret', labelSelector: 'owner=helm' });
  const newest = new Map<string, KubeObject>();
  for (const secret of secrets) {
    const key = `${secret.metadata.namespace}/${secret.metadata.labels?.['name']}`;
    if (revisionOf(secret) > revisionOf(newest.get(key))) newest.set(key, secret);
  }
  return [...newest.values()].map(read);
}

const revisionOf = (secret: KubeObject | undefined) => Number(secret?.metadata.labels?.['version'] ?? 0);

function read({ metadata, data }: KubeObject): InstalledRelease {
  const packed = Buffer.from(Buffer.from(String(data?.release), 'base64').toString('latin1'), 'base64');
  const text = gunzipSync(packed, { maxOutputLength: largestRecord }).toString('utf8');
  const { name, namespace, version, info, chart, manifest } = recordSchema.parse(JSON.parse(text));
  return {
    namespace: metadata.namespace ?? namespace,
    name,
    revision: version,
    status: info.status,
    chart: chart.metadata.name,
    version: chart.metadata.version,
    objects: (parseYamlStream(manifest) as (KubeObject | null)[])
      .filter((object) => object?.kind !== undefined)
      .map((object) => ({ ...object!, metadata: { namespace, ...object!.metadata } })),
  };
}
