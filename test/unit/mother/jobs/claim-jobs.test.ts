import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { motherJobs } from '../../../../lab/src/controllers/mother/mother-jobs.js';
import { createClaims } from '../../../../lab/src/servers/mother/claims.js';
import {
  type ClaimJob,
  claimJob,
  type FactsPage,
  type InventoryPage,
  readFacts,
  readInventory,
} from '../../../../src/mother/jobs/claim-jobs.js';
import { printOf, printOfKeys } from '../../../../src/mother/jobs/cloud-credentials-check.js';
import type { OwnApi } from '../../../../src/mother/jobs/credential-check.js';

const fqdn = 'omantel.omani.works';
const id = '5cd1bceaaacb71f6';
const other = 'ce476aaf80731a46';
const catalyst = {
  namespace: 'catalyst',
  deployment: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst', name: 'catalyst-api' },
  labels: {},
  replicas: 1,
  generation: 1,
  image: 'catalyst-api:1',
  imagePullSecrets: [],
  claim: 'records',
  mountPath: '/var/lib/catalyst',
};

/** OpenTofu's state, as its resources are labeled. */
const state = (name: string) =>
  JSON.stringify({
    resources: [{ instances: [{ attributes: { labels: { 'catalyst.openova.io/sovereign': name } } }] }],
  });

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
    'tofu/omantel-omani-works/terraform.tfstate': state(fqdn),
    'notes.txt': `seen ${fqdn}\n`,
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return { directory, root };
}

