import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { motherJobs } from '../../../src/lab/controllers/mother-jobs.js';
import { createClaims } from '../../../src/lab/servers/mother/claims.js';
import { type ClaimJob, claimJob } from '../../../src/mother/claim-jobs.js';
import type { OwnApi } from '../../../src/mother/credential-trial.js';

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
function runScript(name: ClaimJob['name'], root: string, own?: OwnApi, tmp?: string): Record<string, unknown> {
  const job = claimJob(catalyst, { name, fqdn, ids: [id], runId: 'run12345', own });
  const container = job.spec.template.spec.containers[0];
  const log = join(root, '..', 'termination-log');
  const script = (container.command[2] as string).replaceAll('/dev/termination-log', log);
  const given = (container.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]);
  execFileSync('sh', ['-c', script], {
    env: { ...Object.fromEntries(given), PATH: process.env.PATH, LC_ALL: 'C', ROOT: root, TMPDIR: tmp },
    stdio: 'pipe',
  });
  return JSON.parse(readFileSync(log, 'utf8')) as Record<string, unknown>;
}

/** With a kubectl that knows where every kubeconfig leads and answers `words`, or, without any, that all is well. */
function withKubectl<T>(directory: string, words: string, work: () => T): T {
  const bin = join(directory, 'bin');
  mkdirSync(bin);
  const script = `#!/bin/sh
echo "$@" >> ${join(directory, 'calls')}
case "$*" in *jsonpath*) printf https://203.0.113.77:6443; exit 0 ;; esac
[ -n '${words}' ] || exit 0
echo '${words}' >&2
exit 1
`;
  writeFileSync(join(bin, 'kubectl'), script, { mode: 0o755 });
  const before = process.env.PATH;
  process.env.PATH = `${bin}:${before}`;
  try {
    return work();
  } finally {
    process.env.PATH = before;
  }
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

  it.each([
    ['error: You must be logged in to the server (Unauthorized)', 'refused'],
    ['Error from server (Forbidden): namespaces is forbidden: User "x" cannot list', 'refused'],
    ['Unable to connect to the server: proxyconnect tcp: Forbidden', 'unreachable'],
    ['Unable to connect to the server: tls: failed to verify certificate: unknown authority', 'other-authority'],
    ['Unable to connect to the server: dial tcp 203.0.113.77:6443: i/o timeout', 'unreachable'],
    ['', 'accepted'],
  ])('tries kubeconfigs without telling them: "%s" is %s', (words, answer) => {
    const { directory, root } = claimOnDisk();
    const seen = withKubectl(directory, words, () => runScript('try-credentials', root));
    expect(seen).toEqual({ kubeconfigs: { [id]: answer }, servers: { [id]: '203.0.113.77:6443' } });
    rmSync(directory, { recursive: true });
  });

  it("tries them at the Sovereign's API too, by its authority, and leaves none of it behind", () => {
    const { directory, root } = claimOnDisk();
    const own = { server: 'https://198.51.100.9:6443', authority: 'PEM' };
    const seen = withKubectl(directory, 'Unauthorized', () => runScript('try-credentials', root, own, directory));
    expect(seen).toMatchObject({ own: { [id]: 'refused' } });
    const calls = readFileSync(join(directory, 'calls'), 'utf8');
    expect(calls).toMatch(/--server https:\/\/198\.51\.100\.9:6443 --certificate-authority \S+ .*get --raw/);
    expect(readdirSync(directory).filter((name) => name.startsWith('own-authority'))).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it('refuses an id that could be a path', () => {
    const job = { name: 'erase', fqdn, ids: ['../../etc'], runId: 'r' } as const;
    expect(() => claimJob(catalyst, job)).toThrow(/not the id of a deployment record/);
  });
});
