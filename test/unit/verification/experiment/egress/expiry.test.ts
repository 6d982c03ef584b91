/** What lifts the block when nobody else does: the scripts as they stand, with a kubectl that only notes what it is asked. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canaryProbe } from '../../../../../src/verification/experiment/egress/canaries.js';
import { expiryObjects } from '../../../../../src/verification/experiment/egress-objects.js';

const run = {
  fqdn: 'omantel.omani.works',
  runId: 'run-1',
  process: { pid: 1, started: '', pids: '', boot: '', machine: '' },
  until: new Date('2026-11-22T10:10:00Z'),
};
const objects = expiryObjects({ ...run, image: 'api:1', seconds: 600 });
const of = (kind: string) => objects.find((one) => one.kind === kind)!;
const [job] = of('Job').spec.template.spec.containers;
const [keeper] = of('CronJob').spec.jobTemplate.spec.template.spec.containers;

/** @param made when the API server made the object that arms it */
function runScript(container: typeof job, made: Date) {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-lift-'));
  const [log, word] = [join(folder, 'log'), join(folder, 'word')];
  const note = `echo "$*" >> ${log}`;
  writeFileSync(
    join(folder, 'kubectl'),
    `#!/bin/sh\ncase "$*" in *creationTimestamp*) echo ${made.toISOString().replace(/\.\d+/, '')} ;; *) ${note} ;; esac\n`,
  );
  writeFileSync(join(folder, 'sleep'), `#!/bin/sh\necho "sleep $*" >> ${log}\n`);
  for (const name of ['kubectl', 'sleep']) chmodSync(join(folder, name), 0o755);
  const env = Object.fromEntries(
    (container.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]),
  );
  const script = String(container.command.at(-1)).replaceAll('/dev/termination-log', word);
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script], {
    env: { PATH: `${folder}:${process.env['PATH']}`, ...env },
    encoding: 'utf8',
  });
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return '';
    }
  };
  return { status, stderr, asked: read(log).split('\n').filter(Boolean), word: read(word) };
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);

describe('the Job that lifts the block', () => {
  it('waits for what is left of its time, counted from when the Job was made', () => {
    const { status, stderr, asked, word } = runScript(job, ago(500));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const waited = Number(asked.find((line) => line.startsWith('sleep '))?.slice(6));
    expect(waited).toBeGreaterThan(90);
    expect(waited).toBeLessThanOrEqual(100);
    expect(word).toBe('{"lifted":true}');
    expect(asked.at(-1)).toBe('delete clusterrolebinding catalyst-egress-block --ignore-not-found');
  });

  it('does not begin to count anew when its Pod was killed', () => {
    const { asked } = runScript(job, ago(900));
    expect(asked.filter((line) => line.startsWith('sleep'))).toEqual([]);
    expect(asked).toContain(
      'delete ciliumclusterwidenetworkpolicies.cilium.io catalyst-egress-block --ignore-not-found',
    );
  });
});

describe('the CronJob beside it', () => {
  it('does nothing before the time is over', () => {
    expect(runScript(keeper, ago(500))).toMatchObject({ status: 0, asked: [], word: '' });
  });

  it('lifts everything without the Job when the time is over, and then itself', () => {
    const { status, stderr, asked } = runScript(keeper, ago(601));
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(asked).toEqual([
      'delete ciliumclusterwidenetworkpolicies.cilium.io catalyst-egress-block --ignore-not-found',
      '-n kube-system patch configmap coredns-custom --type=merge -p {"data":{"catalyst-egress-block.server":null,"catalyst-egress-allow.server":null}}',
      '-n catalyst-probes delete job catalyst-egress-block --ignore-not-found --wait=false',
      '-n catalyst-probes delete cronjob catalyst-egress-block --ignore-not-found --wait=false --cascade=orphan',
      'delete clusterrolebinding catalyst-egress-block --ignore-not-found',
    ]);
  });

  it('has the rights for that, and no others', () => {
    const rules = of('ClusterRole').rules as { resources: string[]; resourceNames?: string[]; verbs: string[] }[];
    expect(rules.every(({ resourceNames }) => resourceNames?.join() === 'catalyst-egress-block')).toBe(true);
    expect(rules.find(({ resources }) => resources.includes('cronjobs'))?.verbs).toEqual(['get', 'delete']);
  });
});

describe('the probe of the canaries', () => {
  it('writes one JSON object, and calls a name without an address, an address and a resolver not reached', () => {
    const folder = mkdtempSync(join(tmpdir(), 'catalyst-canary-'));
    const word = join(folder, 'word');
    const { script, env } = canaryProbe('api:1', {
      hosts: ['nobody.invalid', 'localhost'],
      known: { 'nobody.invalid': '127.0.0.1' },
      resolvers: ['127.0.0.1'],
    });
    const { stderr } = spawnSync('/bin/sh', ['-c', script.replaceAll('/dev/termination-log', word)], {
      env: { PATH: process.env['PATH']!, ...env },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const look = JSON.parse(readFileSync(word, 'utf8'));
    expect(look).toMatchObject({
      hosts: {
        'nobody.invalid': { addresses: [], reached: false, direct: false },
        localhost: { reached: false },
      },
      resolvers: { '127.0.0.1': false },
    });
    expect(look.hosts.localhost.addresses.length).toBeGreaterThan(0);
  });
});
