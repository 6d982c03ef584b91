/** Every object on the mother, each field of it, searched for what belongs to this Sovereign or mentions it. */
import pLimit from 'p-limit';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { erasableKinds } from '../../mother/protected/erasable.js';
import { readUses } from '../../mother/protected/in-use.js';
import { kubeconfigSecretOf, mentionsName, nameOfObject, ownershipOf } from '../../mother/protected/ownership.js';
import { isProtectedNamespace } from '../../mother/protected/protected-set.js';
import { protectedReconcilers, readReconcilers } from '../../mother/protected/reconcilers.js';
import { slugOf } from '../../sovereign/sovereign-names.js';
import { command } from '../../support/commands/command.js';
import { discoverKinds, type ServedKind } from '../cluster/kinds.js';
import { eachObject, NotLooked } from '../cluster/objects.js';
import type { Finding, Scanned } from '../scan.js';
import type { ScanPlace } from '../scan-places.js';
import { searchObject, type Wanted } from '../text/search.js';
import { ordinary } from '../umbilical/ordinary.js';
import { isOfThisRun, isOwnRedirect } from './own-objects.js';
import { isIdentity, namesSlug, type OwnTraces, ownWanted } from './traces.js';

const erase = command('handover decommission');
const byHand = "look at it, and delete it by hand if it is this Sovereign's: catalyst does not touch it";

/** One place for each kind that the mother serves, and for each group that she could not tell of. */
export async function motherPlaces(look: Scanned, traces: OwnTraces, runId?: string): Promise<ScanPlace[]> {
  const mother = await look.mother();
  const { kinds, unread } = await discoverKinds(mother);
  let reconcilers: Promise<ReadonlyMap<string, string>> | undefined;
  const guarded = () => {
    reconcilers ??= readReconcilers(mother).then((all) => protectedReconcilers(look.sovereign, all));
    return reconcilers;
  };
  let uses: Promise<ReadonlyMap<string, string>> | undefined;
  const used = () => {
    uses ??= readUses(mother, traces.fqdn);
    return uses;
  };
  const reading = { look, traces, wanted: ownWanted(traces), guarded, used, runId };
  const limit = pLimit(4);
  return [
    ...kinds.map((kind) => kindPlace(mother, kind, reading, limit)),
    ...unread.map(({ apiVersion, why }) => ({
      place: `kinds of ${apiVersion} on the mother`,
      how: "the API's discovery",
      look: async () => {
        throw new NotLooked('could not look', why);
      },
    })),
  ];
}

interface Reading {
  look: Scanned;
  traces: OwnTraces;
  wanted: Wanted;
  /** Why each object outside of the protected namespaces is protected. */
  guarded(): Promise<ReadonlyMap<string, string>>;
  /** Why each object is in use by something that is not this Sovereign's. */
  used(): Promise<ReadonlyMap<string, string>>;
  runId: string | undefined;
}

function kindPlace(mother: Kube, kind: ServedKind, reading: Reading, limit: ReturnType<typeof pLimit>): ScanPlace {
  return {
    place: `${kind.plural} (${kind.apiVersion}) on the mother`,
    how: 'listed in all namespaces; every field searched, what is wrapped in it unwrapped, for FQDN, slug, ids, addresses and authority; ownership fields compared exactly',
    look: () =>
      limit(async () => {
        const found: { object: KubeObject; key: string; path: string }[] = [];
        const count = await eachObject(mother, kind, (object) => {
          const trace = traceIn(object, reading);
          if (trace) found.push({ object, ...trace });
        });
        if (found.length === 0) return { findings: [], count };
        const guarded = await reading.guarded();
        const isOwn = found.some(({ key }) => key === 'own');
        const kept = { guarded, used: isOwn ? await reading.used() : new Map<string, string>() };
        return { findings: found.map((one) => findingOf(one, kept, reading)), count };
      }),
  };
}

