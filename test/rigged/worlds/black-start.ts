/** D23: worlds in which the machines were never off or the outside was never denied, and in which the Sovereign did not come back alone. */
import { type Expected, fail, worldsOn } from '../rigged-world.js';
import { onBlackStart } from '../stages/black-start.js';

const invalid = (reason: RegExp): Expected => ({ status: 'fail', reason, verdict: 'INVALID' });
const row = (id: string, gap: string) => ({ id: `black-start-${id}`, item: 'D23', gap });
const cp1 = 'catalyst-omantel-omani-works-cp1';

export const worlds = worldsOn(onBlackStart, [
  {
    ...row('never-off', 'the power state of the servers'),
    rigged: 'a server takes the power-off and stays on',
    expected: invalid(/server \S+cp1 was running, not off/),
    rig: (world) => (world.obeys = (action, name) => action !== 'poweroff' || name !== cp1),
  },
  {
    ...row('never-booted', 'the uptime of the machines'),
    rigged: 'Hetzner reports every server off, and one machine ran on',
    expected: invalid(/node \S+cp1 has not booted again/),
    rig: (world) => (world.boots = (name) => name !== cp1),
  },
  {
    ...row('pods-ran-on', 'the uptime of the containers'),
    rigged: 'the nodes booted, and the containers of Gitea ran on elsewhere',
    expected: invalid(/gitea\/gitea-0 ran on without a restart/),
    rig(world) {
      world.onBoot = () => {
        const gitea = world.own.objects.get('Pod gitea/gitea-0')!;
        gitea.status.containerStatuses = [{ state: { running: { startedAt: '2026-11-22T00:00:00Z' } } }];
        // what ran on is never pending for long
        gitea.metadata.uid = 'gitea/gitea-0';
      };
    },
  },
  {
    ...row('block-without-bite', 'the block before the power-off'),
    rigged: 'the outside is to be denied, and a Pod still reaches example.com',
    expected: invalid(/example\.com can still be reached, .* although the block was active/),
    rig: (world) => (world.leaks = () => ['example.com']),
  },
  {
    ...row('block-gone', 'the block after the start'),
    rigged:
      'the block does not survive the restart of the nodes: a Pod reaches example.com while everything comes back',
    expected: invalid(/example\.com can still be reached, .* after the start/),
    rig: (world) => (world.leaks = (isAfterStart) => (isAfterStart ? ['example.com'] : [])),
  },
  {
    ...row('stays-sealed', 'OpenBao unseals'),
    rigged: 'OpenBao stays sealed after the start, and its Pod reports itself Ready',
    expected: fail(/OpenBao stays sealed after the start/),
    rig: (world) => (world.onBoot = () => (world.seal = { ...world.seal, sealed: true })),
  },
  {
    ...row('unsealed-by-hand', 'somebody unseals OpenBao'),
    rigged: 'OpenBao is sealed with shares that people hold, and one of them unsealed it after the start',
    expected: fail(/a person unsealed OpenBao: its seal is of type shamir/),
    rig: (world) => (world.seal = { ...world.seal, type: 'shamir' }),
  },
  {
    ...row('helped', 'a person helps the Sovereign'),
    rigged: 'somebody restarts a Deployment by hand while everything comes back',
    expected: fail(/Deployment catalyst-system\/catalyst-api on the Sovereign was changed by kubectl-rollout/),
    rig: (world) =>
      (world.onBoot = () => {
        const time = world.clock.now().toISOString();
        const deployment = world.own.objects.get('Deployment catalyst-system/catalyst-api')!;
        deployment.metadata['managedFields'] = [{ manager: 'kubectl-rollout', operation: 'Update', time }];
      }),
  },
  {
    ...row('no-git', 'Git answers'),
    rigged: 'Gitea answers 502 after the start',
    expected: fail(/not everything was back .*: gitea: answered 502/),
    rig: (world) => (world.page = (url) => (url.includes('//gitea.') ? 502 : 200)),
  },
  {
    ...row('no-registry', 'the registry answers'),
    rigged: 'the registry answers 503 after the start',
    expected: fail(/not everything was back .*: registry: answered 503/),
    rig: (world) => (world.page = (url) => (url.includes('//harbor.') ? 503 : 200)),
  },
  {
    ...row('database-waits', 'databases are ready'),
    rigged: 'a database has no replica after the start',
    expected: fail(/Cluster gitea\/gitea-pg.*database gitea\/gitea-pg has 0 of 1 replicas ready/),
    rig: (world) =>
      (world.onBoot = () => {
        const database = world.own.objects.get('Cluster gitea/gitea-pg')!;
        database.status = { phase: 'Waiting for the instances to become active', readyInstances: 0 };
      }),
  },
  {
    ...row('flux-stands', 'Flux reconciles after the start'),
    rigged: 'every Flux object is Ready as before the power-off, and none handles a new request',
    expected: fail(/Flux has not reconciled everything after the start; .*it has not handled the request yet/),
    rig: (world) => (world.reconciles = false),
  },
  {
    ...row('node-lost', 'every node is back'),
    rigged: 'one machine does not come back',
    expected: fail(/not everything was back .*: node \S+cp1 is not Ready again/),
    rig: (world) =>
      (world.onBoot = () => {
        world.own.objects.get(`Node /${cp1}`)!.status.conditions = [{ type: 'Ready', status: 'Unknown' }];
      }),
  },
]);
