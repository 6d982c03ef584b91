import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lintBlueprints } from '../../../../src/actions/blueprint/lint.js';
import { loadBlueprints } from '../../../../src/blueprints/catalog/load.js';
import { allReleases } from '../../../../src/blueprints/catalog/releases.js';
import { chartLock, verifiedCharts } from '../../../../src/blueprints/charts/chart-lock.js';
import { variablesOf } from '../../../../src/blueprints/render/variables.js';
import { sha256 } from '../../../../src/support/hash.js';
import { omantel } from '../../../fakes/fake-world.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'charts-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const chart = { source: 'https://charts.example.org', name: 'valkey', version: '0.11.0' };
const lock = () => chartLock(dir, () => new Date('2026-11-29T15:00:00Z'));
const served = (text: string) => ({ pull: async (_chart: typeof chart) => Buffer.from(text) });
const pull = (text: string, pin: object = {}, keep = true) =>
  verifiedCharts(served(text), lock(), { keep }).pull({ ...chart, ...pin });
const refused = { code: 'E3021', exitCode: 7 };

describe('the archive of a chart', () => {
  it('is recorded at its first pull, and no other is taken under that version', async () => {
    await pull('first');
    expect(lock().expected(chart)).toBe(`sha256:${sha256('first')}`);
    expect(statSync(join(dir, 'charts.lock.json')).mode & 0o777).toBe(0o600);
    expect(String(await pull('first'))).toBe('first');
    await expect(pull('second')).rejects.toMatchObject(refused);
    // A mirror has the same archive, or it is no mirror.
    await expect(pull('second', { source: 'oci://harbor.example.org/charts' })).rejects.toMatchObject(refused);
    expect(String(await pull('second', { version: '0.11.1' }))).toBe('second');
  });

  it('is the pinned one from the first pull on', async () => {
    await expect(pull('first', { digest: `sha256:${sha256('other')}` })).rejects.toMatchObject(refused);
    expect(String(await pull('first', { digest: `sha256:${sha256('first')}` }))).toBe('first');
  });

  it('is not recorded in a dry run', async () => {
    await pull('first', {}, false);
    expect(lock().expected(chart)).toBeUndefined();
  });

  it('is not taken on a record that cannot be read', async () => {
    for (const text of ['{', '[]', '{"version":1,"charts":{"valkey 0.11.0":{"digest":"sha256:1"}}}']) {
      writeFileSync(join(dir, 'charts.lock.json'), text);
      await expect(pull('first')).rejects.toMatchObject({ code: 'E3022', exitCode: 5 });
      expect(readFileSync(join(dir, 'charts.lock.json'), 'utf8')).toBe(text);
    }
  });
});

describe('blueprint lint', () => {
  it('lists the charts that no Blueprint pins, with what was recorded', async () => {
    const blueprints = await loadBlueprints(join(import.meta.dirname, '../../../../templates/blueprints'));
    const sovereign = omantel();
    const { name, version } = blueprints.find((one) => one.name === 'bp-cert-manager')!.chart;
    await pull('first', { name, version });
    const { unpinned } = await lintBlueprints(sovereign, blueprints, { only: 'bp-cert-manager', lock: lock() });
    expect(unpinned).toEqual([
      { blueprint: 'bp-cert-manager', chart: name, version, recorded: `sha256:${sha256('first')}` },
    ]);
    const all = await lintBlueprints(sovereign, blueprints, { lock: lock() });
    const without = blueprints
      .flatMap((one) => allReleases(one, sovereign, variablesOf(sovereign)))
      .filter((one) => !one.chart.digest);
    expect(all.unpinned).toHaveLength(without.length);
  });

  it('does not hold another version to the pinned digest', async () => {
    const [valkey] = (await loadBlueprints(join(import.meta.dirname, '../../../../templates/blueprints'))).filter(
      ({ name }) => name === 'bp-valkey',
    );
    const pinned = { ...valkey!, chart: { ...valkey!.chart, digest: `sha256:${'0'.repeat(64)}` } };
    const of = (blueprints: object) => {
      const sovereign = omantel({}, { blueprints });
      return allReleases(pinned, sovereign, variablesOf(sovereign))[0]?.chart.digest;
    };
    expect(of({})).toBe(pinned.chart.digest);
    expect(of({ 'bp-valkey': { version: '0.12.0' } })).toBeUndefined();
  });
});
