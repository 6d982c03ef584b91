/**
 * Faults that `catalyst lab fault` injects. Call faults spoil calls of a server; state faults change how an emulated part of
 * the world behaves for as long as they are there. A fault ends after `count` uses, at `until`, or when it is cleared.
 */
import { type Clock, systemClock } from 'catalyst/support/clock.js';

/** What goes wrong with one call. */
export type CallFault =
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  | { kind: 'reset' }
  | { kind: 'delay'; ms: number }
  | { kind: 'truncate' }
  /** The call acts, and its answer is lost. */
  | { kind: 'reset-after' };

/** What goes wrong in a part of the world; `target` in the rule narrows it. */
export const stateFaultKinds = [
  'stuck-action',
  'failed-action',
  'lost-watch-events',
  'sealed-openbao',
  'lost-delegation',
  'changed-page',
  'broken-proof',
  'not-ready',
  'due-undo',
  'refused-trailers',
  'mother-off',
] as const;
export type StateFaultKind = (typeof stateFaultKinds)[number];
export type Fault = CallFault | { kind: StateFaultKind };

export interface FaultRule {
  /** Server by its name in the request log; `*` or left out: every server. */
  server?: string;
  /** HTTP method; left out: every method. */
  method?: string;
  /** Path with `*` for anything, as the request sent it without its query; left out: every path. */
  path?: string;
  /** For state faults: what it is about (a host, an action's command, a probe's name); left out: everything. */
  target?: string;
  fault: Fault;
  /** Ends after so many uses. */
  count?: number;
  /** Ends at this moment (ISO 8601). */
  until?: string;
}

export interface ActiveFault extends FaultRule {
  id: string;
  used: number;
}

export interface Faults {
  add(rule: FaultRule): ActiveFault;
  /** True when there was such a fault; without an id all go. */
  clear(id?: string): boolean;
  list(): ActiveFault[];
  /** The fault for this call, which counts as a use. */
  match(server: string, method: string, path: string): CallFault | undefined;
  /** Whether a state fault is on for `target`; counts no use. */
  holds(kind: StateFaultKind, target?: string): boolean;
  /** As `holds`, and counts a use: for events (this action gets stuck, this watch event is lost). */
  take(kind: StateFaultKind, target?: string): boolean;
}

/** Of the mother: her API with her pages, and her PowerDNS. Her name servers are another machine's. */
const motherServers = ['mother', 'powerdns'];

const pattern = (glob: string) =>
  new RegExp(`^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 'i');
const fits = (glob: string | undefined, text: string) => glob === undefined || pattern(glob).test(text);
const isCallFault = (fault: Fault): fault is CallFault => !(stateFaultKinds as readonly string[]).includes(fault.kind);

export function createFaults(options: { clock?: Clock } = {}): Faults {
  const { clock = systemClock } = options;
  let rules: ActiveFault[] = [];
  let made = 0;

  const current = () => {
    const now = clock.now().getTime();
    rules = rules.filter(
      (rule) =>
        (rule.until === undefined || Date.parse(rule.until) > now) &&
        (rule.count === undefined || rule.used < rule.count),
    );
    return rules;
  };
  const state = (kind: StateFaultKind, target = '') =>
    current().find((rule) => rule.fault.kind === kind && fits(rule.target, target));

  return {
    add(rule) {
      const active = { ...rule, id: `f${++made}`, used: 0 };
      rules.push(active);
      return active;
    },
    clear(id) {
      const before = rules.length;
      rules = id === undefined ? [] : rules.filter((rule) => rule.id !== id);
      return rules.length < before;
    },
    list: () => current().map((rule) => ({ ...rule })),
    match(server, method, path) {
      const off = motherServers.includes(server) ? state('mother-off') : undefined;
      if (off) {
        off.used += 1;
        return { kind: 'reset' };
      }
      const bare = path.split('?')[0]!;
      const found = current().find(
        (rule) =>
          isCallFault(rule.fault) && fits(rule.server, server) && fits(rule.method, method) && fits(rule.path, bare),
      );
      if (!found) return undefined;
      found.used += 1;
      return found.fault as CallFault;
    },
    holds: (kind, target) => state(kind, target) !== undefined,
    take(kind, target) {
      const found = state(kind, target);
      if (found) found.used += 1;
      return found !== undefined;
    },
  };
}
