/**
 * Targets of the lab's load balancers, and the health checks that decide which of them get connections. A check is made each
 * `interval`; after `retries` that failed in a row a target is unhealthy, and it takes as many good ones until it is healthy again
 * (Hetzner Cloud API 1.0, LoadBalancerServiceHealthCheck.retries). One that was never checked is `unknown`, and its first
 * good check makes it healthy.
 */
import type { LoadBalancer, LoadBalancerService, LoadBalancerTarget, Server } from 'catalyst/hetzner/api/types.js';
import type { Clock } from 'catalyst/support/clock.js';
import type { Project } from '../hetzner/project.js';
import { labelSelector } from '../hetzner/selector.js';
import { admits } from './firewall.js';
import type { Listens } from './hetzner-hosts.js';
import type { Arrival } from './internet.js';
import { worldMs } from './pace.js';

export type Health = 'healthy' | 'unhealthy' | 'unknown';

export interface Target {
  server: Server;
  isPrivate: boolean;
}

export interface Targets {
  healthy(lb: LoadBalancer, service: LoadBalancerService): Target[];
  health(lb: number, port: number, server: number): Health;
  /** What a connection of the load balancer to that port of a target meets; `proxied`: it begins with a PROXY header. */
  reach(lb: LoadBalancer, target: Target, port: number, proxied?: boolean): Arrival;
  /** Makes the checks that are due. */
  check(): void;
}

interface State {
  health: Health;
  /** Checks in a row that say something else than `health`. */
  against: number;
  next: number;
}

export function createTargets(options: { project: Project; listens: Listens; clock: Clock }): Targets {
  const { project, listens, clock } = options;
  const states = new Map<string, State>();
  const keyOf = (lb: number, port: number, server: number) => `${lb}/${port}/${server}`;
  const health: Targets['health'] = (...of) => states.get(keyOf(...of))?.health ?? 'unknown';

  const reach: Targets['reach'] = (lb, { server, isPrivate }, port, proxied = false) => {
    const packet = { from: lb.public_net.ipv4.ip ?? '', to: '', port, protocol: 'tcp' as const };
    if (!isPrivate && !admits(project, server, packet)) return 'dropped';
    const own = isPrivate ? lb.private_net[0]?.ip : packet.from;
    return listens(server, { port, protocol: 'tcp', family: 4, ...(proxied ? { proxiedBy: own ?? '' } : {}) });
  };

  function look(lb: LoadBalancer, service: LoadBalancerService, target: Target, now: number): void {
    const { interval, retries, port } = service.health_check;
    const key = keyOf(lb.id, service.listen_port, target.server.id);
    const state = states.get(key) ?? { health: 'unknown', against: 0, next: now + worldMs(interval) };
    states.set(key, state);
    if (now < state.next) return;
    state.next = now + worldMs(interval);
    const found: Health = typeof reach(lb, target, port) === 'number' ? 'healthy' : 'unhealthy';
    state.against = found === state.health ? 0 : state.against + 1;
    const needed = state.health === 'unknown' && found === 'healthy' ? 1 : retries;
    if (state.against < needed) return;
    state.health = found;
    state.against = 0;
  }

  return {
    health,
    reach,
    healthy: (lb, service) =>
      targetsOf(project, lb).filter(({ server }) => health(lb.id, service.listen_port, server.id) === 'healthy'),
    check() {
      const now = clock.now().getTime();
      for (const lb of project.items.load_balancer.values())
        for (const service of lb.services) for (const target of targetsOf(project, lb)) look(lb, service, target, now);
    },
  };
}

/** Servers behind a load balancer, by themselves or by label. */
export function targetsOf(project: Pick<Project, 'items'>, lb: LoadBalancer): Target[] {
  const servers = [...project.items.server.values()];
  return lb.targets.flatMap((target) =>
    serversOf(target, servers).map((server) => ({ server, isPrivate: target.use_private_ip === true })),
  );
}

function serversOf({ type, server, label_selector }: LoadBalancerTarget, servers: readonly Server[]): Server[] {
  if (type === 'server') return servers.filter(({ id }) => id === server?.id);
  if (type !== 'label_selector') return [];
  const fits = labelSelector(label_selector?.selector ?? '');
  return servers.filter(({ labels }) => fits(labels));
}
