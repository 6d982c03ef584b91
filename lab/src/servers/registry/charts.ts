/** Puts chart archives into a registry as helm does when it pushes. */
import { sha256 } from 'catalyst/support/hash.js';
import type { RegistryStorage } from './storage.js';

export interface ChartArchive {
  name: string;
  version: string;
  tgz: Buffer;
}

const describe = (mediaType: string, body: Buffer) => ({
  mediaType,
  digest: `sha256:${sha256(body)}`,
  size: body.length,
});

/** Stores the chart as `<folder>/<name>:<version>`; the digest of its manifest. */
export async function pushChart(
  storage: Pick<RegistryStorage, 'putBlob' | 'putManifest'>,
  folder: string,
  chart: ChartArchive,
): Promise<string> {
  const repository = `${folder}/${chart.name}`;
  const config = Buffer.from(JSON.stringify({ apiVersion: 'v2', name: chart.name, version: chart.version }));
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: describe('application/vnd.cncf.helm.config.v1+json', config),
      layers: [describe('application/vnd.cncf.helm.chart.content.v1.tar+gzip', chart.tgz)],
      annotations: { 'org.opencontainers.image.title': chart.name, 'org.opencontainers.image.version': chart.version },
    }),
  );
  await storage.putBlob(repository, describe('', config).digest, config);
  await storage.putBlob(repository, describe('', chart.tgz).digest, chart.tgz);
  // a tag cannot hold "+": helm writes "_" for it
  const { digest } = describe('', manifest);
  await storage.putManifest(repository, chart.version.replaceAll('+', '_'), digest, manifest);
  return digest;
}