/** Runs the script that the Job carries with this machine's own sh, on a real folder. */
function runScript(
  name: ClaimJob['name'],
  root: string,
  { tmp, ...more }: { own?: OwnApi; cloud?: string; tmp?: string; offset?: number; ids?: string[] } = {},
): Record<string, unknown> {
  const job = claimJob(catalyst, { name, fqdn, ids: [id], runId: 'run12345', ...more });
  const container = job.spec.template.spec.containers[0];
  const log = join(root, '..', 'termination-log');
  const script = container.command[2] as string;
  const given = (container.env as { name: string; value: string }[]).map(({ name, value }) => [name, value]);
  execFileSync('sh', ['-c', script], {
    env: { ...Object.fromEntries(given), PATH: process.env.PATH, ROOT: root, TERMINATION_LOG: log, TMPDIR: tmp },
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

/** Paths of all files below a folder, in order. */
function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

/** @param cloud where the emulated cluster reaches the cloud API */
async function runJob(name: ClaimJob['name'], directory: string, cloud?: string): Promise<Record<string, unknown>> {
  const job = claimJob(catalyst, { name, fqdn, ids: [id], runId: 'run12345' });
  const env = { FQDN: fqdn, IDS: id, ROOT: '/var/lib/catalyst' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'catalyst' },
    spec: job.spec.template.spec,
  };
  // biome-ignore lint/suspicious/noExplicitAny: these programs ask nothing of the emulated cluster
  const lab = { world: { cloud: cloud && (() => cloud) } } as any;
  return (await motherJobs(createClaims(directory))[name]!({ pod, env, lab })) as Record<string, unknown>;
}

describe("short Jobs on the mother's claim", () => {
  const inventoryOf = (root: string) =>
    readInventory(async (offset) => runScript('inventory', root, { offset }) as unknown as InventoryPage);

  it('reads the facts that travel of its records, page by page, and no other field of them', async () => {
    const { directory, root } = claimOnDisk();
    const ids = Array.from({ length: 9 }, (_, at) => `aaaaaaaaaaaaaaa${at}`);
    const record = (id: string) => ({
      ...{ id, status: 'ready', startedAt: '2026-04-29T17:40:00Z', orgName: 'a "quoted" name' },
      request: { sovereignFQDN: fqdn, hetznerToken: 'hetzner-secret', region: 'fsn1' },
      result: {
        sovereignFQDN: fqdn,
        consoleURL: `https://console.${fqdn}`,
        gitopsRepoURL: `https://gitea.${fqdn}/${'x'.repeat(300)}`,
      },
      events: [{ status: 'installed', message: 'ghcr-secret' }],
    });
    for (const one of ids) writeFileSync(join(root, `deployments/${one}.json`), JSON.stringify(record(one), null, 2));
    const pages: FactsPage[] = [];
    const facts = await readFacts(async (offset) => {
      pages.push(runScript('facts', root, { offset }) as unknown as FactsPage);
      return pages.at(-1)!;
    });
    expect(Object.keys(facts).sort()).toEqual([id, ...ids].sort());
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.every((page) => JSON.stringify(page).length < 4096)).toBe(true);
    expect(facts[ids[0]!]).toMatchObject({ status: 'ready', region: 'fsn1', consoleURL: `https://console.${fqdn}` });
    expect(JSON.stringify(facts)).not.toMatch(/secret|orgName|quoted/);
    expect(await runJob('facts', directory)).toMatchObject({ total: ids.length + 1 });
  });

  it('finds every file of this Sovereign and none of another, and the lab answers the same', async () => {
    const { directory, root } = claimOnDisk();
    const answer = runScript('inventory', root);
    expect(answer).toMatchObject({ ids: [id], count: 5, total: 6, inFlight: [other] });
    const found = await inventoryOf(root);
    expect(found.files).not.toContain(`kubeconfigs/${other}.yaml`);
    expect(found.mentions).toEqual([{ path: 'notes.txt', owner: 'shared' }]);
    expect(await runJob('inventory', directory)).toEqual(answer);
    rmSync(directory, { recursive: true });
  });

  it('erases exactly those, also when the record itself is already gone, and the lab erases the same', async () => {
    for (const erase of [(root: string) => runScript('erase', root), (_: string, at: string) => runJob('erase', at)]) {
      const { directory, root } = claimOnDisk();
      rmSync(join(root, `deployments/${id}.json`));
      expect(await erase(root, directory)).toEqual({ deleted: 4, left: 0 });
      expect(filesIn(root)).toEqual([`deployments/${other}.json`, `kubeconfigs/${other}.yaml`, 'notes.txt']);
      expect(await inventoryOf(root)).toMatchObject({ count: 0, files: [] });
      rmSync(directory, { recursive: true });
    }
  });

  it('lists all files, however many pages that takes, and objects to a claim that changes in between', async () => {
    const { directory, root } = claimOnDisk();
    for (let index = 0; index < 300; index += 1)
      writeFileSync(join(root, `executions/${id}/exec "${index}" \\ ${'x'.repeat(40)}.log`), 'log');
    const found = await inventoryOf(root);
    expect([found.count, found.files.length, new Set(found.files).size]).toEqual([305, 305, 305]);
    expect(found.files).toContain(`executions/${id}/exec "299" \\ ${'x'.repeat(40)}.log`);
    const changing = readInventory(async (offset) => {
      if (offset > 0) writeFileSync(join(root, `executions/${id}/late.log`), 'late');
      return runScript('inventory', root, { offset }) as unknown as InventoryPage;
    });
    await expect(changing).rejects.toMatchObject({ code: 'E5005' });
    rmSync(directory, { recursive: true });
  });

  describe('among look-alikes', () => {
    const record = (name: string) => JSON.stringify({ status: 'ready', request: { sovereignFQDN: name } });
    const tfvars = (name: string) => JSON.stringify({ sovereign_fqdn: name });
    const twin = 'omantel-omani.works';
    /** Each of another Sovereign, of several, or of none. */
    const foreign: Record<string, string> = {
      'deployments/cccccccc00000001.json': record('newomantel.omani.works'),
      'deployments/cccccccc00000002.json': record('omantel.omani.works.example'),
      'deployments/cccccccc00000003.json': record('omantel-omani.works'),
      'deployments/cccccccc00000004.json': record('omantelXomani.works'),
      'deployments/cccccccc00000005.json': record('Omantel.omani.works'),
      'deployments/cccccccc00000006.json': record('b.omantel.omani.works'),
      'deployments/cccccccc00000007.json': JSON.stringify({
        request: { sovereignFQDN: 'otech.omani.works' },
        clonedFrom: { sovereignFQDN: fqdn },
        error: `{"sovereignFQDN":"${fqdn}"}`,
      }),
      'deployments/cccccccc00000008.json': JSON.stringify({
        request: { sovereignFQDN: 'otech.omani.works' },
        note: `"sovereignFQDN":"${fqdn}"`,
      }),
      'deployments/index.json': JSON.stringify([{ sovereignFQDN: fqdn }, { sovereignFQDN: 'otech.omani.works' }]),
      'kubeconfigs/cccccccc00000001.yaml': `server: https://${fqdn}:6443\n`,
      'kubeconfigs/cccccccc00000009.yaml': `server: https://${fqdn}:6443\n`,
      [`kubeconfigs/${id}0.yaml`]: 'token: other\n',
      [`kubeconfigs/${id}.yamlx`]: 'token: other\n',
      [`executions/${id}0/index.json`]: '[]',
      'executions/cccccccc00000007/exec.log': `moved from ${fqdn}.\n`,
      'tofu/newomantel-omani-works/terraform.tfstate': JSON.stringify({ from: fqdn }),
      // omantel-omani.works has the same slug
      'tofu/omantel-omani-works/terraform.tfstate': state('omantel-omani.works'),
      'tofu/omantel-omani-works-example/tofu.auto.tfvars.json': tfvars('omantel.omani.works.example'),
      'audit.log': `created ${fqdn}\ncreated otech.omani.works\n`,
      'archive/cors origins.txt': `https://console.${fqdn}, https://console.openova.io\n`,
    };
    const rigged = () => {
      const made = claimOnDisk();
      for (const [path, text] of Object.entries(foreign)) {
        mkdirSync(dirname(join(made.root, path)), { recursive: true });
        writeFileSync(join(made.root, path), text);
      }
      return made;
    };

    it('erases nothing that is not its own, byte for byte', () => {
      const { directory, root } = rigged();
      runScript('erase', root);
      for (const [path, text] of Object.entries(foreign)) expect(readFileSync(join(root, path), 'utf8')).toBe(text);
      const others = [`deployments/${other}.json`, `kubeconfigs/${other}.yaml`, 'notes.txt'];
      expect(filesIn(root)).toEqual([...Object.keys(foreign), ...others].sort());
      rmSync(directory, { recursive: true });
    });

    it('reports what mentions it exactly, with whether its owner is known, and no look-alike', async () => {
      const { directory, root } = rigged();
      const { mentions, ids } = await inventoryOf(root);
      expect(ids).toEqual([id]);
      expect(mentions.filter((one) => one.owner === 'unknown').map((one) => one.path)).toEqual([
        'kubeconfigs/cccccccc00000009.yaml',
      ]);
      expect(
        mentions
          .filter((one) => one.owner === 'shared')
          .map((one) => one.path)
          .sort(),
      ).toEqual([
        'archive/cors origins.txt',
        'audit.log',
        'deployments/cccccccc00000005.json',
        'deployments/cccccccc00000006.json',
        'deployments/cccccccc00000007.json',
        'deployments/cccccccc00000008.json',
        'deployments/index.json',
        'executions/cccccccc00000007/exec.log',
        'kubeconfigs/cccccccc00000001.yaml',
        'notes.txt',
        'tofu/newomantel-omani-works/terraform.tfstate',
        'tofu/omantel-omani-works/terraform.tfstate',
      ]);
      rmSync(directory, { recursive: true });
    });

    it.each([
      ['its variables name it', { 'tofu.auto.tfvars.json': tfvars(fqdn) }, 'ours'],
      ['the labels in its state name it', { 'terraform.tfstate': state(fqdn), 'main.tf': '' }, 'ours'],
      ['only a backup of its state names it', { 'terraform.tfstate.1.backup': state(fqdn) }, 'ours'],
      ['nothing in it names anybody', { 'terraform.tfstate': '{}', tfplan: 'hcloud_token' }, 'unknown'],
      ['there is a plan alone', { tfplan: '' }, 'unknown'],
      ['its variables name nobody', { 'tofu.auto.tfvars.json': '{}', 'main.tf': '' }, 'unknown'],
      ['a text in its state has the label', { 'terraform.tfstate': JSON.stringify({ was: state(fqdn) }) }, 'unknown'],
      ['its variables name a Sovereign of the same slug', { 'tofu.auto.tfvars.json': tfvars(twin) }, 'shared'],
      ['its state names a Sovereign of the same slug', { 'terraform.tfstate': state(twin) }, 'shared'],
      ['both are named', { 'tofu.auto.tfvars.json': tfvars(fqdn), 'terraform.tfstate': state(twin) }, 'shared'],
    ] as const)('takes the work directory of the slug only by what it names: %s', async (_, files, owner) => {
      const { directory, root } = claimOnDisk();
      const work = join(root, 'tofu/omantel-omani-works');
      rmSync(work, { recursive: true });
      mkdirSync(work);
      for (const [name, text] of Object.entries(files)) writeFileSync(join(work, name), text);
      const { files: own, mentions } = await inventoryOf(root);
      const paths = Object.keys(files)
        .map((name) => `tofu/omantel-omani-works/${name}`)
        .sort();
      const isHere = (path: string) => path.startsWith('tofu/');
      expect(own.filter(isHere)).toEqual(owner === 'ours' ? paths : []);
      expect(mentions.filter(({ path }) => isHere(path))).toEqual(
        owner === 'ours' ? [] : paths.map((path) => ({ path, owner })),
      );
      runScript('erase', root);
      expect(existsSync(work)).toBe(owner !== 'ours');
      rmSync(directory, { recursive: true });
    });

    it('leaves an unnamed work directory to a record of another FQDN whose slug is the same', async () => {
      const { directory, root } = claimOnDisk();
      writeFileSync(join(root, 'deployments/cccccccc00000003.json'), record(twin));
      writeFileSync(join(root, 'tofu/omantel-omani-works/terraform.tfstate'), '{}');
      runScript('erase', root);
      expect((await inventoryOf(root)).mentions).toContainEqual({
        path: 'tofu/omantel-omani-works/terraform.tfstate',
        owner: 'shared',
      });
      rmSync(directory, { recursive: true });
    });

    it('does not take an id that belongs to another Sovereign by now, and no name leads it elsewhere', () => {
      const { directory, root } = claimOnDisk();
      runScript('erase', root, { ids: [other] });
      expect(existsSync(join(root, `kubeconfigs/${other}.yaml`))).toBe(true);
      const trap = `executions/${id}/a\ndeployments`;
      mkdirSync(join(root, trap), { recursive: true });
      writeFileSync(join(root, trap, `${other}.json`), 'a name with a line break');
      runScript('erase', root);
      expect(existsSync(join(root, `deployments/${other}.json`))).toBe(true);
      expect(existsSync(join(root, `executions/${id}`))).toBe(false);
      rmSync(directory, { recursive: true });
    });
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
    expect(seen).toEqual({
      kubeconfigs: { [id]: answer },
      servers: { [id]: '203.0.113.77:6443' },
      prints: { [id]: expect.stringMatching(/^[0-9a-f]{16}$/) },
    });
    rmSync(directory, { recursive: true });
  });

  it("tries them at the Sovereign's API too, by its authority, and leaves none of it behind", () => {
    const { directory, root } = claimOnDisk();
    const own = { server: 'https://198.51.100.9:6443', authority: 'PEM' };
    const seen = withKubectl(directory, 'Unauthorized', () =>
      runScript('try-credentials', root, { own, tmp: directory }),
    );
    expect(seen).toMatchObject({ own: { [id]: 'refused' } });
    const calls = readFileSync(join(directory, 'calls'), 'utf8');
    expect(calls).toMatch(/--server https:\/\/198\.51\.100\.9:6443 --certificate-authority \S+ .*get --raw/);
    expect(readdirSync(directory).filter((name) => name.startsWith('own-authority'))).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it('tries the Hetzner tokens of its records at the cloud API, and tells nothing of them and of keys but a hash', () => {
    const { directory, root } = claimOnDisk();
    const token = 'h'.repeat(64);
    const pair = { accessKey: 'ACCESSKEY0123456789A', secretKey: 's'.repeat(40) };
    const work = join(root, `tofu/${fqdn.replaceAll('.', '-')}`);
    mkdirSync(work, { recursive: true });
    writeFileSync(
      join(work, 'tofu.auto.tfvars.json'),
      JSON.stringify({
        ...{ sovereign_fqdn: fqdn, hcloud_token: token },
        ...{ object_storage_access_key: pair.accessKey, object_storage_secret_key: pair.secretKey },
      }),
    );
    const seen = withKubectl(directory, 'error: You must be logged in to the server (Unauthorized)', () =>
      runScript('try-credentials', root, { cloud: 'https://cloud.example/v1', tmp: directory }),
    );
    expect(seen).toMatchObject({ tokens: { [printOf(token)]: 'refused' }, keys: [printOfKeys(pair)] });
    const calls = readFileSync(join(directory, 'calls'), 'utf8');
    expect(calls).toMatch(/--kubeconfig \S*cloud-login\S* .*get --raw \/v1\/locations/);
    expect(`${calls}${JSON.stringify(seen)}`).not.toMatch(/hhhh|ssss|ACCESSKEY/);
    expect(readdirSync(directory).filter((name) => name.startsWith('cloud-login'))).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it.each([
    [401, 'refused'],
    [200, 'accepted'],
    [503, 'unreachable'],
  ])('in a lab asks its cloud API, which answers %i: %s', async (status, answer) => {
    const { directory, root } = claimOnDisk();
    const token = 'lab-old-hcloud-token';
    const work = join(root, 'tofu/omantel-omani-works');
    writeFileSync(join(work, 'tofu.auto.tfvars.json'), JSON.stringify({ sovereign_fqdn: fqdn, hcloud_token: token }));
    const asked: (string | undefined)[] = [];
    const cloud = createServer(({ url, headers }, response) => {
      asked.push(`${url} ${headers.authorization}`);
      response.writeHead(status).end('{}');
    });
    await new Promise<void>((listening) => cloud.listen(0, '127.0.0.1', listening));
    const { port } = cloud.address() as AddressInfo;
    const seen = await runJob('try-credentials', directory, `http://127.0.0.1:${port}/v1`);
    cloud.close();
    expect(seen).toMatchObject({ tokens: { [printOf(token)]: answer } });
    expect(asked).toEqual([`/v1/locations Bearer ${token}`]);
    rmSync(directory, { recursive: true });
  });

  it('refuses an id that could be a path', () => {
    const job = { name: 'erase', fqdn, ids: ['../../etc'], runId: 'r' } as const;
    expect(() => claimJob(catalyst, job)).toThrow(/not the id of a deployment record/);
  });
});
