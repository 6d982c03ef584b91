import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type LockedJournal, lockJournal } from '../../../../src/actions/session/lock-journal.js';
import { inspectJournal, readJournal, readJournalOf } from '../../../../src/actions/session/read-journal.js';
import { parseJournal, scanJournal } from '../../../../src/engine/journal-entry.js';
import { findPublicKey, type KeyKeeper } from '../../../../src/evidence/signing.js';
import { crossingMutation } from '../../../../src/handover/record.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { createGate } from '../../../../src/world/gate/gate.js';
import { checkHead } from '../../../../src/world/journal/journal-head.js';
import type { World } from '../../../../src/world/world.js';
import { clock } from '../../engine/rig.js';

const fqdn = 'omantel.omani.works';
let dir: string;
let keeper: KeyKeeper;
const path = () => join(dir, 'journal.jsonl');
const head = () => join(dir, 'journal.head.json');

function newKeeper(): KeyKeeper {
  const kept = new Map<string, string>();
  return {
    find: async (name) => kept.get(name),
    set: async (name, value) => {
      kept.set(name, value);
    },
  };
}

const lock = (more: { accept?: boolean } = {}, keys = keeper): Promise<LockedJournal> =>
  lockJournal(dir, {
    ...{ command: 'catalyst wizard', fqdn, runId: 'run-1', by: 'me@here', clock, redactor: createRedactor() },
    ...{ keys: async () => keys, warn: (text) => expect.unreachable(text), ...more },
  });

/** As `resume` and `status` read it. */
const worldOf = (credentials: KeyKeeper) =>
  ({ stateDir: dir, identity: async () => ({ kind: 'real' }), credentials }) as unknown as World;

/** A run that notes `count` things and ends. */
async function run(count: number, sealAfter?: number) {
  const locked = await lock();
  for (let index = 1; index <= count; index += 1) {
    locked.journal.append({ kind: 'note', inputs: { message: `ünïcode ${index}` } });
    if (index === sealAfter) await locked.journal.sealHead('the point of no return');
  }
  await locked.release();
}

beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'head-')), fqdn);
  mkdirSync(dir);
  keeper = newKeeper();
});