/** What of the object is this Sovereign's, the surest first. */
function traceIn(object: KubeObject, { traces, wanted, runId }: Reading): { key: string; path: string } | undefined {
  if (isOfThisRun(object, traces.fqdn, runId)) return undefined;
  if (ownershipOf(object, traces.fqdn) === 'own') return { key: 'own', path: 'its ownership fields' };
  const content = ordinary(object);
  if (content === undefined) return undefined;
  const encoded = object.kind === 'Secret' ? ['data'] : object.kind === 'ConfigMap' ? ['binaryData'] : [];
  const { matches, tooMuch } = searchObject(content, wanted, { encoded });
  if (tooMuch !== undefined) throw new NotLooked('could not look', `${nameOfObject(object)}: ${tooMuch}`);
  return matches.find(({ key }) => isIdentity(key)) ?? matches[0] ?? named(object, traces);
}

/** Keys of labels are content here, and the name of any object: somebody wrote the Sovereign's there. */
function named({ metadata }: KubeObject, { fqdn }: OwnTraces): { key: string; path: string } | undefined {
  const isOurs = (text: string) => mentionsName(text, fqdn) || mentionsName(text.toLowerCase(), slugOf(fqdn));
  if (isOurs(metadata.name) || namesSlug(metadata.name, slugOf(fqdn))) return { key: fqdn, path: 'its name' };
  const key = Object.keys({ ...metadata.labels, ...metadata.annotations }).find(isOurs);
  return key === undefined ? undefined : { key: fqdn, path: `metadata of key ${key}` };
}

function findingOf(
  { object, key, path }: { object: KubeObject; key: string; path: string },
  { guarded, used }: Record<'guarded' | 'used', ReadonlyMap<string, string>>,
  { look, traces }: Reading,
): Finding {
  const { fqdn } = traces;
  const where = nameOfObject(object);
  const own = key === 'own' || isIdentity(key);
  const isHers = isProtectedNamespace(look.sovereign, object.metadata.namespace ?? '') || guarded.has(where);
  const use = used.get(where);
  const erasable = key === 'own' && !isHers && use === undefined && isErased(object, fqdn);
  const kept = whyKept(look, object, traces) ?? (isHers && !own ? whyHersMayMention(object) : undefined);
  const belongs = key === 'own' ? `belongs to ${fqdn}` : `belongs to ${fqdn}: ${key} in ${path}`;
  return {
    id: where,
    where,
    what: own ? belongs : `mentions ${key} in ${path}`,
    breaks: 'the mother still holds state of this Sovereign',
    remedy: erasable
      ? erase
      : `${byHand}${isHers ? ', since it belongs to what is protected' : use ? `, since ${use}` : ''}`,
    ...(own ? {} : { mention: true as const }),
    ...(kept === undefined ? {} : { accepted: kept }),
  };
}

/** A demo may name the Sovereign, as an origin that it lets in; but a Secret with its name may be a key to it. */
function whyHersMayMention({ kind }: KubeObject): string | undefined {
  return kind === 'Secret' ? undefined : 'belongs to what is protected and only mentions the name; it is left alone';
}

/** Whether the decommission deletes it; what runs, routes or stores is for a person. */
function isErased({ kind, metadata }: KubeObject, fqdn: string): boolean {
  const byFlux = ['Kustomization', 'HelmRelease', 'GitRepository'].includes(kind);
  const known = kind === 'Secret' && metadata.name === kubeconfigSecretOf(fqdn);
  return byFlux || known || erasableKinds.some((one) => one.kind === kind);
}

/** Why an object may stay; undefined when it may not. */
function whyKept(look: Scanned, object: KubeObject, { fqdn, ids }: OwnTraces): string | undefined {
  if (ownershipOf(object, fqdn) === 'other') return 'belongs to another Sovereign; it is left alone';
  return isOwnRedirect(look.sovereign, object, ids) ? 'the redirect; it holds no record and no secret' : undefined;
}
