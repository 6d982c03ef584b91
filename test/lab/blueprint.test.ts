/** Story: the tree shown to the mother before anything is built, then drift on a Sovereign after phase 3, made by hand. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createBinaries } from '../../src/tools/exec/binaries.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';

interface Finding {
  rule: string;
  severity: string;
  message: string;
  remedy: string;
}
interface Lint {
  findings: Finding[];
  charts: { chart: string; images: string[] }[];
  server?: { object: string; state: string }[];
}
interface Row {
  blueprint: string;
  object: string;
  state: string;
  drift: { path: string; wanted?: unknown; live?: unknown }[];
}
interface Logged {
  server: string;
  method: string;
  path: string;
  userAgent: string;
}

let catalyst: Catalyst;
let lab: LabInfo;
const args = (...more: string[]) => [...more, '--lab', catalyst.lab];
const logged = () =>
  readFileSync(lab.requestLog, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Logged);

beforeAll(async () => {
  catalyst = catalystAtHome('blueprint');
  lab = await catalyst.up();
});
afterAll(() => catalyst.close());

describe('the tree, before anything is built', () => {
  it('is shown to the mother by requests of which nothing is stored', async () => {
    const before = logged().length;
    const { code, document } = await catalyst.json<Lint>(args('blueprint', 'lint', '--server', 'mother'));
    expect(code, JSON.stringify(document.error)).toBe(0);
    const states = document.result.server!.map(({ state }) => state);
    expect(states.length).toBeGreaterThan(100);
    expect(states.filter((state) => state.startsWith('accepted')).length).toBeGreaterThan(100);
    expect(states).not.toContain('refused');
    const named = document.result.findings.filter(({ rule }) => rule === 'server-kind');
    expect(named.length).toBe(states.filter((state) => state === 'no-kind').length);
    expect(named.some(({ remedy }) => remedy.startsWith('bp-cnpg installs its CRD'))).toBe(true);

    const writes = logged()
      .slice(before)
      .filter(
        ({ server, method, userAgent }) =>
          server === 'kubernetes/mother' && method !== 'GET' && /kubectl|catalyst/.test(userAgent),
      );
    expect(writes.length).toBeGreaterThan(100);
    expect(writes.filter(({ path }) => !/[?&]dryRun=All(&|$)/.test(path))).toEqual([]);
    expect(
      writes.filter(({ path }) =>
        /\/namespaces\/(sme|marketplace|website|talentmesh|stalwart|openova-system|tenant-)/.test(path),
      ),
    ).toEqual([]);
  });

  it('is linted against the charts that the registry has', async () => {
    const { code, document } = await catalyst.json<Lint>(args('blueprint', 'lint', 'bp-gitea', '--live'));
    expect(code, JSON.stringify(document.error)).toBe(0);
    expect(document.result.charts.map(({ chart }) => chart)).toEqual(['gitea']);
    // what the lab has only stands in for the real chart, and lint says so instead of calling its keys known
    expect(document.result.findings.map(({ rule }) => rule)).toEqual(['stand-in']);
  });

  it('names no server that it does not know', async () => {
    const { code, document } = await catalyst.json(args('blueprint', 'lint', '--server', 'elsewhere'));
    expect([code, document.error?.code]).toEqual([2, 'E1001']);
  });
});

describe('the Sovereign after phase 3', () => {
  const kubectl = async (...command: string[]) => {
    const binaries = createBinaries({
      exec: createExec(createRedactor()),
      env: process.env,
      cacheDir: join(homedir(), '.cache', 'catalyst'),
    });
    const { stdout } = await promisify(execFile)(await binaries.path('kubectl'), [
      '--kubeconfig',
      lab.kubeconfigs.sovereign,
      ...command,
    ]);
    return stdout;
  };
  const diff = async (...only: string[]) => {
    const { code, document } = await catalyst.json<Row[]>(args('blueprint', 'diff', ...only));
    expect(code, JSON.stringify(document.error)).toBe(0);
    return document.result;
  };

  it('has no drift when nobody touched it; what was not installed yet is missing', async () => {
    const walk = await catalyst.run(args('wizard', '--yes', '--until', '3'));
    expect(walk.code, walk.stderr).toBe(0);
    const rows = await diff();
    expect(rows.filter(({ state }) => state === 'drifted')).toEqual([]);
    const missing = new Set(rows.filter(({ state }) => state === 'missing').map(({ blueprint }) => blueprint));
    expect(missing.has('bp-harbor')).toBe(true);
    for (const there of ['bp-cilium', 'bp-flux', 'bp-gitea', 'bp-keycloak']) expect(missing.has(there)).toBe(false);
  });

  it('shows drift field by field, with secrets masked', async () => {
    const hand = { spec: { interval: '99m', values: { auth: { enabled: false }, adminPassword: 'typed-by-hand' } } };
    await kubectl(
      '-n',
      'flux-system',
      'patch',
      'helmrelease',
      'bp-valkey',
      '--type',
      'merge',
      '-p',
      JSON.stringify(hand),
    );
    await kubectl('-n', 'powerdns', 'delete', 'daemonset', 'dnsdist');
    const rows = (await diff()).filter(({ state }) => state === 'drifted');
    expect(rows.map(({ object }) => object)).toEqual(['HelmRelease flux-system/bp-valkey']);
    const drift = new Map(rows[0]!.drift.map((one) => [one.path, one]));
    expect(drift.get('spec.interval')).toMatchObject({ wanted: '15m', live: '99m' });
    expect(drift.get('spec.values.auth.enabled')).toMatchObject({ wanted: true, live: false });
    expect(drift.has('spec.values.adminPassword')).toBe(true);
    expect(JSON.stringify(rows)).not.toContain('typed-by-hand');
    const gone = (await diff('bp-powerdns')).filter(({ state }) => state === 'missing').map(({ object }) => object);
    expect(gone).toEqual(['DaemonSet powerdns/dnsdist']);
    const text = await catalyst.run(args('blueprint', 'diff', 'bp-valkey'));
    expect(text.stdout).toContain('spec.interval: "99m" instead of "15m"');
    expect(text.stdout).not.toContain('typed-by-hand');
  });

  it('gives its Secrets to plain Flux, sealed: what was deleted comes back from the tree alone', async () => {
    const out = join(catalyst.home, 'fleet');
    const { code, document } = await catalyst.json<{ files: string[] }>(
      args('blueprint', 'render', '--sealed', '--out', out),
    );
    expect(code, JSON.stringify(document.error)).toBe(0);
    const sealed = document.result.files.filter((file) => file.endsWith('/sealed-secrets.yaml'));
    expect(sealed.length).toBeGreaterThan(10);
    expect(sealed).toContain('clusters/omantel.omani.works/bp-sealed-secrets-config/sealed-secrets.yaml');
    const read = async () => {
      const found = await kubectl('-n', 'valkey', 'get', 'secret', 'valkey-users', '-o', 'json');
      return (JSON.parse(found) as { data: Record<string, string> }).data;
    };
    const before = await read();
    for (const file of sealed) {
      const text = readFileSync(join(out, file), 'utf8');
      expect(text).not.toMatch(/^kind: Secret$/m);
      for (const value of Object.values(before)) expect(text).not.toContain(Buffer.from(value, 'base64').toString());
    }
    await kubectl('-n', 'valkey', 'delete', 'secret', 'valkey-users');
    await kubectl('apply', '-f', join(out, 'clusters/omantel.omani.works/bp-valkey/sealed-secrets.yaml'));
    await kubectl('-n', 'valkey', 'wait', '--for=create', 'secret/valkey-users', '--timeout=60s');
    expect(await read()).toEqual(before);
  });
});
