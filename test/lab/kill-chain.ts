/**
 * Kills as a chain on one lab: each run dies at the first entry of the journal that no run died at before, and the next resumes,
 * until none is left or `most` were made.
 */
import { mkdirSync, readFileSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { JournalEntry } from '../../src/phases/journal-entry.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact.js';
import { createExec } from '../../src/tools/exec.js';
import { createKube } from '../../src/tools/kube-client.js';
import { type Catalyst, catalystAtHome, type Ended, type LabInfo } from './catalyst.js';

const fqdn = 'omantel.omani.works';

/** `PIPE` closes what the run writes to. */
type Way = 'KILL' | 'HUP' | 'TERM' | 'PIPE';

interface Chain {
  kills: number;
  /** Entries that a run died at. */
  entries: string[];
  /** What is left in the lab's Hetzner, and of catalyst on the mother. */
  left: string[];
}

/**
 * Walks to `until`; without `ways` nobody kills it. Expects that every call goes on, and that the last one ends the walk. Each resume costs
 * some 66 of the 3,600 requests that the lab's Hetzner allows an hour.
 */
export async function killChain(until: string, options: { ways?: Way[]; most?: number } = {}): Promise<Chain> {
  const { ways = [], most = ways.length === 0 ? 0 : Number.POSITIVE_INFINITY } = options;
  const catalyst = catalystAtHome('kill-chain');
  try {
    const lab = await catalyst.up();
    const hit = new Set<string>();
    const start = ['wizard', '--lab', catalyst.lab, '--yes', '--until', until];
    const resume = ['resume', '--lab', catalyst.lab, '--yes'];
    let args = start;
    let kills = 0;
    for (;;) {
      const before = hit.size;
      const ended = await run(catalyst, lab, { args, hit, way: kills < most ? ways[kills % ways.length] : undefined });
      const told = `after ${kills} kills (${[...hit].at(-1)}): ${args.join(' ')}\n${ended.stderr}`;
      expect(ended.stderr, told).not.toMatch(/E9001|E4008/);
      // Killed before it had begun: there is nothing to resume.
      if (args === resume && /Nothing to resume/i.test(ended.stderr)) {
        args = start;
        continue;
      }
      if (hit.size === before) {
        expect(ended.code, told).toBe(0);
        break;
      }
      kills += 1;
      // A run that had its last entry behind it may end before it is reached.
      expect([null, 130, 0], told).toContain(ended.code);
      args = ended.code === 0 ? start : resume;
    }
    const unchanged = await catalyst.run(['verify', 'protected', '--lab', catalyst.lab]);
    expect(unchanged.code, unchanged.stderr).toBe(0);
    const left = [...(await hetzner(lab)), ...(await onTheMother(lab))].sort();
    return { kills, entries: [...hit], left };
  } finally {
    await catalyst.close();
  }
}

async function run(
  catalyst: Catalyst,
  lab: LabInfo,
  { args, hit, way }: { args: string[]; hit: Set<string>; way: Way | undefined },
): Promise<Ended> {
  const folder = join(dirname(lab.spec), 'state', fqdn);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const from = journal(folder).length;
  let die: () => void = () => undefined;
  const killAt = new Promise<void>((resolve) => {
    die = resolve;
  });
  const watcher = watch(folder, (_event, name) => {
    if (way === undefined || name !== 'journal.jsonl') return;
    const fresh = journal(folder)
      .slice(from)
      .map(keyOf)
      .find((key) => key !== undefined && !hit.has(key));
    if (fresh === undefined) return;
    watcher.close();
    hit.add(fresh);
    die();
  });
  try {
    return await catalyst.run(args, way === 'PIPE' ? { closeAt: killAt } : { killAt, signal: `SIG${way ?? 'KILL'}` });
  } finally {
    watcher.close();
  }
}

/** The whole lines; the last may still be on its way. */
function journal(folder: string): JournalEntry[] {
  try {
    const text = readFileSync(join(folder, 'journal.jsonl'), 'utf8');
    const lines = text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter(Boolean);
    return lines.map((line) => JSON.parse(line) as JournalEntry);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Step, description without what is made up anew in each run, and begin or end; undefined for an entry of no change. */
function keyOf({ kind, step, inputs }: JournalEntry): string | undefined {
  if (!['begin', 'ok', 'fail', 'indoubt'].includes(kind)) return undefined;
  const sentence = String(inputs?.['sentence']).replace(/\b[0-9a-f]{8,}\b|\d{3,}/g, '…');
  return `${step} ${kind === 'begin' ? 'begin' : 'end'} ${sentence}`;
}

/** Everything in the project by type and name; what Kubernetes names by chance, by its type. */
async function hetzner(lab: LabInfo): Promise<string[]> {
  const types = [
    'servers',
    'volumes',
    'networks',
    'load_balancers',
    'firewalls',
    'primary_ips',
    'floating_ips',
    'ssh_keys',
  ];
  const all = await Promise.all(
    types.map(async (type) => {
      const answer = await fetch(`${lab.endpoints['hetzner']}/${type}?per_page=50`, {
        headers: { authorization: `Bearer ${lab.credentials['hcloud-token']}` },
      });
      expect(answer.status).toBe(200);
      const items = ((await answer.json()) as Record<string, { name: string }[]>)[type]!;
      return items.map(({ name }) => `${type} ${name.replace(/[0-9a-f]{8,}(-[0-9a-f]{4,})*|\d{5,}/g, '…')}`);
    }),
  );
  return all.flat();
}

/** Undo Jobs, their rights and leases. */
async function onTheMother(lab: LabInfo): Promise<string[]> {
  const mother = createKube({
    kubeconfig: lab.kubeconfigs.mother,
    kubectl: () => Promise.reject(new Error('nothing is applied here')),
    exec: createExec(createRedactor()),
    clock: systemClock,
    signal: new AbortController().signal,
  });
  const kinds = [
    { apiVersion: 'batch/v1', kind: 'Job' },
    { apiVersion: 'v1', kind: 'ServiceAccount' },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
  ];
  const all = await Promise.all(kinds.map((kind) => mother.list(kind)));
  return all
    .flat()
    .filter(({ metadata }) => metadata.name.startsWith('catalyst-sovereign-'))
    .map(({ kind, metadata }) => `mother ${kind} ${metadata.name}`);
}
