/**
 * The typed Hetzner layer. hcloud-js is only its transport, and only src/hetzner/api/transport.ts knows it, so another
 * transport can take its place. Every call retries what is safe to retry and keeps to the project's budget of requests.
 */
import type { LabMark } from '../../sovereign/lab-mark.js';
import type { LoadBalancerType, Location, Pricing, ServerType } from './offerings.js';
import type { Action, ResourceMap, ResourceType } from './types.js';

export interface ListQuery {
  labelSelector?: string;
  name?: string;
  /** Images only: `snapshot`, `backup`, `system`. */
  type?: string;
  architecture?: string;
}

export interface Created<T> {
  resource: T;
  /** To be awaited before the resource may be used. */
  actions: Action[];
}

export interface HetznerApi {
  readonly endpoint: string;
  /** sha256 of the token, shortened: tells projects apart in plans without telling the token. */
  readonly tokenFingerprint: string;
  /** HTTP requests made so far, retries and polls included. */
  requests(): number;
  /** The lab that serves this endpoint, by its responses; undefined for Hetzner itself. Makes a request only when none was made yet. */
  lab(): Promise<LabMark | undefined>;
  /** All pages. */
  list<T extends ResourceType>(type: T, query?: ListQuery): Promise<ResourceMap[T][]>;
  /** Undefined when there is none. */
  get<T extends ResourceType>(type: T, id: number): Promise<ResourceMap[T] | undefined>;
  /** Polls all actions that anybody waits for together, until these have ended. Throws E2001 when one failed, E4003 at the deadline. */
  settle(actions: readonly Action[], options?: { timeoutMs?: number }): Promise<void>;
  serverTypes(): Promise<ServerType[]>;
  loadBalancerTypes(): Promise<LoadBalancerType[]>;
  locations(): Promise<Location[]>;
  pricing(): Promise<Pricing>;
}

export interface HetznerWriter {
  /** POST, never repeated after an ambiguous answer: that throws E2004, and the caller looks the result up. */
  create<T extends ResourceType>(type: T, body: Record<string, unknown>): Promise<Created<ResourceMap[T]>>;
  /** `gone` when it was not there (any more); the actions, if the API gave any, are still to be awaited. */
  delete(type: ResourceType, id: number): Promise<{ gone: boolean; actions: Action[] }>;
  /** POST /<type>s/<id>/actions/<name>; repeated after a lost answer, so only for actions that may be asked twice. */
  act(type: ResourceType, id: number, action: string, body?: Record<string, unknown>): Promise<Action[]>;
}
