/**
 * Fingerprint of the protected set: every kind that discovery lists in a protected namespace, what reconciles, routes and names
 * the demos wherever it lies, and the pages of their hosts. Taken before and after whatever touches the mother.
 */
import pLimit from 'p-limit';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import type { Clock } from '../../support/clock.js';
import { fail } from '../../support/errors/errors.js';
import type { Http } from '../../tools/http/http.js';
import { openMotherDns } from '../mother-dns.js';
import { type MotherFacts, readMotherFacts } from '../protected/mother-facts.js';
import { nameOfObject } from '../protected/ownership.js';
import { type ListableKind, listableKinds } from '../protected/protected-kinds.js';
import { isProtectedNamespace, parentZoneOf, protectedPages } from '../protected/protected-set.js';
import type { Difference } from './difference.js';
import { printKnown } from './known-prints.js';
import { ordinaryChanges } from './ordinary-changes.js';
import { type NamePrint, printNames } from './print-names.js';
import { contextOf, isOrdinary, type ObjectPrint, printKey } from './print-objects.js';
import { type PagePrint, printPage, printPageTwice } from './print-pages.js';

export type { NamePrint, ObjectPrint, PagePrint };

export interface Fingerprint {
  /** 1, which none says, knew fewer kinds; it cannot be compared with this one. */
  version: 2;
  at: string;
  objects: ObjectPrint[];
  names: NamePrint[];
  pages: PagePrint[];
  /** What a person accepted of the differences from the fingerprints before this one, oldest first. */
  accepted?: Acceptance[];
}

export interface Acceptance {
  at: string;
  /** user@host */
  by: string;
  /** When the fingerprint was taken that this one replaced. */
  since: string;
  differences: Difference[];
}

export interface FingerprintTools {
  sovereign: Sovereign;
  clock: Clock;
  http: Http;
  credentials: { find(name: 'powerdns-api-key'): Promise<string | undefined> };
  redactor: { register(secret: string | undefined): void };
  mother(): Promise<Kube>;
}

export interface FingerprintOptions {
  /** The fingerprint that this one will be compared with: what varied there between two readings is masked here. */
  against?: Fingerprint;
}

/** Throws when any of it cannot be read: nothing may be compared with what was not seen. */
export async function takeFingerprint(tools: FingerprintTools, options: FingerprintOptions = {}): Promise<Fingerprint> {
  return (await readProtectedSet(tools, options)).print;
}

/** Fingerprint and facts of one reading. Throws as `takeFingerprint` does. */
export async function readProtectedSet(
  tools: FingerprintTools,
  options: FingerprintOptions = {},
): Promise<{ print: Fingerprint; facts: MotherFacts }> {
  const { sovereign, clock, http } = tools;
  const mother = await tools.mother();
  const reading = oneReading(mother);
  const page = pagesOf(http, options.against);
  const facts = readMotherFacts(reading, sovereign);
  // What needs no facts is read beside them: a reading takes as long as its slowest part, and a run waits for each.
  const others = Promise.all([
    listAll(mother, reading).then(async (listed) => printAll(mother, sovereign, listed, await facts)),
    openMotherDns({ ...tools, mother: async () => reading }).then((dns) =>
      printNames(dns, facts.then(namesIn(sovereign)), sovereign.spec.fqdn),
    ),
    Promise.all([page(protectedPages(sovereign)), facts.then((of) => page(of.pages))]).then(sortedOnce),
  ]);
  // Where both fail, the facts say what must be readable.
  others.catch(() => undefined);
  const found = await facts;
  const [objects, names, pages] = await others;
  if (objects.length === 0) {
    throw fail('E5002', `No object of the protected set was found on the mother cluster (${mother.server}).`, {
      actions: ['check that --mother-kubeconfig leads to the mother and can read all namespaces'],
    });
  }
  return { print: { version: 2, at: clock.now().toISOString(), objects, names, pages }, facts: found };
}

const namesIn = (sovereign: Sovereign) => (facts: MotherFacts) => [...facts.hosts, parentZoneOf(sovereign)];

/** Lists each kind once, in all namespaces, however many ask for it, for one namespace of it or for one object. */
function oneReading(kube: Kube): Kube {
  const lists = new Map<string, Promise<KubeObject[]>>();
  const all = ({ apiVersion, kind }: { apiVersion: string; kind: string }) => {
    const key = `${apiVersion} ${kind}`;
    const listed = lists.get(key) ?? kube.list({ apiVersion, kind });
    lists.set(key, listed);
    return listed;
  };
  return {
    ...kube,
    async list(what) {
      if (what.labelSelector !== undefined) return kube.list(what);
      const listed = await all(what);
      if (what.namespace === undefined) return listed;
      return listed.filter(({ metadata }) => metadata.namespace === what.namespace);
    },
    async get(ref) {
      const listed = await all(ref);
      return listed.find(({ metadata }) => metadata.name === ref.name && metadata.namespace === ref.namespace);
    },
  };
}

