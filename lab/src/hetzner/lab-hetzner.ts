/** The lab's Hetzner: a project behind the Cloud API and a stranger's beside it, with their tokens, its budget of requests and its faults. */
import type { Server } from 'catalyst/hetzner/api/types.js';
import { type LabMark, labHeader, labHeaderOf } from 'catalyst/sovereign/lab-mark.js';
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import type { Faults } from '../requests/faults.js';
import { type LabRequest, type LabResponse, serve } from '../requests/http-server.js';
import type { RequestLog } from '../requests/request-log.js';
import { addForeignResources, omantelLeftovers } from './leftovers.js';
import { HetznerProblem, refuse } from './problem.js';
import { createProject, type Project, type ProjectOptions } from './project.js';
import { rateLimitOf } from './rate-limit.js';
import { route } from './router.js';

export type Fixtures = (project: Project) => void;

export interface HetznerLabOptions {
  log: RequestLog;
  faults: Faults;
  /** Marks every response; left out, the responses are those of Hetzner itself. */
  mark?: LabMark;
  clock?: Clock;
  /** What the project holds at the start; default: what two Sovereigns left and things that must stay. */
  fixtures?: Fixtures;
  actionMs?: number;
  serverLimit?: number;
  /** Requests an hour; default Hetzner's own. */
  rateLimit?: number;
  /** A server has booted; `userData` is its cloud-init. */
  onServerRunning?: (server: Server, userData: string) => void;
  onServerDeleted?: (server: Server) => void;
  onServerStopped?: (server: Server) => void;
  health?: ProjectOptions['health'];
}

export interface HetznerLab {
  /** With /v1, as HCLOUD_ENDPOINT wants it. */
  endpoint: string;
  /** May read and write. */
  token: string;
  readOnlyToken: string;
  /** May read and write, in another project. */
  strangersToken: string;
  project: Project;
  seed(fixtures: Fixtures): void;
  close(): Promise<void>;
}

/** 64 characters as Hetzner's own; no secret, the lab is on loopback. */
const token = 'lab0hetzner0readwrite0token00000lab0hetzner0readwrite0token00000';
const readOnlyToken = 'lab0hetzner0readonly00token00000lab0hetzner0readonly00token00000';
const strangersToken = 'lab0hetzner0strangers0token00000lab0hetzner0strangers0token00000';

export async function createHetznerLab(options: HetznerLabOptions): Promise<HetznerLab> {
  const { log, faults, clock = systemClock, rateLimit = rateLimitOf({}) } = options;
  const project = createProject({
    clock,
    actionMs: options.actionMs ?? 120,
    serverLimit: options.serverLimit ?? 100,
    fate: (command) =>
      faults.take('stuck-action', command) ? 'stuck' : faults.take('failed-action', command) ? 'failed' : 'ok',
    onServerRunning: (server, userData) => options.onServerRunning?.(server, userData),
    onServerDeleted: (server) => options.onServerDeleted?.(server),
    onServerStopped: (server) => options.onServerStopped?.(server),
    ...(options.health ? { health: options.health } : {}),
  });
  (options.fixtures ?? omantelLeftovers)(project);
  const strangers = createProject({
    clock,
    actionMs: options.actionMs ?? 120,
    serverLimit: 10,
    // ids are Hetzner's, not a project's: none stands in two of them
    firstId: 9_000_000,
    fate: () => 'ok',
    onServerRunning: () => undefined,
    onServerDeleted: () => undefined,
  });
  addForeignResources(strangers);
  const spend = createMeter(clock, rateLimit);

  const projectOf = (given: string) => (given === strangersToken ? strangers : project);
  const handler = (request: LabRequest): LabResponse => {
    const { headers, left } = spend();
    const answer =
      left < 0 ? problem(429, 'rate_limit_exceeded', 'limit of requests reached') : guarded(projectOf, request);
    return { ...answer, headers: { ...headers, ...answer.headers } };
  };
  const headers = options.mark && { [labHeader]: labHeaderOf(options.mark) };
  const server = await serve({ name: 'hetzner', handler, log, faults, clock, headers });
  return {
    endpoint: `${server.endpoint}/v1`,
    token,
    readOnlyToken,
    strangersToken,
    project,
    seed: (fixtures) => fixtures(project),
    async close() {
      project.stop();
      strangers.stop();
      await server.close();
    },
  };
}

function guarded(projectOf: (token: string) => Project, request: LabRequest): LabResponse {
  try {
    return route(projectOf(authorize(request)), request);
  } catch (error) {
    if (error instanceof HetznerProblem) return problem(error.status, error.code, error.message, error.details);
    throw error;
  }
}

function problem(status: number, code: string, message: string, details: unknown = null): LabResponse {
  return { status, body: { error: { code, message, details } }, log: { mutating: false } };
}

/** The token that is good for this call. */
function authorize(request: LabRequest): string {
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (!given) refuse(401, 'unauthorized', 'token is required');
  if (given === readOnlyToken && request.method !== 'GET')
    refuse(401, 'token_readonly', 'token is only allowed to read');
  if (![token, readOnlyToken, strangersToken].includes(given)) refuse(401, 'unauthorized', 'unable to authenticate');
  return given;
}

/** Tokens that refill over the hour; `left` below zero means refused. */
function createMeter(clock: Clock, perHour: number) {
  let left = perHour;
  let at = clock.now().getTime();
  return () => {
    const now = clock.now().getTime();
    left = Math.min(perHour, left + ((now - at) / 3_600_000) * perHour);
    at = now;
    const refused = left < 1;
    if (!refused) left -= 1;
    const reset = Math.ceil(now / 1000 + ((perHour - left) * 3600) / perHour);
    const headers = {
      'ratelimit-limit': String(perHour),
      'ratelimit-remaining': String(Math.floor(left)),
      'ratelimit-reset': String(reset),
    };
    return { headers, left: refused ? -1 : left };
  };
}
