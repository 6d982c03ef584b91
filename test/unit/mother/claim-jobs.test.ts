import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { motherJobs } from '../../../src/lab/controllers/mother-jobs.js';
import { createClaims } from '../../../src/lab/servers/mother/claims.js';
import { type ClaimJob, claimJob } from '../../../src/mother/claim-jobs.js';

const fqdn = 'omantel.omani.works';
const id = '5cd1bceaaacb71f6';
const other = 'ce476aaf80731a46';
const catalyst = {
  namespace: 'catalyst',
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst', name: 'catalyst-api' },
  replicas: 1,
  generation: 1,
  image: 'catalyst-api:1',
  imagePullSecrets: [],
  claim: 'records',
  mountPath: '/var/lib/catalyst',
};

function claimOnDisk(): { directory: string; root: string } {
  const directory = mkdtempSync(join(tmpdir(), 'catalyst-claim-'));
  const root = join(directory, 'catalyst', 'records');
  const files: Record<string, string> = {
    [`deployments/${id}.json`]: JSON.stringify({ id, status: 'ready', request: { sovereignFQDN: fqdn } }, null, 2),
    [`deployments/${other}.json`]: JSON.stringify({
      id: other,
      status: 'tofu-applying',
      request: { sovereignFQDN: 'otech.omani.works' },
    }),
    [`deployments/.${id}.17.json.tmp`]: '{}',
    [`kubeconfigs/${id}.yaml`]: 'token: old\n',
    [`kubeconfigs/${other}.yaml`]: 'token: other\n',
    [`executions/${id}/index.json`]: '[]',
    'tofu/omantel-omani-works/terraform.tfstate': '{}',
    'notes.txt': `seen ${fqdn}\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { directory, root };
}

/** Runs the script that the Job carries with this machine's own sh, on a real folder. */
function runScript(name: ClaimJob['name'], root: string): Record<string, unknown> {
  const job = claimJob(catalyst, { name, fqdn, ids: [id], runId: 'run12345' });
  const container = job.spec.template.spec.containers[0];
  const log = join(root, '..', 'termination-log');
  const script = (container.command[2] as string).replaceAll('/dev/termination-log', log);
  execFileSync('sh', ['-c', script], {
    env: { PATH: process.env.PATH, LC_ALL: 'C', FQDN: fqdn, IDS: id, ROOT: root },
    stdio: 'pipe',
  });
  return JSON.parse(readFileSync(log, 'utf8')) as Record<string, unknown>;
}

async function play(name: ClaimJob['name'], directory: string): Promise<Record<string, unknown>> {
  const job = claimJob(catalyst, { name, fqdn, ids: [id], runId: 'run12345' });
  const env = { FQDN: fqdn, IDS: id, ROOT: '/var/lib/catalyst' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'catalyst' },
    spec: job.spec.template.spec,
  };
  // biome-ignore lint/suspicious/noExplicitAny: these programs ask nothing of the played cluster
  return (await motherJobs(createClaims(directory))[name]!({ pod, env, lab: {} as any })) as Record<string, unknown>;
}

describe("short Jobs on the mother's claim", () => {
  it('finds every file of this Sovereign and none of another, and the lab plays the same', async () => {
    const { directory, root } = claimOnDisk();
    const said = runScript('inventory', root);
    expect(said).toMatchObject({ ids: [id], count: 6, inFlight: [other] });
    expect(said.files).not.toContain(`kubeconfigs/${other}.yaml`);
    const played = await play('inventory', directory);
    expect({ ...played, files: [...(played.files as string[])].sort() }).toEqual({
      ...said,
      files: [...(said.files as string[])].sort(),
    });
    rmSync(directory, { recursive: true });
  });

  it('erases exactly those, also when the record itself is already gone', () => {
    const { directory, root } = claimOnDisk();
    rmSync(join(root, `deployments/${id}.json`));
    expect(runScript('erase', root)).toEqual({ deleted: 5, left: 0 });
    const left = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(left.map((entry) => entry.name).sort()).toEqual([`${other}.json`, `${other}.yaml`]);
    expect(runScript('inventory', root)).toMatchObject({ count: 0, files: [] });
    rmSync(directory, { recursive: true });
  });

  it('tries kubeconfigs without telling them: refused, accepted or unreachable', () => {
    const { directory, root } = claimOnDisk();
    const bin = join(directory, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'kubectl'),
      '#!/bin/sh\necho "error: You must be logged in to the server (Unauthorized)" >&2\nexit 1\n',
      { mode: 0o755 },
    );
    const before = process.env.PATH;
    process.env.PATH = `${bin}:${before}`;
    try {
      expect(runScript('try-credentials', root)).toEqual({ kubeconfigs: { [id]: 'refused' } });
    } finally {
      process.env.PATH = before;
    }
    rmSync(directory, { recursive: true });
  });

  it('refuses an id that could be a path', () => {
    const job = { name: 'erase', fqdn, ids: ['../../etc'], runId: 'r' } as const;
    expect(() => claimJob(catalyst, job)).toThrow(/not the id of a deployment record/);
  });
});
