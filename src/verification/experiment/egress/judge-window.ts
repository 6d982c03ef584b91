/** What an egress window shows, from what it saw alone: whether it did what it claims, and whether the Sovereign stood it. Pure. */
import { isIP } from 'node:net';
import { allowedNamesKey, blockNamesKey } from '../../../scans/umbilical/marks.js';
import { motherNames } from '../../../scans/umbilical/mother.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { type Allowed, metadataAddress, openovaNames, shortListHosts } from './allow-list.js';
import { addressesOf, widened } from './block-policy.js';
import { insideCanary, outsideResolvers, reachedOf, resolvedIn } from './canaries.js';
import type { WindowSeen } from './window.js';

export interface WindowJudged {
  /** Why it shows nothing. */
  invalid: string[];
  /** What of the Sovereign failed in it. */
  failed: string[];
}

export interface Judging {
  sovereign: Sovereign;
  /** How long a window is at least; milliseconds. */
  leastMs: number;
}

export function judgeWindow(seen: WindowSeen, { sovereign, leastMs }: Judging): WindowJudged {
  const { during, end, problems, broken } = seen;
  const pulls = [...seen.charts, ...(seen.images?.pulled ?? [])];
  const failed = [...problems, ...pulls.filter(({ ok }) => !ok).map(({ what, told }) => `${what}: ${told}`)];
  const early = failed.length > 0;
  const looks = [during, end].flatMap((look) => (look ? [look] : []));
  const invalid = [
    ...broken,
    ...listProblems(seen, sovereign),
    ...couldFail(seen),
    ...policyProblems(seen),
    ...looks.flatMap((look) => [
      ...reachedOf(look, seen.fail).map((one) => `a Pod still reaches ${one} although the block is active`),
      ...resolvedIn(look, seen.fail).map((one) => `DNS is not denied: ${one}`),
      ...seen.reach
        .filter((host) => seen.before?.hosts[host]?.reached && !look.hosts[host]?.reached)
        .map((host) => `a Pod does not reach ${host} either, which the block lets out`),
    ]),
    ...notOpenAgain(seen),
    ...(during && (end || early) ? [] : ['a Pod did not look for the whole window']),
    ...(early ? [] : wholeWindow(seen, leastMs)),
  ];
  if (!early && seen.grade === 'L3') failed.push(...unpulled(seen));
  return { invalid: [...new Set(invalid)], failed };
}

/** The list is that of the grade: no source of hers, at L2 none of OpenOva's names, at L3 no source at all. */
function listProblems({ grade, allowed, denied, names }: WindowSeen, sovereign: Sovereign): string[] {
  const must = [...neededNames(sovereign), ...(grade === 'L1' ? [] : openovaNames(sovereign))];
  const left = must.filter((host) => !denied.includes(host));
  const text = names?.[blockNamesKey]?.split(/\s+/) ?? [];
  const unwritten = denied.filter((host) => !text.includes(`${host}:53`));
  const short = shortListHosts(sovereign);
  const strange = allowed.filter((one) => !isListed(one, { short, denied, grade }));
  return [
    ...(left.length > 0 ? [`a window of ${grade} denies ${left.join(', ')} too, and this one did not`] : []),
    ...(names && unwritten.length > 0 ? [`the names ${unwritten.join(', ')} were not denied`] : []),
    ...strange.map(
      ({ as, host, addresses }) => `a window of ${grade} does not let out ${host ?? addresses.join(', ')} (${as})`,
    ),
  ];
}

/** Names of the mother, without those by which the Sovereign itself is found. */
function neededNames(sovereign: Sovereign): string[] {
  const { fqdn } = sovereign.spec;
  return motherNames(sovereign).filter((host) => !fqdn.endsWith(host) && !host.endsWith(`.${fqdn}`));
}

function isListed(
  { as, host, addresses }: Allowed,
  {
    short,
    denied,
    grade,
  }: { short: ReturnType<typeof shortListHosts>; denied: readonly string[]; grade: WindowSeen['grade'] },
): boolean {
  if (addresses.some((one) => isIP(one) === 0)) return false;
  if (host === undefined) return as === 'own' || (as === 'cloud' && addresses.join() === metadataAddress);
  if (denied.some((one) => host === one || host.endsWith(`.${one}`))) return false;
  return as === 'source' ? grade !== 'L3' : short[as].includes(host);
}

