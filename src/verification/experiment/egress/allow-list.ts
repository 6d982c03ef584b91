/**
 * What the egress block of D22 lets out, entry by entry, and who names it. The short list is the same at every grade; the public sources of
 * the tree come with L1, those that are not OpenOva's with L2, and none with L3.
 */
import { isIP } from 'node:net';
import { hetznerEndpoint } from '../../../hetzner/api/create-api.js';
import type { Kube, KubeObject } from '../../../kubernetes/client/kube.js';
import { nameOfObject } from '../../../mother/protected/ownership.js';
import type { Grade } from '../../../scans/grade.js';
import { isOfOpenova, registrar } from '../../../scans/umbilical/matcher.js';
import { hostIn, imagesOf, isOpenova, registryOf, sourceOf } from '../../../scans/umbilical/sources.js';
import { bucketConsumers, bucketName, objectStorageEndpoint } from '../../../sovereign/object-storage.js';
import { motherDomain } from '../../../sovereign/spec/mother-hosts.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { resolversOf } from '../../../walk/delegation/await-referral.js';
import type { World } from '../../../world/world.js';
import { blobHosts } from './blob-hosts.js';

/** Why it is let out. */
export type AllowedAs = 'own' | 'cloud' | 'storage' | 'acme' | 'source';

export interface Allowed {
  as: AllowedAs;
  /** Left out for addresses that have no name here. */
  host?: string;
  addresses: string[];
  /** Objects, files and fields that name it; a few of many. */
  namedBy: string[];
}

/** From where a server of Hetzner learns about itself; the volumes' driver asks it too. */
export const metadataAddress = '169.254.169.254';
const namedMost = 3;

const letsEncrypt = ['acme-v02.api.letsencrypt.org', 'acme-staging-v02.api.letsencrypt.org'];

/** Hosts of the short list, by why they are on it; the same for whoever judges a bundle later. Pure. */
export function shortListHosts({ spec }: Sovereign): Record<Exclude<AllowedAs, 'source'>, readonly string[]> {
  const storage = hostIn(objectStorageEndpoint(spec));
  const acme = hostIn(spec.acme.server);
  return {
    own: [`console.${spec.fqdn}`],
    cloud: [hostIn(spec.hetzner.endpoint ?? hetznerEndpoint)],
    storage: [storage, ...(isIP(storage) ? [] : bucketConsumers.map((one) => `${bucketName(spec, one)}.${storage}`))],
    acme: letsEncrypt.includes(acme) ? letsEncrypt : [acme],
  };
}

/** OpenOva's names, which are answered with NXDOMAIN from L2 on. Pure. */
export function openovaNames({ spec }: Sovereign): string[] {
  const domain = motherDomain(spec.mother);
  return [...new Set([...(domain ? [domain] : []), registrar, registrar.split('.').slice(-2).join('.')])].sort();
}

interface Source {
  host: string;
  openova: boolean;
  by: string;
}

/** Where an object gets something from that runs or reconciles. Pure. */
function sourcesIn(object: KubeObject, by: string): Source[] {
  const url = sourceOf(object);
  return [
    ...(url === undefined ? [] : [{ host: bare(hostIn(url)), openova: isOpenova(url), by }]),
    ...imagesOf(object).map((image) => {
      const registry = registryOf(image);
      return { host: bare(registry.split('/')[0]!), openova: isOfOpenova(registry), by };
    }),
  ];
}

const bare = (host: string) => host.replace(/:\d+$/, '');

/**
 * Hosts that the tree and the live objects fetch from, with those that these refer to. A host that also has something of OpenOva's stays at
 * L2 while others need it: one address serves both, and only the scan tells them apart. Pure.
 */
