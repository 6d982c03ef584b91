/**
 * Who needs whom to answer when all machines start at once, read from the rendered tree. A need is hard when the one does not serve
 * before the other answers. It is soft when retrying heals it, or when what was there before the start is enough: a Secret in etcd, an
 * image on the node, an object that Flux has applied. Pure.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Linted, Placed } from '../lint/placed.js';
import { mapsIn, stringsIn } from '../render/strings.js';
import { databaseOf, type Owners, ownersOf } from './owners.js';

export interface StartNeed {
  /** A Blueprint, or a database: `Cluster gitea/gitea-pg`. */
  from: string;
  to: string;
  hard: boolean;
  /** A clause: "calls gitea-pg-rw.gitea.svc". */
  why: string;
  /** File and field. */
  path: string;
}

/** Names that programs find each other by, and what every public name is answered through. */
const network = 'bp-cilium';
const flux = 'bp-flux';
const publicWay = ['bp-traefik', 'bp-powerdns'];

/** Each once, hard before soft; what the tree does not have is nobody's need. */
export function startNeeds({ sovereign, blueprints, placed }: Linted): StartNeed[] {
  const owners = ownersOf(placed, blueprints, sovereign.spec.fqdn);
  const ofObjects = placed.flatMap((one) => needsOf(one, owners));
  const ofAll = owners.nodes.flatMap((from): StartNeed[] => [
    { from, to: network, hard: true, why: 'its Pods have no network before', path: from },
    { from, to: flux, hard: false, why: 'its changes come by Flux; what is applied starts without', path: from },
  ]);
  const all = [...ofObjects, ...ofAll.filter(({ from, to }) => from !== to)].filter(({ to }) =>
    owners.nodes.includes(to),
  );
  const byEnds = new Map<string, StartNeed>();
  for (const need of all.toSorted((one, other) => Number(other.hard) - Number(one.hard)))
    if (!byEnds.has(`${need.from} ${need.to}`)) byEnds.set(`${need.from} ${need.to}`, need);
  return [...byEnds.values()];
}

const sourceKinds = ['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket'];
/** They run when their time has come, and again after a failure. */
const repeated = ['Job', 'CronJob', 'ScheduledBackup'];

function needsOf(placed: Placed, owners: Owners): StartNeed[] {
  const { file, object, blueprint } = placed;
  // Flux itself reads these
  if (object.kind === 'Kustomization' && object.apiVersion.startsWith('kustomize.toolkit.fluxcd.io')) return [];
  const isSource = sourceKinds.includes(object.kind);
  const from = isSource ? flux : (databaseOf(placed) ?? blueprint);
  const need = (to: string, hard: boolean, why: string, at: string): StartNeed => ({
    ...{ from, to, why, path: `${file}: ${at}` },
    hard: hard && !repeated.includes(object.kind),
  });
  const found = databaseOf(placed)
    ? [need('bp-cnpg', false, 'its operator repairs it; its Pods start without', '')]
    : [];
  /** What counts for the part itself too: it never opens by itself, nor pulls from itself before it runs. */
  const own: StartNeed[] = [];
  const pulls = alwaysPulls(object);
  for (const { path, text } of stringsIn(object)) {
    for (const { host, owner } of servicesIn(text, owners)) found.push(need(owner, true, `calls ${host}`, path));
    const maker = owners.secrets.get(`${namespaceOf(object)}/${text}`);
    if (maker)
      found.push(
        need(maker.node, maker.isCalled, `reads Secret ${text}${maker.isCalled ? '' : ', which is kept'}`, path),
      );
    for (const [host, owner] of owners.hosts) {
      if (!names(text, host)) continue;
      const image = isImage(text, host, path);
      const hard = isSource || (image && pulls);
      const why = image
        ? `pulls its images from ${host}${pulls ? ' at each start' : '; cached ones start'}`
        : `calls ${host}`;
      for (const to of [owner, ...publicWay]) (hard && image ? own : found).push(need(to, hard, why, path));
    }
    own.push(...sealNeeds(text, owners).map((to) => need(to, true, `is unsealed by ${to}`, path)));
  }
  return [...own, ...found.filter(({ to }) => to !== from)];
}

const namespaceOf = ({ kind, metadata, spec }: KubeObject): string | undefined =>
  kind === 'HelmRelease' ? spec.targetNamespace : metadata.namespace;

/** `name.namespace.svc` of the cluster, wherever in a text. */
function servicesIn(text: string, { services }: Owners): { host: string; owner: string }[] {
  return [...text.matchAll(/\b([a-z0-9][a-z0-9-]*)\.([a-z0-9][a-z0-9-]*)\.svc\b/g)].flatMap(
    ([host, name, namespace]) => {
      const owner = services.get(`${namespace}/${name}`);
      return owner === undefined ? [] : [{ host, owner }];
    },
  );
}

/** The host as a whole: not the end of a longer name, nor the beginning of one. */
function names(text: string, host: string): boolean {
  const at = text.toLowerCase().indexOf(host);
  return at >= 0 && !/[a-z0-9.-]/i.test(text[at - 1] ?? '') && !/^(\.?[a-z0-9-])/i.test(text.slice(at + host.length));
}

const imageKeys = /(^|\.)(image|repository|registry|hub|imageRegistry|package)(\[\d+\])?$/;

/** A reference to an image, or the part of one that names its registry. */
const isImage = (text: string, host: string, path: string): boolean =>
  (text.startsWith(`${host}/`) || text === host) && imageKeys.test(path);

/** Whether a Pod of it asks the registry at each start. */
function alwaysPulls(object: KubeObject): boolean {
  for (const { map } of mapsIn(object))
    if (map['pullPolicy'] === 'Always' || map['imagePullPolicy'] === 'Always') return true;
  return false;
}

/** Who holds the key that a store is unsealed with, where that is a program: itself too, which then never opens. */
function sealNeeds(text: string, owners: Owners): string[] {
  return [...text.matchAll(/\bseal\s+"transit"\s*{([^}]*)}/g)].flatMap(([, block = '']) => [
    ...servicesIn(block, owners).map(({ owner }) => owner),
    ...[...owners.hosts].filter(([host]) => names(block, host)).flatMap(([, owner]) => [owner, ...publicWay]),
  ]);
}
