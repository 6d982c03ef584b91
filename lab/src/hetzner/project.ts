/** The state of one Hetzner project: resources by type, actions that take their time, addresses. */
import type { Action, ResourceMap, ResourceType, Server } from 'catalyst/hetzner/api/types.js';
import { resourceTypes } from 'catalyst/hetzner/api/types.js';
import type { Clock } from 'catalyst/support/clock.js';
import { systemImages } from './catalog.js';
import { refuse } from './problem.js';

export type Items = { [T in ResourceType]: Map<number, ResourceMap[T]> };

export interface ProjectOptions {
  clock: Clock;
  /** How long an action runs, in ms. */
  actionMs: number;
  /** What becomes of the next action with this command; a stuck one never ends. */
  fate: (command: string) => 'ok' | 'stuck' | 'failed';
  /** Most servers the project may have. */
  serverLimit: number;
  /** Ids count up from here. */
  firstId?: number;
  onServerRunning: (server: Server, userData: string) => void;
  onServerDeleted: (server: Server) => void;
  /** Off, or booting again. */
  onServerStopped?: (server: Server) => void;
  /** What a load balancer's checks found of a server; default: healthy while it runs. */
  health?: (loadBalancer: number, port: number, server: number) => 'healthy' | 'unhealthy' | 'unknown';
}

export interface Project {
  readonly options: ProjectOptions;
  items: Items;
  userData: Map<number, string>;
  actions: Map<number, Action>;
  newId(): number;
  now(): string;
  /** A free address of 203.0.113.0/24 (TEST-NET-3); freed when what has it goes. */
  newAddress(): string;
  newAddress6(): string;
  find<T extends ResourceType>(type: T, id: number): ResourceMap[T];
  /** Starts an action; `effect` happens when it ends. */
  begin(command: string, resources: Action['resources'], effect?: () => void): Action;
  /** Refuses with 423 while an action runs on this very thing. */
  assertUnlocked(type: ResourceType, id: number): void;
  /** Does it after so many milliseconds, unless all has stopped by then. */
  later(ms: number, effect: () => void): void;
  /** Stops every timer. */
  stop(): void;
}

export function createProject(options: ProjectOptions): Project {
  const { clock, actionMs } = options;
  const stopped = new AbortController();
  const items = Object.fromEntries(resourceTypes.map((type) => [type, new Map()])) as unknown as Items;
  for (const image of systemImages) items.image.set(image.id, { ...image });
  const actions = new Map<number, Action>();
  const busy = new Map<string, number>();
  let last = options.firstId ?? 4_000_000;
  const newId = () => ++last;
  const now = () =>
    clock
      .now()
      .toISOString()
      .replace(/\.\d+Z$/, '+00:00');

  const usedAddresses = () =>
    new Set([
      ...[...items.primary_ip.values()].map(({ ip }) => ip),
      ...[...items.floating_ip.values()].map(({ ip }) => ip),
      ...[...items.load_balancer.values()].map(({ public_net }) => public_net.ipv4.ip),
    ]);

  const project: Project = {
    options,
    items,
    userData: new Map(),
    actions,
    newId,
    now,
    newAddress() {
      const used = usedAddresses();
      for (let host = 10; host < 255; host++) if (!used.has(`203.0.113.${host}`)) return `203.0.113.${host}`;
      for (let host = 1; ; host++) {
        const wide = `198.18.${host >> 8}.${host & 255}`;
        if (!used.has(wide)) return wide;
      }
    },
    // as Hetzner writes them: a part without leading zeros
    newAddress6: () => `2001:db8:${((newId() % 0xffff) + 1).toString(16)}::/64`,
    find(type, id) {
      return items[type].get(id) ?? refuse(404, 'not_found', `${type} with ID '${id}' not found`);
    },
    begin(command, resources, effect) {
      const action: Action = {
        id: newId(),
        command,
        status: 'running',
        started: now(),
        finished: null,
        progress: 0,
        resources,
        error: null,
      };
      actions.set(action.id, action);
      const keys = resources.slice(0, 1).map(({ type, id }) => `${type}/${id}`);
      for (const key of keys) busy.set(key, (busy.get(key) ?? 0) + 1);
      const fate = options.fate(command);
      if (fate === 'stuck') return action;
      clock.sleep(actionMs, stopped.signal).then(
        () => {
          const error = { code: 'action_failed', message: 'Action failed' };
          if (fate === 'ok') effect?.();
          Object.assign(action, fate === 'ok' ? { status: 'success', progress: 100 } : { status: 'error', error });
          action.finished = now();
          for (const key of keys) busy.set(key, (busy.get(key) ?? 1) - 1);
        },
        () => undefined,
      );
      return action;
    },
    later(ms, effect) {
      clock.sleep(ms, stopped.signal).then(effect, () => undefined);
    },
    assertUnlocked(type, id) {
      if ((busy.get(`${type}/${id}`) ?? 0) > 0) refuse(423, 'locked', `${type} ${id} is locked by a running action`);
    },
    stop: () => stopped.abort(),
  };
  return project;
}

/**
 * Whether the last day of a type on offer is over: until then it is sold, announced or not (`DeprecationInfo` in Hetzner's API description,
 * July 2026: "Once this date is reached, … the resource can not be used to create new resources").
 */
export function isRetired(project: Project, deprecation: { unavailable_after: string } | null | undefined): boolean {
  return deprecation != null && Date.parse(deprecation.unavailable_after) <= Date.parse(project.now());
}

export function assertUniqueName(
  project: Project,
  type: ResourceType,
  name: unknown,
  except?: number,
): asserts name is string {
  if (typeof name !== 'string' || name === '') {
    refuse(422, 'invalid_input', "invalid input in field 'name'", {
      fields: [{ name: 'name', messages: ['is required'] }],
    });
  }
  for (const item of project.items[type].values()) {
    if (item.name === name && item.id !== except) {
      refuse(409, 'uniqueness_error', `${type} name is already used`, { fields: [{ name: 'name' }] });
    }
  }
}

export function assertDeletable(project: Project, type: ResourceType, id: number): void {
  const item = project.find(type, id);
  if (item.protection?.delete) refuse(423, 'protected', `${type} is protected`);
}