export function publicSources(
  objects: readonly KubeObject[],
  { fqdn, grade }: { fqdn: string; grade: Grade },
): Pick<Allowed, 'host' | 'namedBy'>[] {
  if (grade === 'L3') return [];
  const isOwn = (host: string) =>
    host === fqdn || host.endsWith(`.${fqdn}`) || /(^|\.)svc(\.cluster\.local)?$/.test(host);
  const found = new Map<string, Set<string>>();
  for (const object of objects)
    for (const { host, openova, by } of sourcesIn(object, nameOfObject(object)))
      if (!isOwn(host) && (grade === 'L1' || !openova))
        for (const one of [host, ...blobHosts(host)]) found.set(one, (found.get(one) ?? new Set()).add(by));
  return [...found].sort(([a], [b]) => a.localeCompare(b)).map(([host, by]) => ({ host, namedBy: few([...by]) }));
}

const few = (names: readonly string[]) =>
  names.length > namedMost ? [...names.slice(0, namedMost), `and ${names.length - namedMost} more`] : [...names];

const kinds = [
  ...['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket'].map((kind) => ({
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind,
  })),
  ...['Provider', 'Configuration', 'Function'].map((kind) => ({ apiVersion: 'pkg.crossplane.io/v1', kind })),
  { apiVersion: 'v1', kind: 'Pod' },
];

/** The whole list for a window at `grade`, with the addresses that its names have now. */
export async function allowList(world: World, kube: Kube, grade: Grade, signal: AbortSignal): Promise<Allowed[]> {
  const { sovereign } = world;
  const { fqdn } = sovereign.spec;
  const tree = await world.tree();
  const [nodes, ...live] = await Promise.all([
    kube.list({ apiVersion: 'v1', kind: 'Node' }),
    ...kinds.map((kind) => kube.list(kind)),
  ]);
  const inTree = tree.folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects));
  const sources = publicSources([...inTree, ...live.flat()], { fqdn, grade });
  const short = Object.entries(shortListHosts(sovereign)).flatMap(([as, hosts]) =>
    hosts.map((host) => ({ as: as as AllowedAs, host, namedBy: [whyShort[as as keyof typeof whyShort]] })),
  );
  const known = new Set(short.map(({ host }) => host));
  const named = [
    ...short,
    ...sources.flatMap((one) => (known.has(one.host!) ? [] : [{ as: 'source' as const, ...one }])),
  ];
  const resolvers = resolversOf(tree);
  const resolved = await Promise.all(
    named.map(async (one) => ({ ...one, addresses: await addressesOf(world, one.host!, { resolvers, signal }) })),
  );
  return [
    { as: 'own', addresses: nodeAddressesIn(nodes), namedBy: ['nodes of the cluster'] },
    { as: 'cloud', addresses: [metadataAddress], namedBy: ['metadata of the cloud'] },
    ...resolved,
  ];
}

const whyShort: Readonly<Record<Exclude<AllowedAs, 'source'>, string>> = {
  own: "the Sovereign's own public names",
  cloud: 'the cloud API, for volumes and claims',
  storage: "the Sovereign's own buckets",
  acme: 'spec.acme.server',
};

function nodeAddressesIn(nodes: readonly KubeObject[]): string[] {
  const all = nodes.flatMap(({ status }) => (status?.addresses ?? []) as { type: string; address: string }[]);
  return [...new Set(all.map(({ address }) => address))].filter((address) => isIP(address) !== 0).sort();
}

async function addressesOf(
  { dns }: Pick<World, 'dns'>,
  host: string,
  { resolvers, signal }: { resolvers: readonly { server: string; port: number }[]; signal: AbortSignal },
): Promise<string[]> {
  if (isIP(host)) return [host];
  for (const at of resolvers) {
    const answers = await Promise.all(
      (['A', 'AAAA'] as const).map((type) =>
        dns({ ...at, name: host, type, transport: 'udp', recursive: true, timeoutMs: 3000, signal }).catch(
          () => undefined,
        ),
      ),
    );
    signal.throwIfAborted();
    const found = answers
      .flatMap((reply) => reply?.answers ?? [])
      .filter(({ type }) => type === 'A' || type === 'AAAA')
      .map(({ data }) => String(data));
    if (found.length > 0) return [...new Set(found)].sort();
  }
  return [];
}
