/** Every tagged image of a registry, by the OCI distribution API: what was pushed into it. */
import pLimit from 'p-limit';
import { z } from 'zod';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import type { Http } from '../http/http.js';
import { clientFor, type OciRegistry } from './oci.js';
import { digestSchema } from './registry-client.js';

export interface ListedImage {
  /** `library/probe:1` */
  name: string;
  /** Of its manifest. */
  digest: string;
  /** Of the manifest, its configuration and its layers, and of what an index names. */
  blobs: string[];
}

const catalogSchema = z.object({ repositories: z.array(z.string()).nullable() });
const part = z.object({ digest: digestSchema });
const manifestSchema = z.object({
  config: part.optional(),
  layers: z.array(part).optional(),
  manifests: z.array(part).optional(),
});

const pageSize = 1000;
const timeoutMs = 15_000;
/** Repositories asked at a time. */
const atATime = 8;

/** Throws E3205 when the registry does not list them for this login. */
export async function everyImage(http: Http, registry: OciRegistry): Promise<ListedImage[]> {
  const bounded: Http = (request) => http({ ...request, timeoutMs });
  const limit = pLimit(atATime);
  const repositories = await everyRepository(bounded, registry);
  return (await Promise.all(repositories.map((one) => limit(() => imagesOf(bounded, registry, one))))).flat();
}

async function everyRepository(http: Http, registry: OciRegistry): Promise<string[]> {
  const { origin, username, password, loginRemedy } = registry;
  const headers = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
  const found = new Set<string>();
  for (let last: string | undefined; ; ) {
    const after = last === undefined ? '' : `&last=${encodeURIComponent(last)}`;
    const { status, text } = await http({ url: `${origin}/v2/_catalog?n=${pageSize}${after}`, headers });
    if (status !== 200)
      throw fail('E3205', `${origin} answered ${status} when asked to list its repositories.`, {
        actions: loginRemedy ? [loginRemedy] : [],
        data: { status, origin },
      });
    const page = catalogSchema.parse(JSON.parse(text)).repositories ?? [];
    const known = found.size;
    for (const one of page) found.add(one);
    last = page.at(-1);
    if (page.length < pageSize || found.size === known) return [...found];
  }
}

async function imagesOf(http: Http, registry: OciRegistry, repository: string): Promise<ListedImage[]> {
  const client = clientFor(http, registry, repository);
  const found: ListedImage[] = [];
  for (const tag of await client.tags()) {
    // a tag may go while they are listed
    const given = await client.manifest(tag).catch((error: unknown) => {
      if (isCatalystError(error, 'E3205') && error.data['status'] === 404) return undefined;
      throw error;
    });
    if (!given) continue;
    const { config, layers = [], manifests = [] } = manifestSchema.parse(JSON.parse(given.bytes.toString('utf8')));
    const parts = [...(config ? [config] : []), ...layers, ...manifests].map(({ digest }) => digest);
    found.push({ name: `${repository}:${tag}`, digest: given.digest, blobs: [given.digest, ...parts] });
  }
  return found;
}
