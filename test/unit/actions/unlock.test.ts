import {
  appendFileSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../../src/actions/session/context.js';
import { readJournal } from '../../../src/actions/session/read-journal.js';
import { type Unlocked, unlock } from '../../../src/actions/unlock.js';
import { openJournal } from '../../../src/engine/journal.js';
import type { Holder } from '../../../src/sovereign/state/lease.js';
import { takeLock } from '../../../src/sovereign/state/lock.js';
import { thisProcess } from '../../../src/sovereign/state/process-identity.js';
import { fail } from '../../../src/support/errors/errors.js';
import { createRedactor } from '../../../src/support/redact/redact.js';

const fqdn = 'omantel.omani.works';
const now = new Date('2026-11-29T12:00:00Z');
let dir: string;
let shown: Unlocked[];
let warned: string[];
const path = () => join(dir, 'journal.jsonl');
const clock = { now: () => now, sleep: async () => undefined };
const redactor = createRedactor();

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'unlock-')), fqdn);
  mkdirSync(dir);
  shown = [];
  warned = [];
});

function context(dryRun = false): Context {
  const kept = new Map<string, string>();
  const credentials = {
    find: async (name: string) => kept.get(name),
    set: async (k: string, v: string) => kept.set(k, v),
  };
  return {
    ...{ clock, redactor, runId: 'unlocking', by: 'me@here', options: { dryRun } },
    ...{ stateDir: async () => dir, spec: async () => ({ sovereign: { spec: { fqdn } } }) },
    ...{ credentials: async () => credentials, output: { warn: (text: string) => void warned.push(text) } },
    confirmByName: async ({ confirm }: { confirm?: string }) => {
      if (confirm !== fqdn) throw fail('E4006', 'not confirmed');
    },
  } as unknown as Context;
}
const run = (confirm?: string, dryRun = false) => unlock(context(dryRun), confirm, (found) => shown.push(found));

/** Of a run on another machine that shares this folder, `silentMs` ago. */
function leave(silentMs: number, more: Partial<Holder> = {}) {
  const renewed = new Date(now.getTime() - silentMs).toISOString();
  const there = { ...thisProcess(), pid: 4242, boot: 'another-boot', machine: 'another-machine' };
  const lease = { ...there, run: 'theirs', by: 'eva@laptop', command: 'catalyst wizard', since: renewed, renewed };
  writeFileSync(join(dir, 'lock'), JSON.stringify({ ...lease, journal: '', ...more }));
}

describe('unlock', () => {
  it('of a run whose journal was removed together with its head says so, and journals it', async () => {
    leave(3_600_000, { journal: '1:2' });
    await expect(run()).rejects.toMatchObject({ code: 'E4006' });
    expect(warned[0]).toMatch(/and its signed head are missing, but .*lock exists/);
    await run(fqdn);
    expect(readJournal(dir)[1]).toMatchObject({
      kind: 'takeover',
      inputs: { removed: expect.stringMatching(/missing/) },
    });
  });

  it('shows what it knows and takes over from a run that is silent, and the journal says so', async () => {
    leave(3_600_000);
    expect(await run(fqdn)).toMatchObject({ takenOver: true });
    expect(warned).toEqual([]);
    expect(shown).toMatchObject([
      { holder: { command: 'catalyst wizard', by: 'eva@laptop', pid: 4242, ageSeconds: 3600, state: 'silent' } },
    ]);
    const entries = readJournal(dir);
    expect(entries.map(({ kind }) => kind)).toEqual(['bound', 'takeover', 'sealed']);
    expect(entries[1]).toMatchObject({ inputs: { of: 'theirs', from: 'eva@laptop', state: 'silent' } });
    takeLock(dir, { command: 'catalyst resume', run: 'next', by: 'me@here', now }).release();
  });

  it.each([
    ['without the FQDN', undefined],
    ['with another', 'test.omani.works'],
  ])('%s nothing is taken over', async (_what, confirm) => {
    leave(3_600_000);
    const before = readFileSync(join(dir, 'lock'));
    await expect(run(confirm)).rejects.toMatchObject({ code: 'E4006', exitCode: 7 });
    expect(readFileSync(join(dir, 'lock'))).toEqual(before);
    expect(shown).toHaveLength(1);
    const dry = run(confirm, true);
    if (confirm === undefined) await expect(dry).resolves.toMatchObject({ takenOver: false });
    else await expect(dry).rejects.toMatchObject({ code: 'E4006' });
  });

  it('refuses while the holder renews its lease elsewhere, and while it lives here, even typed', async () => {
    leave(5_000);
    await expect(run(fqdn)).rejects.toMatchObject({ code: 'E1202', exitCode: 9 });
    const lock = takeLock(mkdtempSync(join(tmpdir(), 'other-')), { command: 'x', run: 'x', by: 'x', now });
    leave(3_600_000, { ...thisProcess() });
    await expect(run(fqdn)).rejects.toMatchObject({ code: 'E1202', exitCode: 9 });
    lock.release();
  });

  it('refuses while any process has the journal, whatever the lease says', async () => {
    const lock = takeLock(dir, { command: 'catalyst wizard', run: 'here', by: 'me@here', now });
    leave(3_600_000);
    await expect(run(fqdn)).rejects.toMatchObject({ code: 'E1202' });
    lock.release();
  });

  it('without a lease has nothing to do', async () => {
    expect(await run()).toEqual({ path: join(dir, 'lock'), takenOver: false });
  });

  it('ends the run that was taken over at its next line, should it wake up', async () => {
    const fd = openSync(path(), constants.O_RDWR | constants.O_APPEND | constants.O_CREAT, 0o600);
    // As on another machine: the lock of its kernel is not seen here.
    const file = { fd, path: path(), identity: '', locked: false, inPlace: () => true, close: () => closeSync(fd) };
    const theirs = openJournal({ path: path(), runId: 'theirs', by: 'eva@laptop', clock, redactor, file });
    theirs.append({ kind: 'note' });
    leave(3_600_000);
    await run(fqdn);
    expect(() => theirs.append({ kind: 'note' })).toThrow(expect.objectContaining({ code: 'E1204', exitCode: 9 }));
    theirs.close();
    expect(readJournal(dir).map(({ kind }) => kind)).toEqual(['note', 'bound', 'sealed', 'takeover', 'sealed']);
  });

  it('of a journal that needs a repair says so, and takes nothing over', async () => {
    leave(3_600_000);
    appendFileSync(path(), 'torn\n');
    const before = readFileSync(join(dir, 'lock'));
    await expect(run(fqdn)).rejects.toMatchObject({ code: 'E4008' });
    expect(readFileSync(join(dir, 'lock'))).toEqual(before);
  });
});
