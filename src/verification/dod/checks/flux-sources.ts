/** What Flux reads on the Sovereign: every source of every kind that discovery lists, by its whole host. */
import { gitUrl } from '../../../blueprints/render/variables.js';
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { nameOf } from '../../../kubernetes/readiness.js';
import { servedKinds } from '../../../kubernetes/served-kinds.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import type { World } from '../../../world/world.js';

const group = 'source.toolkit.fluxcd.io';

/** What was observed: every source with an address, and what the tree names. */
export interface SourcesSeen {
  sources: { kind: string; name: string; address: string; suspended: boolean }[];
  /** Address by name, as the tree has them. */
  tree: Record<string, string>;
}

export interface SourcesFound {
  problems: string[];
  /** Hosts of the Sovereign's own, and places of the tree, each with how many sources read it. */
  own: number;
  tree: number;
}

export async function seeSources(world: World): Promise<SourcesSeen> {
  const kube = await world.kube();
  const kinds = await servedKinds(kube, group);
  const lists = await Promise.all(
    kinds.map(async (of) => (await kube.list(of)).map((one) => ({ ...one, kind: of.kind }) as KubeObject)),
  );
  const sources = lists.flat().flatMap((one) => {
    const address = addressOf(one);
    if (address === undefined) return [];
    return [{ kind: one.kind, name: nameOf(one), address, suspended: one.spec?.suspend === true }];
  });
  return { sources, tree: await namedByTree(world) };
}

/**
 * A Git source is the Sovereign's Gitea and nothing else. Others are its own hosts, or exactly what the tree names under that name:
 * where the tree takes charts from decides the grade, not this. Pure.
 */
export function judgeSources({ sources, tree }: SourcesSeen, sovereign: Sovereign): SourcesFound {
  const found: SourcesFound = { problems: [], own: 0, tree: 0 };
  const own = gitUrl(sovereign);
  for (const { kind, name, address } of sources) {
    if (isOwn(sovereign, kind, address)) found.own += 1;
    else if (tree[name] === address) found.tree += 1;
    else found.problems.push(`${name} reads ${address}`);
  }
  const followed = sources.filter(({ kind, address }) => kind === 'GitRepository' && address === own);
  if (followed.length === 0) found.problems.push(`Flux does not read ${own}: the GitOps pivot has not happened`);
  for (const { kind, name, suspended } of sources)
    if (suspended)
      found.problems.push(
        `${name} is suspended: ${kind === 'GitRepository' ? 'no commit rolls out' : 'nothing new is fetched'}`,
      );
  return found;
}

/** A URL, or the endpoint of a Bucket; what only refers to another source has none. */
function addressOf({ spec }: KubeObject): string | undefined {
  const address: unknown = spec?.url ?? spec?.endpoint;
  return typeof address === 'string' ? address : undefined;
}

function isOwn({ spec: { fqdn } }: Sovereign, kind: string, address: string): boolean {
  const host = hostOf(address);
  const hosts = kind === 'GitRepository' ? ['gitea'] : ['gitea', 'harbor'];
  return hosts.some((name) => host === `${name}.${fqdn}` || inNamespace(host, name));
}

/** `gitea-http.gitea.svc`, with or without the name of the cluster. */
const inNamespace = (host: string | undefined, namespace: string) =>
  new RegExp(`^[a-z0-9-]+\\.${namespace}\\.svc(\\.cluster\\.local)?$`).test(host ?? '');

/** In lower case, without user, port and the dot of the root; undefined for what is no address. */
function hostOf(address: string): string | undefined {
  const plain = address.replace(/^(oci|ssh):/, 'https:');
  const url = /^https?:\/\//.test(plain) ? plain : `https://${plain}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/\.$/, '') : undefined;
}

/** Addresses of the sources of the tree, by their name. */
async function namedByTree(world: World): Promise<Record<string, string>> {
  const objects = (await world.tree()).folders.flatMap(({ files }) => files.flatMap((file) => file.objects));
  const sources = objects.filter(({ apiVersion }) => apiVersion.startsWith(`${group}/`));
  return Object.fromEntries(
    sources.flatMap((one) => (addressOf(one) ? [[nameOf(one), addressOf(one)!] as const] : [])),
  );
}