/** Without a canary that was reached before the block, its silence in the block shows nothing. */
function couldFail({ before, fail, reach }: WindowSeen): string[] {
  if (!before) return ['no Pod looked before the block'];
  const wasReached = fail.some((host) => before.hosts[host]?.reached);
  const isInside = reach.includes(insideCanary) && before.hosts[insideCanary]?.reached;
  const untold = outsideResolvers.filter((server) => before.resolvers[server] === undefined);
  return [
    ...(wasReached ? [] : ['a Pod reached nothing before the block that the block denies: it could not have failed']),
    ...(isInside ? [] : [`a Pod did not reach ${insideCanary} before the block`]),
    ...(untold.length > 0 ? [`no Pod looked for the resolver ${untold.join(', ')}`] : []),
  ];
}

/** The policy that was written is the one that was there, from the beginning to the end, and it lets out the list and nothing else. */
function policyProblems({ onCluster, allowed, names }: WindowSeen): string[] {
  const [first, ...others] = onCluster;
  const last = others.at(-1);
  if (!first) return ['the policy was never on the cluster'];
  const readings = last ? [first, last] : [first];
  return readings.flatMap(({ policy, names: found }) => {
    if (!policy) return ['the policy was not on the cluster'];
    const moved = policy.uid !== first.policy?.uid || policy.generation !== first.policy?.generation;
    const other = [blockNamesKey, allowedNamesKey].filter((key) => found[key] !== names?.[key]);
    return [
      ...widened(policy.spec, allowed).map(
        (what) => `the policy on the cluster is not the one that was written: ${what}`,
      ),
      ...(moved ? ['somebody changed the policy in the window'] : []),
      ...(other.length > 0 ? ['the names in CoreDNS are not those that were written'] : []),
    ];
  });
}

/** What comes back with the end of the block was silenced by the block. */
function notOpenAgain({ before, after, fail }: WindowSeen): string[] {
  const open = fail.filter((host) => before?.hosts[host]?.reached);
  const lost = open.filter((host) => !after?.hosts[host]?.reached);
  return lost.length > 0
    ? [`after the block a Pod does not reach ${lost.join(', ')} again, so the block is not shown to have silenced it`]
    : [];
}

function wholeWindow({ window, windowMs, reconciled, charts, onCluster }: WindowSeen, leastMs: number): string[] {
  const span = window ? window.to - window.from : 0;
  return [
    ...(windowMs < leastMs ? [`a window of ${windowMs} ms is shorter than the ${leastMs} ms of a verification`] : []),
    ...(span < windowMs ? [`everything was denied for ${span} ms of ${windowMs}`] : []),
    ...(reconciled.length < 2 ? ['the sources were not reconciled at the beginning and at the end'] : []),
    ...(charts.length === 0 ? ['no chart was pulled in the window'] : []),
    ...(onCluster.length < 2 ? ['the policy was not read again at the end'] : []),
  ];
}

/** L3: every image on a node that does not have it. */
function unpulled({ images }: WindowSeen): string[] {
  if (!images || images.none !== undefined || images.pulled.length === 0)
    return [`no image was pulled on a node that does not have it: ${images?.none ?? 'none was tried'}`];
  return images.held.length > 0
    ? [`${images.held.length} images were not pulled again, such as ${images.held[0]}: every node has them`]
    : [];
}

/** What a window tried of each class, for people. */
export interface Tried {
  what: string;
  how: 'tried in the window' | 'seen by scan only' | 'not looked at';
  note: string;
}

export function classesOf(seen: WindowSeen): Tried[] {
  const { charts, images, reconciled, fail, allowed } = seen;
  const tried = (what: string, note: string): Tried => ({ what, how: 'tried in the window', note });
  const scanned = (what: string, note: string): Tried => ({ what, how: 'seen by scan only', note });
  const pulled = images?.pulled ?? [];
  return [
    tried(
      'connections of Pods',
      `${fail.length} canaries, by name and by address; ${addressesOf(allowed).length} addresses let out`,
    ),
    tried('DNS of Pods', 'names that are not on the list, and resolvers outside'),
    reconciled.length > 0
      ? tried('sources, Kustomizations and releases', reconciled.at(-1)!)
      : { what: 'sources, Kustomizations and releases', how: 'not looked at', note: 'the window ended before' },
    charts.length > 0
      ? tried('charts', `${charts.filter(({ ok }) => ok).length} of ${charts.length} pulled again`)
      : { what: 'charts', how: 'not looked at', note: 'the window ended before' },
    pulled.length > 0
      ? tried(
          'images',
          `${pulled.filter(({ ok }) => ok).length} of ${pulled.length} pulled on a node without them, over the network of the node`,
        )
      : scanned('images', images?.none ?? 'no node pulled one'),
    scanned('connections of the nodes themselves', 'a policy for Pods does not select them'),
    scanned('packages of Crossplane', 'they are fetched once, when they are installed'),
  ];
}