const never = new Set(ordinaryChanges.filter(({ except }) => except === 'always').map(({ kind }) => kind));

interface Listed {
  kinds: readonly ListableKind[];
  objects: readonly KubeObject[];
}

/** Every object of the kinds that are compared, in all namespaces. */
async function listAll(mother: Kube, reading: Kube): Promise<Listed> {
  const kinds = await listableKinds(mother);
  const limit = pLimit(12);
  const wanted = kinds.filter(({ kind, namespaced }) => !never.has(kind) && (namespaced || clusterKinds.has(kind)));
  const lists = await Promise.all(
    wanted.map((kind) => limit(() => reading.list({ apiVersion: kind.apiVersion, kind: kind.kind }))),
  );
  return { kinds, objects: lists.flat() };
}

function printAll(mother: Kube, sovereign: Sovereign, { kinds, objects }: Listed, facts: MotherFacts): ObjectPrint[] {
  const context = contextOf(objects, kinds);
  const bound = rolesBound(sovereign, objects);
  return objects
    .filter((object) => isCovered(sovereign, object, facts, bound) && !isOrdinary(object, context))
    .map(printKnown(mother, context))
    .sort((a, b) => printKey(a).localeCompare(printKey(b)));
}

/** Cluster-wide kinds that can be about one namespace. */
const clusterKinds = new Set(['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'PersistentVolume']);

function isCovered(sovereign: Sovereign, object: KubeObject, facts: MotherFacts, bound: ReadonlySet<string>): boolean {
  const { kind, metadata, spec } = object;
  const isIn = (namespace: string | undefined) => namespace !== undefined && isProtectedNamespace(sovereign, namespace);
  if (isIn(kind === 'Namespace' ? metadata.name : metadata.namespace)) return true;
  if (kind === 'PersistentVolume') return isIn(spec?.claimRef?.namespace);
  return bound.has(nameOfObject(object)) || facts.guarded.has(nameOfObject(object));
}

/** Bindings, wherever they lie, that give something to an account of a protected namespace, and the roles that they name. */
function rolesBound(sovereign: Sovereign, all: readonly KubeObject[]): Set<string> {
  const groups = 'system:serviceaccounts:';
  const isOurs = ({ kind, name = '', namespace }: { kind?: string; name?: string; namespace?: string }) =>
    kind === 'ServiceAccount'
      ? isProtectedNamespace(sovereign, namespace ?? '')
      : name.startsWith(groups) && isProtectedNamespace(sovereign, name.slice(groups.length));
  const found = new Set<string>();
  for (const binding of all) {
    if (binding.kind !== 'RoleBinding' && binding.kind !== 'ClusterRoleBinding') continue;
    if (!((binding.subjects ?? []) as object[]).some(isOurs)) continue;
    const { kind, name } = binding.roleRef ?? {};
    found.add(nameOfObject(binding));
    // Kubernetes gives these to every account; they are no one's
    if (kind === 'ClusterRole' && !/^(system:|cluster-admin$|admin$|edit$|view$)/.test(name))
      found.add(`ClusterRole ${name}`);
    if (kind === 'Role') found.add(`Role ${binding.metadata.namespace}/${name}`);
  }
  return found;
}

/** Reads pages, each once however many name it; those that `against` has are begun at once. */
function pagesOf(http: Http, against: Fingerprint | undefined): (urls: readonly string[]) => Promise<PagePrint[]> {
  const limit = pLimit(6);
  const known = new Map(against?.pages.map((page) => [page.url, page]));
  const read = new Map<string, Promise<PagePrint>>();
  const pageAt = (url: string) => {
    const print =
      read.get(url) ?? limit(() => (against ? printPage(http, url, known.get(url)?.mask) : printPageTwice(http, url)));
    read.set(url, print);
    return print;
  };
  for (const url of known.keys()) pageAt(url);
  return (urls) => Promise.all([...new Set([...urls, ...known.keys()])].map(pageAt));
}

const sortedOnce = (prints: readonly PagePrint[][]) =>
  [...new Set(prints.flat())].sort((one, other) => (one.url < other.url ? -1 : 1));

/** Pages that do not answer 2xx or 3xx, whatever they did before. */
export function deadPages({ pages }: Fingerprint, sovereign: Sovereign): PagePrint[] {
  const named = protectedPages(sovereign);
  return pages.filter(({ url, status }) => named.includes(url) && (status < 200 || status >= 400));
}

/** For a person: pages that differ from one reading to the next, with how much of each is masked. */
export function maskedPages({ pages }: Fingerprint): string[] {
  return pages.flatMap(({ url, mask }) => {
    if (!mask) return [];
    const what = 'at' in mask ? `${mask.at.length} of ${mask.tokens} words` : `all but ${mask.head + mask.tail} words`;
    return [`${url} differs from one reading to the next; ${what} are not compared`];
  });
}
