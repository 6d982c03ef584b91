import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../src/mother/discover.js';
import { redirectUndoObjects, undoObjects } from '../../../src/mother/jobs/undo-job.js';
import { undoName } from '../../../src/mother/own-names.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { createExec } from '../../../src/tools/exec/exec.js';

const catalyst = (suspend?: boolean): CatalystOnMother => ({
  namespace: 'catalyst',
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst', name: 'catalyst-api' },
  labels: {},
  replicas: 3,
  generation: 1,
  image: 'api:1',
  imagePullSecrets: [],
  claim: 'records',
  mountPath: '/var/lib/catalyst',
  kustomization: {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: 'flux-system',
    name: 'catalyst-platform',
    suspended: false,
    suspend,
  },
});
/** Adds up what is slept; each look at the time or the cluster costs nothing. */
const clockPrograms = (dir: string) => ({
  date: `cat ${dir}/now`,
  sleep: `echo "sleep $1" >> ${dir}/calls; echo $(($(cat ${dir}/now) + $1)) > ${dir}/now`,
});
const run = { fqdn: 'omantel.omani.works', runId: '0123456789ab', seconds: 0, until: new Date(0) };

interface State {
  may?: boolean;
  replicas: string;
  suspend: string;
  /** Sovereign and run of the redirect that is there. */
  redirect?: string;
  /** A read that the API does not answer. */
  fails?: string;
  /** When somebody stops it, in seconds; default: `replicas` from the start. */
  stoppedAt?: number;
  /** What an earlier Pod of the Job noted. */
  noted?: string;
}

const runScript = (suspend: boolean | undefined, state: State) =>
  playJob(undoObjects(catalyst(suspend), run).at(-1)!, state);

