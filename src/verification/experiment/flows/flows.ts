/** What the network really did while catalyst-api was dead: connections that were opened to addresses outside, by node. Pure. */
import { isIP } from 'node:net';
import { canonicalAddress } from '../../../scans/names/addresses.js';
import type { Finding } from '../../../scans/scan.js';
import type { ScanPlace } from '../../../scans/scan-places.js';
import { connectionsPlace } from '../../../scans/umbilical.js';
import { counted } from '../../../support/counted.js';
import { probeNamespace } from '../../../walk/probes/probe-objects.js';
import type { Experiment } from '../experiment.js';
import { skewOf } from '../mother/audit.js';
import { bucketSeconds } from './flow-script.js';

export interface FlowRow {
  /** Address. */
  to: string;
  /** `tcp/443` */
  port: string;
  /** Hubble's: FORWARDED, REDIRECTED, DROPPED, … */
  verdict: string;
  /** `Deployment shop/web`, `host`. */
  source: string;
  /** When it was seen, at most once in five seconds; seconds since 1970 by the node's clock. */
  at: number[];
}

export interface NodeFlows {
  node: string;
  /** Where Hubble is off: what the connection tables of the node and its Pods had every five seconds. */
  by?: 'table';
  /** When it was followed, by the node's clock; left out where it was not. */
  from?: number;
  to?: number;
  /** How often Hubble went away meanwhile, or a table could not be read, and how many events it says that it could not tell. */
  gaps: number;
  lost: number;
  rows: FlowRow[];
  error?: string;
}

/** `error`: why no node could be followed. */
export interface FlowsSeen {
  nodes: NodeFlows[];
  error?: string;
}

/** Of an experiment in which something was killed. */
export type Followed = Pick<Experiment, 'startedAt' | 'window' | 'samples' | 'probeClasses' | 'notKilled' | 'flows'>;

/** A log as the Job on a node writes it. */
export function flowsIn(node: string, log: string, by?: 'table'): NodeFlows {
  const flows: NodeFlows = { node, ...(by ? { by } : {}), gaps: 0, lost: 0, rows: [] };
  const rows = new Map<string, FlowRow>();
  for (const line of log.split('\n')) {
    const [word, at, ...what] = lineOf(line);
    if (word === 'open') flows.from ??= Number(at);
    if (word === 'beat') flows.to = Number(at);
    if (word === 'gap') flows.gaps += 1;
    if (word === 'lost') flows.lost += Number(at);
    if (word !== 'flow') continue;
    const [to = '', port = '', verdict = '', source = ''] = what.map(String);
    const key = what.join(' ');
    const row = rows.get(key) ?? { to, port, verdict, source, at: [] };
    row.at.push(Number(at));
    rows.set(key, row);
  }
  const order = (one: FlowRow) => `${one.to} ${one.port} ${one.source} ${one.verdict}`;
  flows.rows = [...rows.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
  return flows;
}

/** The last line may be cut off. */
function lineOf(line: string): unknown[] {
  try {
    const read: unknown = JSON.parse(line);
    return Array.isArray(read) ? read : [];
  } catch {
    return [];
  }
}

/** Fault and undo in seconds since 1970, by the clocks of the Sovereign's servers. */
export function windowOf({ startedAt, window, samples, probeClasses: classes }: Followed) {
  const begun = Date.parse(startedAt) + skewOf({ startedAt, samples, classes }, 'sovereign');
  return { from: (begun + window.faultAt) / 1000, to: (begun + window.undoAt) / 1000 };
}

/** Why the window cannot be told from what one node saw; undefined when it can. A beat may be two late. */
export function unseenOf(
  { from, to, gaps, error, by }: NodeFlows,
  window: { from: number; to: number },
): string | undefined {
  if (error !== undefined) return error;
  const what = by === 'table' ? 'its connection table' : 'Hubble';
  if (from === undefined || to === undefined) return `${what} was not followed`;
  if (gaps > 0)
    return by === 'table'
      ? `a connection table could not be read ${counted(gaps, 'time')}`
      : `Hubble went away ${counted(gaps, 'time')} while it was followed`;
  if (from > window.from + bucketSeconds) return `${what} was followed only after catalyst-api was stopped`;
  return to + 3 * bucketSeconds < window.to
    ? `${what} was not followed until catalyst-api was started again`
    : undefined;
}

/** Connections to the mother that nothing stopped while catalyst-api was dead; catalyst's own canary listens to her on purpose. */
export function flowFindings(
  { node, rows, by }: NodeFlows,
  window: { from: number; to: number },
  addresses: readonly string[],
): Finding[] {
  const hers = new Set(addresses.filter((one) => isIP(one) !== 0).map(canonicalAddress));
  const isInside = (at: number) => at >= window.from - bucketSeconds && at <= window.to;
  return rows
    .filter(({ to, verdict, source, at }) => {
      const passed = verdict === 'FORWARDED' || verdict === 'REDIRECTED';
      const own = source.split(' ')[1]?.startsWith(`${probeNamespace}/`) === true;
      return passed && !own && hers.has(canonicalAddress(to)) && at.some(isInside);
    })
    .map(({ to, port, source, at }) => ({
      id: `connection ${source} ${to} ${port} on ${node}`,
      where: `${source} on node ${node}`,
      what: `${by === 'table' ? 'had' : 'opened'} connections to ${to} ${port} while catalyst-api was stopped, first at ${new Date(at.find(isInside)! * 1000).toISOString()}`,
      breaks: 'it still reaches the mother',
      remedy: 'find what it is configured to contact, and point it at the Sovereign itself',
      grade: 'L1' as const,
    }));
}

export const flowPlaceOf = (node: string) => `connections of node ${node} while catalyst-api was stopped`;
const how = {
  hubble: 'what Hubble saw there: who opened a connection to which address outside of the cluster',
  table:
    'the connection tables of the node and its Pods, every five seconds: who has a connection to which address outside of the cluster; one that the other side ends in between leaves no trace where the node tracks no connections',
};

/** A place of the umbilical scan for each node. @param addresses of the mother */
export function flowPlaces(seen: Followed, addresses: readonly string[]): ScanPlace[] {
  const { flows } = seen;
  if (flows === undefined) return [];
  const window = windowOf(seen);
  const blind = (place: string, why: string, by: keyof typeof how): ScanPlace => ({
    ...{ place, how: how[by] },
    look: () => Promise.reject(new Error(why)),
  });
  if (flows.nodes.length === 0) return [blind(connectionsPlace, flows.error ?? 'no node was followed', 'hubble')];
  return flows.nodes.map((node) => {
    const [place, unseen] = [flowPlaceOf(node.node), unseenOf(node, window)];
    const by = node.by ?? 'hubble';
    if (unseen !== undefined) return blind(place, unseen, by);
    const lost = node.lost > 0 ? `; Hubble lost ${node.lost} events` : '';
    return {
      place,
      how: `${how[by]}${lost}`,
      look: async () => ({ findings: flowFindings(node, window, addresses), count: node.rows.length }),
    };
  });
}

/** Why no node was followed, for a scan that lists what it did not look at; undefined where they were. */
export function unfollowed(seen: Followed | undefined): string | undefined {
  if (seen === undefined) return 'not looked at: no kill window was taken in this verification';
  if (seen.notKilled !== undefined) return 'not looked at: nothing was killed';
  return seen.flows === undefined ? 'not looked at: the kill window did not record them' : undefined;
}
