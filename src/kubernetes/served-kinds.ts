/** The kinds of one API group, by discovery. */
import { z } from 'zod';
import type { Kube } from './client/kube.js';

const groupSchema = z.object({ versions: z.array(z.object({ groupVersion: z.string() })) });
const kindsSchema = z.object({
  resources: z.array(z.object({ name: z.string(), kind: z.string(), verbs: z.array(z.string()) })),
});

/** Kinds that can be listed, each once, in the version that the server names first; empty when it does not serve the group. Throws on any other answer. */
export async function servedKinds(
  kube: Pick<Kube, 'raw' | 'server'>,
  group: string,
): Promise<{ apiVersion: string; kind: string }[]> {
  const read = async <S extends z.ZodType>(path: string, schema: S): Promise<z.output<S> | undefined> => {
    const { status, body } = await kube.raw(path);
    if (status === 404) return undefined;
    if (status !== 200) throw new Error(`GET ${path} on ${kube.server} answers ${status}`);
    return schema.parse(JSON.parse(body));
  };
  const versions = (await read(`/apis/${group}`, groupSchema))?.versions ?? [];
  const found = new Map<string, { apiVersion: string; kind: string }>();
  for (const { groupVersion: apiVersion } of versions) {
    const resources = (await read(`/apis/${apiVersion}`, kindsSchema))?.resources ?? [];
    for (const { name, kind, verbs } of resources)
      if (!name.includes('/') && verbs.includes('list') && !found.has(kind)) found.set(kind, { apiVersion, kind });
  }
  return [...found.values()];
}
