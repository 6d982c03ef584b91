/** What Helm says that it wrote: each release keeps its rendered manifest in a Secret of its namespace. */
import { gunzipSync } from 'node:zlib';
import type { Kube, KubeObject } from '../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../src/support/yaml/read-yaml.js';

export interface ReleasedObjects {
  /** Of its templates and hooks. */
  rendered: readonly KubeObject[];
  /** Of its chart's folder crds, which Helm creates where they are not there yet. */
  crds: readonly KubeObject[];
}

interface Release {
  manifest: string;
  hooks?: { manifest: string }[];
  chart?: { files?: { name: string; data: string }[] };
}

const isObject = (value: unknown): value is KubeObject =>
  typeof (value as KubeObject | null)?.metadata?.name === 'string';
const objectsIn = (text: string) => parseYamlStream(text).filter(isObject);
const decoded = (text: string) => Buffer.from(text, 'base64');

/** By `namespace/name` of the release; as it was installed, whatever upgraded it since. */
export async function releasesOn(kube: Pick<Kube, 'list'>): Promise<Map<string, ReleasedObjects>> {
  const secrets = await kube.list({ apiVersion: 'v1', kind: 'Secret', labelSelector: 'owner=helm' });
  const releases = secrets.filter(({ metadata }) => metadata.labels?.version === '1');
  return new Map(
    releases.map(({ metadata, data }) => {
      const text = gunzipSync(decoded(decoded(data.release).toString())).toString();
      const { manifest, hooks = [], chart } = JSON.parse(text) as Release;
      const crds = (chart?.files ?? []).filter(({ name }) => name.startsWith('crds/'));
      return [
        `${metadata.namespace}/${metadata.labels?.name}`,
        {
          rendered: [manifest, ...hooks.map((hook) => hook.manifest)].flatMap(objectsIn),
          crds: crds.flatMap(({ data }) => objectsIn(decoded(data).toString())),
        },
      ];
    }),
  );
}
