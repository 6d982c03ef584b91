/** Whether a scan has every node of a Sovereign, and says of each file what its names come to. Pure. */
import type { ScanResult } from '../../scans/scan.js';
import { motherWanted } from '../../scans/umbilical/matcher.js';
import { specifiedMother } from '../../scans/umbilical/mother.js';
import { nodePlaceOf, nodeReferences } from '../../scans/umbilical/node-files.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';

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
