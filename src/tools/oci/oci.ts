/** An image of one layer that a proof pushes, and pulls back by digest. */
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { sha256 } from '../../support/hash.js';
import { collect } from '../http/bounded.js';
import type { Http, HttpAnswer, HttpChange, HttpRequest, HttpWriter } from '../http/http.js';
import type { HttpStream } from '../http/http-stream.js';
import { digestSchema, type RegistryAccess, registryClient } from './registry-client.js';

export interface OciRegistry {
  /** `https://harbor.omantel.omani.works` */
  origin: string;
  username: string;
  password: string;
  /** What to type when it refuses the login. */
  loginRemedy?: string;
}

export interface PushedImage {
  repository: string;
  digest: string;
  layer: string;
}

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const digestOf = (data: Buffer) => `sha256:${sha256(data)}`;

export function readOci(http: Http, registry: OciRegistry) {
  return {
    /** Pulls manifest and layer by digest; the digests are computed from what came. */
    async pull({ repository, digest, layer }: PushedImage): Promise<{ manifest: string; layer: string }> {
      const client = clientFor(http, registry, repository);
      const manifest = await client.manifest(digest);
      const blob = await collect(await client.blob({ digest: layer }));
      return { manifest: manifest.digest, layer: digestOf(blob) };
    },
  };
}

/** Status that a registry answers when asked for a manifest; 401 and 403: not with this login. Throws E3002 when nothing answers. */
export function headImage(
  http: Http,
  access: RegistryAccess & { repository: string },
  { reference, timeoutMs }: { reference: string; timeoutMs: number },
): Promise<number> {
  const bounded: Http = (request) => http({ ...request, timeoutMs });
  return registryClient(overHttp(bounded as SendText), access).head(reference);
}

/** Digests of the chart that a registry has under a tag: of its manifest, and of the archive. Throws E3205 when it has none. */
export async function chartDigests(
  http: Http,
  access: RegistryAccess & { repository: string },
  { reference, timeoutMs }: { reference: string; timeoutMs: number },
): Promise<{ manifest: string; archive: string | undefined }> {
  const bounded: Http = (request) => http({ ...request, timeoutMs });
  const { bytes, digest } = await registryClient(overHttp(bounded as SendText), access).manifest(reference);
  const { layers } = chartManifest.parse(JSON.parse(bytes.toString('utf8')));
  const archive = layers.find(({ mediaType }) => mediaType.includes('helm.chart.content')) ?? layers[0];
  return { manifest: digest, archive: archive?.digest };
}

const chartManifest = z.object({ layers: z.array(z.object({ mediaType: z.string(), digest: digestSchema })) });

export function writeOci(http: HttpWriter, registry: OciRegistry) {
  return {
    /** Pushes fresh random bytes as an image, so that nothing of it can have been there before. */
    async push(repository: string, tag: string): Promise<PushedImage> {
      const client = clientFor(http, registry, repository);
      const keep = async (data: Buffer) => {
        const blob = { digest: digestOf(data), size: data.length };
        await client.put(blob, data);
        return blob;
      };
      const image = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } };
      const config = await keep(Buffer.from(JSON.stringify(image)));
      // letters, so that what comes back as text has the bytes that were sent
      const layer = await keep(Buffer.from(randomBytes(512).toString('hex')));
      const manifest = Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: manifestType,
          config: { mediaType: 'application/vnd.oci.image.config.v1+json', ...config },
          layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', ...layer }],
        }),
      );
      await client.putManifest(tag, manifest, manifestType);
      return { repository, digest: digestOf(manifest), layer: layer.digest };
    },
    remove: ({ repository, digest }: PushedImage) => clientFor(http, registry, repository).removeManifest(digest),
  };
}

/** One repository of the registry; a reader's Http refuses what writes. */
export function clientFor(
  http: Http | HttpWriter,
  { username, password, ...registry }: OciRegistry,
  repository: string,
) {
  return registryClient(overHttp(http as SendText), { ...registry, repository, login: `${username}:${password}` });
}

type SendText = (request: HttpRequest | HttpChange) => Promise<HttpAnswer>;

/** The client for small things goes where the gate lets it: a reader's Http refuses what writes. */
function overHttp(http: SendText): HttpStream {
  return async ({ url, method = 'GET', headers, body }) => {
    const whole = body === undefined || Buffer.isBuffer(body) ? body : await collect(body.stream);
    const { text, ...answer } = await http({ url, method, headers, ...(whole ? { body: whole } : {}) });
    return { ...answer, body: Readable.from([Buffer.from(text)]) };
  };
}