/** Runs the script of the Job with a kubectl that notes its calls and answers what `state` has. */
async function playJob(job: KubeObject, state: State) {
  const dir = mkdtempSync(join(tmpdir(), 'catalyst-undo-'));
  const container = job.spec.template.spec.containers[0];
  const kubectl = `#!/bin/sh
echo "$*" >> ${dir}/calls
case "$*" in
  "auth can-i"*) exit ${state.may === false ? 1 : 0} ;;
  *"get ${state.fails ?? 'nothing'}"*) exit 1 ;;
  *"get job"*) printf %s '${state.noted ?? ''}' ;;
  *"get deployment"*) [ "$(cat ${dir}/now)" -ge ${state.stoppedAt ?? 0} ] && printf %s '${state.replicas}' || printf 3 ;;
  *"get kustomizations"*) printf %s '${state.suspend}' ;;
  *"get ingresses"*|*"get middlewares"*) printf %s '${state.redirect ?? ''}' ;;
esac
`;
  writeFileSync(join(dir, 'kubectl'), kubectl);
  for (const [name, text] of Object.entries(clockPrograms(dir))) writeFileSync(join(dir, name), `#!/bin/sh\n${text}\n`);
  for (const name of ['kubectl', 'date', 'sleep']) chmodSync(join(dir, name), 0o755);
  writeFileSync(join(dir, 'now'), '0\n');
  const env = Object.fromEntries(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  const [file, ...args] = container.command.map((word: string) =>
    word.replaceAll('/dev/termination-log', `${dir}/log`),
  );
  const exec = createExec(createRedactor());
  const { exitCode } = await exec({ file, args, env: { ...env, PATH: `${dir}:/usr/bin:/bin` }, okCodes: [0, 1] });
  const calls = readFileSync(join(dir, 'calls'), 'utf8');
  const log = existsSync(join(dir, 'log')) ? readFileSync(join(dir, 'log'), 'utf8') : '';
  return { exitCode, calls, log, now: Number(readFileSync(join(dir, 'now'), 'utf8')) };
}

describe('the script of the undo', () => {
  it.each([
    [undefined, 'null'],
    [false, 'false'],
  ])('with `suspend` found as %s tests its rights, is armed, and puts back exactly', async (suspend, field) => {
    const { exitCode, calls, log } = await runScript(suspend, { replicas: '0', suspend: 'true' });
    expect({ exitCode, log }).toEqual({ exitCode: 0, log: '{"undone":true}' });
    const order = ['auth can-i', 'annotate job', '--replicas=3', `{"spec":{"suspend":${field}}}`, 'delete rolebinding'];
    expect(order.map((part) => calls.indexOf(part))).toEqual(
      order.map((part) => calls.indexOf(part)).toSorted((a, b) => a - b),
    );
    for (const part of order) expect(calls).toContain(part);
  });

  it('leaves alone what somebody has put back already', async () => {
    const { exitCode, calls } = await runScript(undefined, { replicas: '2', suspend: 'false' });
    expect(exitCode).toBe(0);
    expect(calls).not.toMatch(/--replicas=|--type=merge/);
  });

  it('ends at once, unarmed, when it may not do what it must', async () => {
    const { exitCode, calls, log } = await runScript(undefined, { may: false, replicas: '0', suspend: 'true' });
    expect(exitCode).toBe(1);
    expect(log).toMatch(/^not allowed: patch deployments\.apps\/catalyst-api/);
    expect(calls).not.toMatch(/annotate|--replicas/);
  });
});

describe('the time that catalyst-api is away', () => {
  const play = (state: Partial<State>) =>
    playJob(undoObjects(catalyst(), { ...run, seconds: 40, downSeconds: 47 }).at(-1)!, {
      ...{ replicas: '0', suspend: 'true', ...state },
    });

  it('is counted by the mother from when it was stopped, however long the Job was armed before', async () => {
    const { now, calls } = await play({ stoppedAt: 20 });
    expect(calls).toContain('stopped=20');
    expect(calls).toContain('--replicas=3');
    expect(now).toBe(67);
  });

  it('does not begin anew with a Pod that is made again', async () => {
    expect((await play({ noted: '-40' })).now).toBe(7);
    const late = await play({ noted: '-400' });
    expect(late.now).toBe(0);
    expect(late.calls).toContain('--replicas=3');
  });

  it('ends with the Job where nobody stopped it, or the API did not say', async () => {
    expect((await play({ stoppedAt: 10_000 })).now).toBe(40);
    const silent = await play({ fails: 'deployment' });
    expect(silent).toMatchObject({ now: 40, exitCode: 1 });
  });
});

describe('of what it cannot read', () => {
  it.each(['deployment', 'kustomizations'])('a %s, it never says that it is undone', async (fails) => {
    const { exitCode, log, calls } = await runScript(undefined, { replicas: '0', suspend: 'true', fails });
    expect({ exitCode, log }).toEqual({ exitCode: 1, log: '' });
    expect(calls).not.toContain('delete rolebinding');
  });
});

describe('the script of the undo of a redirect', () => {
  const removed = /-n catalyst delete (ingresses|middlewares)/;
  const playRedirect = (state: Partial<State>) =>
    playJob(redirectUndoObjects(catalyst(), run).at(-1)!, { replicas: '', suspend: '', ...state });

  it('tests its rights, is armed, and removes the Ingress, then the Middleware, of its Sovereign and run', async () => {
    const { exitCode, calls, log } = await playRedirect({ redirect: 'omantel.omani.works 0123456789ab' });
    expect({ exitCode, log }).toEqual({ exitCode: 0, log: '{"undone":true}' });
    const name = 'catalyst-sovereign-redirect-omantel-omani-works';
    const order = [
      `auth can-i -q delete ingresses.networking.k8s.io/${name} -n catalyst`,
      `auth can-i -q delete middlewares.traefik.io/${name} -n catalyst`,
      'annotate job',
      `-n catalyst delete ingresses.networking.k8s.io ${name}`,
      `-n catalyst delete middlewares.traefik.io ${name}`,
      'delete rolebinding',
    ].map((part) => calls.indexOf(part));
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });

  it.each(['', 'omantel.omani.works other', 'another.omani.works 0123456789ab', ' '])(
    'leaves alone what carries the labels "%s"',
    async (redirect) => {
      const { exitCode, calls } = await playRedirect({ redirect });
      expect(exitCode).toBe(0);
      expect(calls).not.toMatch(removed);
    },
  );

  it('ends at once, unarmed, when it may not do what it must', async () => {
    const { exitCode, calls, log } = await playRedirect({ may: false });
    expect(exitCode).toBe(1);
    expect(log).toMatch(/^not allowed: delete ingresses/);
    expect(calls).not.toMatch(/annotate/);
  });
});

it('has a name that fits a Job, for the longest Sovereign too', () => {
  const fqdn = `${'a-very-long-name-of-a-sovereign'.repeat(2)}.omani.works`;
  expect(undoName({ ...run, fqdn }).length).toBeLessThanOrEqual(63);
  expect(undoName({ ...run, fqdn })).toMatch(/^[a-z0-9-]*[a-z0-9]$/);
});
