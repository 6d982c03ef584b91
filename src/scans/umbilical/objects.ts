/** Every object of the Sovereign, each field of it, searched for references to the mother and for sources elsewhere. */
import pLimit from 'p-limit';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { nameOfObject } from '../../mother/protected/ownership.js';
import { type Discovered, discoverKinds, type ServedKind } from '../cluster/kinds.js';
import { eachObject, NotLooked } from '../cluster/objects.js';
import type { Finding, OwnMark, Scanned } from '../scan.js';
import type { ScanPlace } from '../scan-places.js';
import { searchObject, type Wanted } from '../text/search.js';
import { consequencesOf } from './consequences.js';
import { ownMarkOf } from './marks.js';
import { isOfOpenova, motherWanted } from './matcher.js';
import type { KnownMother } from './mother.js';
import { ordinary } from './ordinary.js';
import { noteOwner, type Owners } from './owners.js';
import { noteSources, type Sources } from './sources.js';
import { isMotherSubject } from './subjects.js';

/** Kinds without which a Sovereign would be none: where one is not served, something was not looked at. */
const expected = [
  ...['Secret', 'ConfigMap', 'Service', 'Pod', 'ServiceAccount'].map((kind) => ({ group: '', kind })),
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => ({ group: 'apps', kind })),
  { group: 'networking.k8s.io', kind: 'Ingress' },
  ...['GitRepository', 'HelmRepository'].map((kind) => ({ group: 'source.toolkit.fluxcd.io', kind })),
  { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kustomization' },
  { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
];

export interface ObjectScan {
  places: ScanPlace[];
  marks: OwnMark[];
  sources: Sources;
  wanted: Wanted;
  owners: Owners;
}

/** Places to look at, one for each kind; `sources`, `marks` and `owners` fill while they are looked at. */
export async function objectPlaces(
  look: Scanned,
  kube: Kube,
  mother: KnownMother,
  sources: Sources,
): Promise<ObjectScan> {
  const discovered = await discoverKinds(kube);
  const { fqdn } = look.sovereign.spec;
  const [services, namespaces] = await Promise.all([
    namesOf(kube, discovered, 'Service'),
    namesOf(kube, discovered, 'Namespace'),
  ]);
  const wanted = motherWanted(mother, { fqdn, services, namespaces, ...discovered });
  const marks: OwnMark[] = [];
  const owners: Owners = new Map();
  const isOwn = ownHosts(fqdn);
  const limit = pLimit(4);
  const lookAt = (kind: ServedKind): ScanPlace => ({
    place: `${kind.plural} (${kind.apiVersion}) on the Sovereign`,
    how: 'listed in all namespaces; every field searched, what is wrapped in it unwrapped',
    look: () =>
      limit(async () => {
        const findings: Finding[] = [];
        const count = await eachObject(kube, kind, (object) => {
          const mark = ownMarkOf(object, fqdn, look.clock.now());
          if (mark) marks.push(mark.mark);
          noteOwner(object, owners);
          findings.push(...referencesIn(object, { wanted, mother: look.sovereign.spec.mother.name, skip: mark?.path }));
          noteSources(object, nameOfObject(object), isOwn, sources);
        });
        return { findings, count };
      }),
  });
  return { places: [...discovered.kinds.map(lookAt), ...missing(discovered)], marks, sources, wanted, owners };
}

/** `namespace/name` of all objects of a core kind; none where it may not be listed, which is told when the kind is looked at. */
async function namesOf(kube: Kube, { kinds }: Discovered, kind: string): Promise<Set<string>> {
  const names = new Set<string>();
  const served = kinds.find((one) => one.apiVersion === 'v1' && one.kind === kind);
  const note = ({ metadata: { namespace, name } }: KubeObject) =>
    void names.add(namespace ? `${namespace}/${name}` : name);
  if (served)
    await eachObject(kube, served, note).catch((error: unknown) => {
      if (!(error instanceof NotLooked)) throw error;
    });
  return names;
}

/** The Sovereign's own: below its name, in its cluster, on its nodes. */
function ownHosts(fqdn: string): (host: string) => boolean {
  return (host) =>
    host === fqdn || host.endsWith(`.${fqdn}`) || /(^|\.)svc(\.cluster\.local)?$/.test(host.replace(/:\d+$/, ''));
}

/** Groups that the discovery could not tell of, and kinds that must be there. */
function missing({ unread, kinds }: Discovered): ScanPlace[] {
  const groups = unread.map(
    ({ apiVersion, why }): ScanPlace => ({
      place: `kinds of ${apiVersion} on the Sovereign`,
      how: "the API's discovery",
      look: async () => {
        throw new NotLooked('could not look', why);
      },
    }),
  );
  const absent = expected
    .filter(
      (one) =>
        !kinds.some(
          ({ apiVersion, kind }) =>
            kind === one.kind && (apiVersion.includes('/') ? apiVersion.split('/')[0] : '') === one.group,
        ),
    )
    .map(
      ({ group, kind }): ScanPlace => ({
        place: `${kind} (${group || 'v1'}) on the Sovereign`,
        how: "the API's discovery",
        look: async () => {
          throw new NotLooked('not served', 'the cluster does not serve this kind');
        },
      }),
    );
  return [...groups, ...absent];
}

interface Reading {
  wanted: Wanted;
  /** Name of the mother in the spec, by which her users are known. */
  mother: string;
  /** What of the object is catalyst's own mark. */
  skip?: string | undefined;
}

/** What of an object refers to the mother: one finding for each name, address, Service or authority. */
export function referencesIn(object: KubeObject, { wanted, mother, skip }: Reading): Finding[] {
  const content = ordinary(object);
  if (content === undefined) return [];
  const where = nameOfObject(object);
  const encoded = object.kind === 'Secret' ? ['data'] : object.kind === 'ConfigMap' ? ['binaryData'] : [];
  const { matches, tooMuch } = searchObject(content, wanted, { encoded, skip: (path) => path === skip });
  if (tooMuch !== undefined) throw new NotLooked('could not look', `${where}: ${tooMuch}`);
  const finding = (key: string, what: string): Finding => ({
    id: `${where} ${key}`,
    where,
    what,
    ...consequencesOf(object),
    grade: isOfOpenova(key) ? 'L2' : 'L1',
  });
  const verb = object.kind === 'Secret' ? 'holds a reference to' : 'names';
  return [
    ...matches.map(({ key, path }) =>
      finding(key, `${key.startsWith('authority ') ? `trusts the mother's ${key}` : `${verb} ${key}`} in ${path}`),
    ),
    ...isMotherSubject(object, mother).map((subject) =>
      finding(`subject ${subject}`, `gives rights to the mother's ${subject}`),
    ),
  ];
}
