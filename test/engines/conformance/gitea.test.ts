/** The same words to the lab's Git server and to Gitea itself. A difference is mended in the lab or listed in differences.ts. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import type { ReconcileContext } from '../../../lab/src/controllers/reconciler.js';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { createChildren } from '../../../lab/src/engines/children.js';
import { realGitea } from '../../../lab/src/engines/programs/real-gitea.js';
import { createFaults } from '../../../lab/src/requests/faults.js';
import { type LabHandler, type LabServer, serve } from '../../../lab/src/requests/http-server.js';
import { createRequestLog } from '../../../lab/src/requests/request-log.js';
import { createGitea } from '../../../lab/src/servers/git/gitea.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { systemClock as clock } from '../../../src/support/clock.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { rendered } from '../blueprints/rendered.js';
import { fqdn as ofTree } from '../rig.js';
import { compareTurns, everyDifferenceIsHeld } from './compare.js';
import { giteaDifferences as differences } from './differences.js';
import { type Answer, administrator, hold, turns } from './talks-with-gitea.js';

const fqdn = 'talk.example.org';
const directory = mkdtempSync(join(tmpdir(), 'catalyst-gitea-talk-'));
const children = createChildren({ directory, clock, say: () => undefined });
const servers: LabServer[] = [];
let emulated: Record<string, Answer>;
let real: Record<string, Answer>;

const encoded = (text: string) => Buffer.from(text).toString('base64');
const named = (kind: string, name: string, more: object = {}) => ({
  ...{ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind },
  ...{ metadata: { name, namespace: 'gitea', uid: name, labels: { 'app.kubernetes.io/name': 'gitea' } }, ...more },
});
/** Of the tree, for another Sovereign: the real one has its settings. */
const release = JSON.parse(
  JSON.stringify((await rendered('bp-gitea', 'solo')).object('HelmRelease', 'bp-gitea')).replaceAll(ofTree, fqdn),
) as KubeObject;
const objects: KubeObject[] = [
  named('Pod', 'gitea-0', { status: { phase: 'Running' } }),
  release,
  named('Secret', 'gitea-admin', {
    data: { username: encoded(administrator.username), password: encoded(administrator.password) },
  }),
];
/** As much of a cluster as it looks at. */
const lab = {
  store: {
    list: (kind: string) => objects.filter((one) => kind === `${one.apiVersion}/${one.kind}`),
    get: (kind: string, _namespace: string, name: string) =>
      objects.find((one) => kind === `v1/${one.kind}` && one.metadata.name === name),
  },
  world: { fqdn },
  clock,
} as unknown as ReconcileContext;

async function open(handler: LabHandler): Promise<LabServer> {
  const server = await serve({ name: 'git', handler, log: createRequestLog(), faults: createFaults() });
  servers.push(server);
  return server;
}

async function realServer(): Promise<LabServer> {
  const engines = findEngines(process.env);
  const folder = join(directory, 'real');
  const { component, rule } = await realGitea({
    ...{ exec: createExec(createRedactor()), children, engines, directory: folder },
  });
  await rule.reconcile(named('Deployment', 'gitea'), lab);
  expect(component.unready?.(objects[0]!, lab)).toBeUndefined();
  return open((request) => component.handle(request, undefined as never));
}

beforeAll(async () => {
  mkdirSync(join(directory, 'emulated'));
  const gitea = createGitea({ directory: join(directory, 'emulated'), admin: async () => administrator });
  const both = await Promise.all([open(gitea.handler), realServer()]);
  [emulated, real] = (await Promise.all(both.map(({ endpoint }) => hold(endpoint, `gitea.${fqdn}`)))) as [
    typeof emulated,
    typeof real,
  ];
}, 120_000);
afterAll(async () => {
  await Promise.all(servers.map((server) => server.close()));
  await children.stop();
  rmSync(directory, { recursive: true, force: true });
});

compareTurns(turns, differences, () => ({ emulated, real }));

everyDifferenceIsHeld(differences, turns);
