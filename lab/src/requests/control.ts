/** The lab's own small API on loopback, for `catalyst lab`: faults, status, stop. A bearer token from lab.json opens it. */
import { timingSafeEqual } from 'node:crypto';
import type { KeyRequest, KeyRing } from '../servers/s3/key-ring.js';
import type { FaultRule, Faults } from './faults.js';
import { type LabRequest, type LabResponse, type LabServer, serve } from './http-server.js';
import type { RequestLog } from './request-log.js';

export interface ControlOptions {
  token: string;
  faults: Faults;
  keys: KeyRing;
  /** What it says of itself beside its faults. */
  status: () => object;
  stop: () => void;
  log: RequestLog;
}

/** Its own calls are neither logged as the lab's nor spoiled by faults. */
export function startControl(options: ControlOptions): Promise<LabServer> {
  const quiet: Faults = { ...options.faults, match: () => undefined };
  return serve({ name: 'control', log: options.log, faults: quiet, handler: (request) => answer(request, options) });
}

function answer(request: LabRequest, { token, faults, keys, status, stop }: ControlOptions): LabResponse {
  const given = Buffer.from(request.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return { status: 401 };
  const { method, path } = request;
  const log = { mutating: false };
  if (method === 'GET' && path === '/status') return { status: 200, body: { ...status(), faults: faults.list() } };
  if (method === 'POST' && path === '/faults')
    return { status: 201, log, body: faults.add(JSON.parse(String(request.body)) as FaultRule) };
  if (method === 'DELETE' && path.startsWith('/faults')) {
    const id = path.slice('/faults/'.length);
    return { status: faults.clear(id || undefined) || !id ? 200 : 404, log, body: { faults: faults.list() } };
  }
  if (method === 'GET' && path === '/keys') return { status: 200, body: { keys: keys.list() } };
  if (method === 'POST' && path === '/keys')
    return { status: 201, log, body: keys.make(JSON.parse(String(request.body)) as KeyRequest) };
  // in the body: paths stand in the request log
  if (method === 'POST' && path === '/revoked-keys') {
    const { accessKey } = JSON.parse(String(request.body)) as { accessKey: string };
    return { status: keys.revoke(accessKey) ? 200 : 404, log, body: { keys: keys.list() } };
  }
  if (method === 'POST' && path === '/stop') {
    setImmediate(stop);
    return { status: 202, log };
  }
  return { status: 404 };
}
