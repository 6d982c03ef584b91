/** Whether a scan has every node of a Sovereign, and says what its files name and what its connections led to. Pure. */
import type { ScanResult } from '../../scans/scan.js';
import { motherWanted } from '../../scans/umbilical/matcher.js';
import { specifiedMother } from '../../scans/umbilical/mother.js';
import { nodePlaceOf, nodeReferences } from '../../scans/umbilical/node-files.js';
import { connectionsPlace } from '../../scans/umbilical.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { type Followed, flowFindings, flowPlaceOf, unseenOf, windowOf } from '../experiment/flows/flows.js';

/** Why the look at the nodes cannot have been the whole one; undefined when nothing says so. A lab has no files of nodes. */
export function nodesCutShort(scan: ScanResult, { sovereign, lab }: { sovereign: Sovereign; lab: boolean }) {
  if (lab) return undefined;
  const { looked, nodes = [], findings } = scan;
  const places = looked.filter(({ place }) => place.startsWith(nodePlaceOf('')));
  const count = looked.find(({ place }) => place.startsWith('nodes (v1) '))?.count;
  if (places.length === 0 || count === undefined || places.length < count)
    return `the scan has files of ${places.length} of ${count ?? 'all'} nodes`;
  const wanted = wantedIn(sovereign, scan);
  const ids = new Set(findings.map(({ id }) => id));
  for (const { place, ok } of places) {
    if (!ok) continue;
    const seen = nodes.find(({ node }) => nodePlaceOf(node) === place);
    if (!seen || seen.files.length === 0) return `the scan does not say what the ${place} are`;
    const unread = seen.files.find(({ answer }) => answer === 'could not look');
    if (unread) return `the scan has not read ${unread.path} of the ${place}`;
    // Services of the Sovereign's own are known to its cluster alone
    const silent = nodeReferences(seen, wanted).find(({ id }) => !id.endsWith('.svc') && !ids.has(id));
    if (silent) return `the scan has no finding of ${silent.where}, which ${silent.what}`;
  }
  return undefined;
}

function wantedIn(sovereign: Sovereign, { known }: ScanResult) {
  const { addresses } = sovereign.spec.mother;
  const nothing = new Set<string>();
  return motherWanted(
    { ...specifiedMother(sovereign), addresses: [...addresses, ...(known?.addresses ?? [])], authorities: nothing },
    { fqdn: sovereign.spec.fqdn, services: nothing, namespaces: nothing, groups: nothing, resources: nothing },
  );
}

/** The same of the connections that the kill window recorded; where nothing was killed, none are asked for. */
export function flowsCutShort(
  { findings, looked, known }: ScanResult,
  { sovereign, lab, experiment }: { sovereign: Sovereign; lab: boolean; experiment: Followed | undefined },
): string | undefined {
  if (lab || experiment === undefined || experiment.notKilled !== undefined) return undefined;
  const { flows } = experiment;
  if (flows === undefined) return 'the kill experiment does not have the connections of its window';
  const places = looked.filter(({ place }) => place.startsWith(connectionsPlace) || isFlowPlace(place));
  const count = looked.find(({ place }) => place.startsWith('nodes (v1) '))?.count ?? 0;
  if (places.length === 0) return 'the scan does not look at the connections of the kill window';
  const ids = new Set(findings.map(({ id }) => id));
  const window = windowOf(experiment);
  const addresses = [...sovereign.spec.mother.addresses, ...(known?.addresses ?? [])];
  for (const { place, ok } of places) {
    if (!ok) continue;
    const node = flows.nodes.find((one) => flowPlaceOf(one.node) === place);
    const unseen = node ? unseenOf(node, window) : 'the kill experiment has none of them';
    if (unseen !== undefined) return `${place}: ${unseen}`;
    const silent = flowFindings(node!, window, addresses).find(({ id }) => !ids.has(id));
    if (silent) return `the scan has no finding of ${silent.where}, which ${silent.what}`;
  }
  const isBlind = places.some(({ ok }) => !ok);
  return isBlind || places.length >= count
    ? undefined
    : `the scan has connections of ${places.length} of ${count} nodes`;
}

const isFlowPlace = (place: string) => place.startsWith('connections of node ');