describe('the signed head of a journal', () => {
  it('is written at the end of a run that did something, and a stranger can check it with the public key alone', async () => {
    await run(3);
    const parsed = parseJournal(readFileSync(path()), path());
    const key = await findPublicKey(keeper);
    expect(checkHead(path(), parsed, key)).toMatchObject({ fqdn, seq: 3, reason: 'the end of catalyst wizard' });
    expect(parsed.entries.at(-1)).toMatchObject({ kind: 'sealed', inputs: { seq: 3 } });
    const before = readFileSync(head());
    await run(0);
    expect(readFileSync(head())).toEqual(before);
    const other = newKeeper();
    await lock({ accept: true }, other).then((locked) => locked.journal.sealHead('x').then(() => locked.release()));
    expect(() => checkHead(path(), parseJournal(readFileSync(path()), path()), key)).toThrow(
      expect.objectContaining({ code: 'E4032', exitCode: 7 }),
    );
  });

  it('shows every cut of what it covers, at any byte, to those who read and to those who would write', async () => {
    await run(4);
    const whole = readFileSync(path());
    const covered = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (let length = 0; length < covered; length += 1) {
      truncateSync(path(), length);
      expect(() => readJournal(dir)).toThrow(expect.objectContaining({ code: 'E4031', exitCode: 7 }));
      writeFileSync(path(), whole);
    }
    truncateSync(path(), covered);
    expect(readJournal(dir)).toHaveLength(4);
    truncateSync(path(), covered - 5);
    await expect(lock()).rejects.toMatchObject({ code: 'E4031' });
    writeFileSync(path(), whole);
    await lock().then((locked) => locked.release());
  });

  it('shows every bit that was flipped in what it covers, its last line included', async () => {
    await run(2);
    const whole = readFileSync(path());
    const covered = whole.lastIndexOf(0x0a, whole.length - 2) + 1;
    for (let offset = 0; offset < covered; offset += 1) {
      const flipped = Buffer.from(whole);
      flipped[offset]! ^= 0x01;
      writeFileSync(path(), flipped);
      expect(inspectJournal(dir).problem?.code).toMatch(/^E4008|E4031$/);
    }
  });

  it('shows a journal that was removed, and a head that was', async () => {
    await run(2);
    copyFileSync(path(), join(dir, 'aside'));
    rmSync(path());
    expect(() => readJournal(dir)).toThrow(expect.objectContaining({ code: 'E4031' }));
    await expect(lock()).rejects.toMatchObject({ code: 'E4031' });
    copyFileSync(join(dir, 'aside'), path());
    rmSync(head());
    expect(() => readJournal(dir)).toThrow(expect.objectContaining({ code: 'E4032' }));
  });

  it('may lag behind a run that was killed, and covers what an irreversible step sealed', async () => {
    await run(1);
    const locked = await lock();
    locked.journal.append({ kind: 'note' });
    await locked.journal.sealHead('the point of no return');
    locked.journal.append({ kind: 'note' });
    // Killed: the kernel gives the lock back, and nothing is sealed.
    locked.journal.close();
    rmSync(join(dir, 'lock'));
    expect(readJournal(dir)).toHaveLength(5);
    const lines = readFileSync(path(), 'utf8').split('\n');
    writeFileSync(path(), `${lines.slice(0, 4).join('\n')}\n`);
    expect(readJournal(dir)).toHaveLength(4);
    writeFileSync(path(), `${lines.slice(0, 2).join('\n')}\n`);
    expect(() => readJournal(dir)).toThrow(/has 2 lines, but had 3 when it was signed/);
  });

  it.each([
    ['a head that is no JSON', '<html>'],
    ['a head of another shape', '[]'],
    ['a head without a signature', '{"publicKey":"x","envelope":{"payloadType":"x","payload":"","signatures":[]}}'],
  ])('%s is refused', async (_what, text) => {
    await run(1);
    writeFileSync(head(), text);
    expect(() => readJournal(dir)).toThrow(expect.objectContaining({ code: 'E4032' }));
  });

  it('a head that was edited is refused', async () => {
    await run(1);
    const signed = JSON.parse(readFileSync(head(), 'utf8'));
    const payload = JSON.parse(Buffer.from(signed.envelope.payload, 'base64').toString());
    signed.envelope.payload = Buffer.from(JSON.stringify({ ...payload, seq: 0 })).toString('base64');
    writeFileSync(head(), JSON.stringify(signed));
    expect(() => readJournal(dir)).toThrow(/signature in .* is not valid/);
  });

  it('is not compared when a journal is accepted as it is; that is sealed again', async () => {
    await run(3);
    const lines = readFileSync(path(), 'utf8').split('\n');
    writeFileSync(path(), `${lines[0]}\n{"torn\n${lines[2]}\n`);
    expect(inspectJournal(dir)).toMatchObject({ entries: [{ seq: 1 }], problem: { code: 'E4008' } });
    const locked = await lock({ accept: true });
    locked.journal.append({ kind: 'repaired' });
    await locked.release();
    expect(readJournal(dir).map(({ kind }) => kind)).toEqual(['note', 'repaired', 'sealed']);
    expect(scanJournal(readFileSync(path())).damage).toBeUndefined();
  });

  it('is signed between begin and the first change that cannot be undone, once per step', async () => {
    const locked = await lock();
    const { signal } = new AbortController();
    const adapters = {} as Parameters<typeof createGate>[0]['adapters'];
    const gate = createGate({ ...locked, signal, undoSignal: signal, protects: () => undefined, adapters });
    const { act } = gate.forStep({ id: '#317', phase: 7 });
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'catalyst', name: 'handover' };
    const place = (system: 'mother' | 'sovereign') => ({ system, ref });
    const freeze = { target: { system: 'mother', kind: 'Kustomization', name: 'a' }, sentence: 'suspend a' } as const;
    for (const mutation of [
      freeze,
      crossingMutation(place('sovereign'), 'uid'),
      crossingMutation(place('mother'), 'uid'),
    ])
      await act(mutation, async () => undefined);
    expect(locked.journal.entries.map(({ kind }) => kind)).toEqual(
      ['begin ok', 'begin sealed ok', 'begin ok'].flatMap((kinds) => kinds.split(' ')),
    );
    expect(checkHead(path(), locked.journal.chain())).toMatchObject({
      seq: 3,
      reason: expect.stringMatching(/^before: record the intent to cross the point of no return/),
    });
    await locked.release();
  });

  it('is signed before the first change of a step that destroys, once for changes that are made together', async () => {
    const locked = await lock();
    const { signal } = new AbortController();
    const adapters = {} as Parameters<typeof createGate>[0]['adapters'];
    const gate = createGate({ ...locked, signal, undoSignal: signal, protects: () => undefined, adapters });
    const { act } = gate.forStep({ id: 'purge-apply', phase: 0, irreversible: true });
    const seals: number[] = [];
    const remove = (name: string) =>
      act({ target: { system: 'hetzner', kind: 'volume', name }, sentence: `delete volume ${name}` }, async () => {
        seals.push(locked.journal.entries.filter(({ kind }) => kind === 'sealed').length);
      });
    await Promise.all([remove('a'), remove('b')]);
    await remove('c');
    expect(seals).toEqual([1, 1, 1]);
    expect(checkHead(path(), locked.journal.chain())).toMatchObject({ reason: 'before: delete volume a' });
    await locked.release();
  });

  it('is signed before the first change that is not reversible, so that it covers what led to that', async () => {
    const locked = await lock();
    const { signal } = new AbortController();
    const adapters = {} as Parameters<typeof createGate>[0]['adapters'];
    const gate = createGate({ ...locked, signal, undoSignal: signal, protects: () => undefined, adapters });
    const { act } = gate.forStep({ id: '#319', phase: 7, irreversible: true });
    const reasons = () =>
      locked.journal.entries.flatMap(({ kind, inputs }) => (kind === 'sealed' ? [inputs?.reason] : []));
    const target = { system: 'mother', kind: 'Lease', name: 'catalyst-sovereign-mother' } as const;
    await act({ target, sentence: 'hold the mother', reversible: true }, async () => {
      await act({ target, sentence: 'resume what a killed run stopped', putsBack: true }, async () => undefined);
      expect(reasons()).toEqual([]);
      await act({ target: { ...target, kind: 'Secret' }, sentence: 'delete Secret a' }, async () =>
        expect(reasons()).toEqual(['before: delete Secret a']),
      );
    });
    expect(checkHead(path(), locked.journal.chain())).toMatchObject({ seq: 4 });
    await locked.release();
  });

  it('is missed together with its journal by what else a run leaves; a repair begins anew', async () => {
    await run(2);
    for (const file of [path(), head()]) rmSync(file);
    const gone = expect.objectContaining({ code: 'E4031', exitCode: 7 });
    // The evidence key is all that this run left.
    await expect(lock()).rejects.toThrow(gone);
    await expect(lock()).rejects.toThrow(/repair --confirm|evidence key/);
    await expect(readJournalOf(worldOf(keeper))).rejects.toThrow(gone);
    expect(await readJournalOf(worldOf(newKeeper()))).toEqual([]);
    expect(existsSync(path())).toBe(false);
    mkdirSync(join(dir, 'purges'));
    expect(readJournal(dir)).toEqual([]);
    writeFileSync(join(dir, 'purges', 'one.json'), '{}');
    expect(() => readJournal(dir)).toThrow(gone);
    await expect(lock({}, newKeeper())).rejects.toThrow(gone);
    const locked = await lock({ accept: true });
    locked.journal.append({ kind: 'repaired' });
    await locked.release();
    expect(readJournal(dir).map(({ kind }) => kind)).toEqual(['repaired', 'sealed']);
    await lock().then((again) => again.release());
  });

  it('covers what a killed run left as soon as the next one starts', async () => {
    const killed = await lock();
    await killed.bind({ fqdn });
    killed.journal.append({ kind: 'note' });
    killed.journal.close();
    rmSync(join(dir, 'lock'));
    const next = await lock();
    await next.bind({ fqdn });
    await next.bind({ fqdn });
    expect(next.journal.entries.map(({ kind }) => kind)).toEqual(['bound', 'note', 'sealed']);
    expect(checkHead(path(), next.journal.chain())).toMatchObject({ seq: 2, reason: 'the start of catalyst wizard' });
    await next.release();
  });
});
