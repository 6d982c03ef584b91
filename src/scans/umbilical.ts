/** Every reference from the Sovereign to the mother, to OpenOva and to public sources, each with the grade of independence that it breaks. Read-only. */
import { isIP } from 'node:net';
import { command } from '../support/commands/command.js';
import type { Finding, Scanned, ScanResult, Unlooked } from './scan.js';
import { type ScanPlace, scanPlaces } from './scan-places.js';
import { acceptBySpec } from './umbilical/accepted.js';
import { gitTrees } from './umbilical/git-trees.js';
import { type KnownMother, knowMother, motherAddresses, motherNames, type Remembered } from './umbilical/mother.js';
import { namePlaces } from './umbilical/names.js';
import { type NodeFiles, type NodeReader, nodeFilesText, nodePlaces } from './umbilical/node-files.js';
import { objectPlaces } from './umbilical/objects.js';
import { withSource } from './umbilical/owners.js';
import { imageFindings, noSources } from './umbilical/sources.js';

export interface Needle {
  text: string;
  /** Upstream's public Git or registry: not the mother, but a tether all the same. */
  upstream?: boolean;
}

const upstream = ['github.com/openova-io', 'ghcr.io/openova-io', 'ghcr.io/v2/openova-io'];

/** Names and addresses by which anything of the mother is known, her names resolved by the parent's servers. */
export async function needlesOf(look: Pick<Scanned, 'sovereign' | 'dns' | 'signal'>): Promise<Needle[]> {
  const { mother } = look.sovereign.spec;
  const addresses = await motherAddresses(look);
  const hosts = [...new Set([...motherNames(look.sovereign), ...mother.hosts.filter((host) => isIP(host) === 0)])];
  return [...[...hosts, ...addresses].map((text) => ({ text })), ...upstream.map((text) => ({ text, upstream: true }))];
}

/** The place that only the mother can tell about. */
export const motherAuthorities = "certificate authorities of the mother's cluster";

const nodeFiles = `files of the nodes: ${nodeFilesText}`;

/** What the network really did shows while it is watched alone: in the kill window. */
export const connectionsPlace = 'connections of the network';

/** Neither the emulation nor the engines of a lab have nodes with files, or packets between them. */
export const notInALab: readonly Unlooked[] = [
  { place: nodeFiles, why: 'not in this world: the nodes of a lab have no files' },
  { place: connectionsPlace, why: 'not in this world: Pods of a lab send no packets' },
];

const connections: Unlooked = {
  place: connectionsPlace,
  why: `not looked at by this scan; the kill window records them: ${command('verify dod')}`,
};

/** Of a real cluster, what neither its API nor a Job on a node shows. @param why the connections were not looked at, where they were not */
export const unreadOnReal = (why: string | undefined = connections.why): Unlooked[] =>
  why === undefined ? [] : [{ place: connectionsPlace, why }];

/** The same for who starts no Job. */
export const unreadByRounds: readonly Unlooked[] = [
  {
    place: nodeFiles,
    why: `not looked at by a round, which changes nothing; a Job reads them: ${command('verify umbilical')}`,
  },
  connections,
];

export interface UmbilicalTools {
  /** When the handover crossed its point of no return; spans in `spec.independence.accepted` count from then. */
  handedOverAt?: Date;
  /** Looks at the files of the nodes, which only a Job can; left out, `absent` tells that nobody did. */
  nodes?: NodeReader | undefined;
  /** What the network did while it was watched, by the mother's addresses. */
  connections?: ((addresses: readonly string[]) => ScanPlace[]) | undefined;
  /** Places that the world at hand does not have. */
  absent?: readonly Unlooked[];
  /**
   * Of a scan that has to do without the mother: what an earlier one knew her by. Her authorities are then compared as they were recorded,
   * and a scan that knows no address of hers has not looked for any.
   */
  remembered?: Remembered;
}

export async function scanUmbilical(look: Scanned, tools: UmbilicalTools = {}): Promise<ScanResult> {
  const { independence } = look.sovereign.spec;
  const kube = await look.kube();
  const mother = await knowMother(look, kube, tools.remembered);
  const sources = noSources();
  const objects = await objectPlaces(look, kube, mother, sources);
  const trees = await gitTrees(look, kube, objects.wanted);
  const nodes: NodeFiles[] = [];
  const seen = await scanPlaces([
    ...objects.places,
    ...trees.places,
    ...namePlaces(look, mother),
    ...authorityPlace(mother),
    ...(tools.remembered && mother.addresses.length === 0 ? [noAddress] : []),
    ...(tools.nodes ? await nodePlaces(tools.nodes, objects.wanted, nodes) : []),
    ...(tools.connections?.(mother.addresses) ?? []),
  ]);
  const found = sorted([...seen.findings, ...sources.findings, ...imageFindings(sources)]);
  const findings = found.map((finding) => withSource(finding, objects.owners));
  return {
    findings: acceptBySpec(findings, independence.accepted, {
      now: look.clock.now(),
      handedOverAt: tools.handedOverAt,
    }),
    looked: seen.looked,
    unlooked: [...trees.foreign, ...(tools.absent ?? [])],
    marks: objects.marks,
    ...(tools.nodes ? { nodes: nodes.sort((one, other) => one.node.localeCompare(other.node)) } : {}),
    asked: independence.grade,
    known: {
      addresses: mother.addresses,
      ...(mother.unread === undefined ? { authorities: [...mother.authorities].sort() } : {}),
      ...(mother.recorded === undefined ? {} : { from: mother.recorded }),
    },
  };
}

/** Lowest grade first, then by place: two scans of one cluster read alike. */
const sorted = (findings: readonly Finding[]) =>
  findings.toSorted((a, b) => (a.grade ?? '').localeCompare(b.grade ?? '') || a.id.localeCompare(b.id));

/** Her own cluster's authorities are known from her alone, or from a scan that she answered. */
function authorityPlace({ unread, recorded, authorities }: KnownMother): ScanPlace[] {
  const place = motherAuthorities;
  if (recorded !== undefined) {
    const how = `the mother's cluster was not read: every certificate on the Sovereign is compared with those that ${recorded} recorded`;
    return [{ place, how, look: async () => ({ findings: [], count: authorities.size }) }];
  }
  if (unread === undefined) return [];
  return [
    {
      place,
      how: "the mother's kubeconfig and what its cluster gives to Pods; every certificate on the Sovereign is compared with them",
      look: async () => {
        throw new Error(unread);
      },
    },
  ];
}

const noAddress: ScanPlace = {
  place: "addresses of the mother's hosts",
  how: "the mother's names at the parent's servers, spec.mother.addresses, and what earlier evidence recorded",
  look: async () => {
    throw new Error('none is known, so a reference by address would not be found');
  },
};
