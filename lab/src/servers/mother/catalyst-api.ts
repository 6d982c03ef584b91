/**
 * catalyst-api of the mother. It reads its records when its process starts, serves them from memory, and writes them back:
 * a file deleted under a running process comes again (facts/platform.md §2.5). lab.ts starts and stops it with its Pods.
 */
import { type Clock, systemClock } from 'catalyst/support/clock.js';
import type { LabHandler, LabResponse } from '../../requests/http-server.js';
import { claimName } from './catalyst.js';
import type { Claims } from './claims.js';
import type { DeploymentRecord } from './records.js';

export interface CatalystApi {
  handler: LabHandler;
  /** The process starts, when it does not run: memory is read anew from the claim. */
  start(): void;
  stop(): void;
  /** Asked before a record is written back: what starts and stops the process hears of its Pods a moment later. */
  follow(runs: () => Promise<boolean>): void;
  readonly running: boolean;
}

const text = (status: number, body: string, type = 'text/plain'): LabResponse => ({
  status,
  headers: { 'content-type': type },
  body,
});
const json = (status: number, body: object): LabResponse => ({ status, body });

export function createCatalystApi(claims: Claims, clock: Clock = systemClock): CatalystApi {
  let memory: Map<string, DeploymentRecord> | undefined;
  const pathOf = (id: string) => `deployments/${id}.json`;
  const writeBack = () => {
    for (const record of memory?.values() ?? [])
      if (!claims.read('catalyst', claimName, pathOf(record.id)))
        claims.write('catalyst', claimName, pathOf(record.id), JSON.stringify(record, null, 2));
  };
  let runs = async () => true;
  claims.onRemoved((_namespace, claim) => {
    if (memory && claim === claimName) void runs().then((still) => still && writeBack());
  });

  const handler: LabHandler = (request) => {
    if (!memory) return text(503, 'no endpoints\n');
    const { path, method } = request;
    writeBack();
    if (path === '/healthz') return text(200, 'ok');
    const match = /^\/api\/v1\/deployments\/([0-9a-f]{16})(?:\/(.*))?$/.exec(path);
    const record = match ? memory.get(match[1]!) : undefined;
    if (!match) return json(404, { error: 'not found' });
    if (!record) return json(404, { error: 'deployment not found' });
    if (method !== 'GET') return json(405, { error: 'method not allowed' });
    return answer(record, match[2] ?? '');
  };

  const answer = (record: DeploymentRecord, rest: string): LabResponse => {
    const state = {
      id: record.id,
      status: record.status,
      startedAt: record.startedAt,
      finishedAt: record.finishedAt,
      sovereignFQDN: record.request.sovereignFQDN,
      region: record.request.region,
      numEvents: record.events.length,
      ...(record.error ? { error: record.error } : {}),
      ...(record.result ? { result: record.result } : {}),
    };
    if (rest === '') return json(200, state);
    if (rest === 'events') return json(200, { state, events: record.events, done: true });
    if (rest === 'logs') {
      const lines = record.events.map((event) => `data: ${JSON.stringify(event)}\n\n`);
      return text(200, `${lines.join('')}event: done\ndata: ${JSON.stringify(state)}\n\n`, 'text/event-stream');
    }
    if (rest === 'components/state')
      return json(200, { watching: false, components: [], at: clock.now().toISOString() });
    if (rest === 'kubeconfig') {
      if (!record.result?.kubeconfigPath) return json(409, { error: 'not-implemented' });
      const file = claims.read('catalyst', claimName, `kubeconfigs/${record.id}.yaml`);
      return file ? text(200, String(file), 'application/yaml') : json(409, { error: 'kubeconfig-file-missing' });
    }
    return json(404, { error: 'not found' });
  };

  return {
    handler,
    start() {
      if (memory) return;
      memory = new Map();
      for (const path of claims.list('catalyst', claimName)) {
        if (!/^deployments\/[0-9a-f]{16}\.json$/.test(path)) continue;
        const record = JSON.parse(String(claims.read('catalyst', claimName, path))) as DeploymentRecord;
        memory.set(record.id, record);
      }
    },
    stop() {
      memory = undefined;
    },
    follow(asked) {
      runs = asked;
    },
    get running() {
      return memory !== undefined;
    },
  };
}
