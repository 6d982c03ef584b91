import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJournal } from '../../../../src/actions/session/read-journal.js';
import type { NewEntry } from '../../../../src/engine/journal.js';
import { parseJournal } from '../../../../src/engine/journal-entry.js';
import type { WorldIdentity } from '../../../../src/sovereign/world-identity.js';
import { type Binding, bind, bindingOf, requireBinding } from '../../../../src/world/journal/journal-binding.js';
import { open } from '../../engine/rig.js';

const fqdn = 'omantel.omani.works';
const lab: WorldIdentity = { kind: 'lab', id: 'a'.repeat(32), name: 'default' };
const real: WorldIdentity = { kind: 'real' };
const folder = (name = fqdn) => {
  const dir = join(mkdtempSync(join(tmpdir(), 'binding-')), name);
  mkdirSync(dir);
  return dir;
};
const journalIn = (dir: string) => join(dir, 'journal.jsonl');
const refused = expect.objectContaining({ code: 'E4030', exitCode: 7 });

/** A journal as catalyst 0.1.0 left it: without a binding. */
function old(dir: string, server: string, network = 'catalyst-omantel-omani-works-net') {
  const journal = open(journalIn(dir));
  const target = { system: 'hetzner', kind: 'network', name: network } as const;
  journal.append({ kind: 'begin', op: '1', step: 'cluster', target, inputs: { sentence: 'create network' } });
  journal.append({ kind: 'proof', step: 'cluster', evidence: { summary: '3 nodes', facts: { server } } });
  journal.close();
}

describe('the binding of a journal', () => {
  it('is its first line, and grows by what is read later', () => {
    const path = journalIn(folder());
    const journal = open(path);
    bind(journal, { fqdn, world: lab });
    journal.append({ kind: 'note' });
    bind(journal, { fqdn, world: lab });
    bind(journal, { fqdn, world: lab, motherUid: 'uid-1' });
    expect(journal.entries.map(({ kind }) => kind)).toEqual(['bound', 'note', 'bound']);
    journal.close();
    const [first] = parseJournal(readFileSync(path), path).entries;
    expect(first).toMatchObject({ seq: 1, kind: 'bound', inputs: { fqdn, world: lab } });
    expect(bindingOf(journal.entries)).toEqual({ fqdn, world: lab, motherUid: 'uid-1' });
  });

  it.each<[string, Binding]>([
    ['another FQDN', { fqdn: 'test.omani.works' }],
    ['the real world', { fqdn, world: real }],
    ['another lab of the same name', { fqdn, world: { ...lab, id: 'b'.repeat(32) } }],
    ['another mother', { fqdn, world: lab, motherUid: 'uid-2' }],
  ])('refuses %s, and nothing is written', (_what, expected) => {
    const journal = open(journalIn(folder()));
    bind(journal, { fqdn, world: lab, motherUid: 'uid-1' });
    expect(() => bind(journal, expected)).toThrow(refused);
    expect(journal.entries).toHaveLength(1);
    journal.close();
  });

  it('does not name a machine: the folder may move', () => {
    const from = folder();
    const journal = open(journalIn(from));
    bind(journal, { fqdn, world: real, motherUid: 'uid-1' });
    journal.close();
    const to = folder();
    copyFileSync(journalIn(from), journalIn(to));
    const moved = open(journalIn(to));
    bind(moved, { fqdn, world: real, motherUid: 'uid-1' });
    expect(moved.entries).toHaveLength(1);
    moved.close();
  });

  it('of a lab gives a real Sovereign no proofs, and that of another Sovereign none at all', () => {
    const dir = folder();
    const journal = open(journalIn(dir));
    bind(journal, { fqdn, world: lab });
    journal.close();
    expect(readJournal(dir, lab)).toHaveLength(1);
    expect(() => readJournal(dir, real)).toThrow(refused);
    const other = folder('test.omani.works');
    copyFileSync(journalIn(dir), journalIn(other));
    expect(() => readJournal(other)).toThrow(
      /belongs to omantel.omani.works, but this command is for test.omani.works/,
    );
  });
});

describe('the cluster of a Sovereign', () => {
  const create = (name: string): NewEntry => ({
    kind: 'begin',
    op: '1',
    target: { system: 'hetzner', kind: 'server', name },
    inputs: { sentence: `create server ${name} (cx32)` },
  });

  it('is recorded once read; another is refused until the journal has a rebuild', () => {
    const journal = open(journalIn(folder()));
    bind(journal, { fqdn, world: real });
    bind(journal, { fqdn, clusterUid: 'uid-1' });
    bind(journal, { fqdn, clusterUid: 'uid-1' });
    expect(journal.entries).toHaveLength(2);
    const other = () => bind(journal, { fqdn, clusterUid: 'uid-2' });
    expect(other).toThrow(expect.objectContaining({ code: 'E4033', exitCode: 7 }));
    for (const name of ['catalyst-omantel-omani-works-w1', 'catalyst-other-omani-works-cp1']) {
      journal.append(create(name));
      expect(other).toThrow(expect.objectContaining({ code: 'E4033' }));
    }
    journal.append(create('catalyst-omantel-omani-works-cp1'));
    other();
    expect(bindingOf(journal.entries)).toMatchObject({ clusterUid: 'uid-2', world: real });
    journal.close();
  });
});

describe('a journal of catalyst 0.1.0, without a binding', () => {
  it('is adopted by the Sovereign that its network is named after', () => {
    const dir = folder();
    old(dir, 'https://203.0.113.10:6443');
    const journal = open(journalIn(dir));
    bind(journal, { fqdn, world: real });
    expect(journal.entries.at(-1)).toMatchObject({ kind: 'bound', inputs: { fqdn, world: real } });
    journal.close();
    expect(readJournal(dir, real)).toHaveLength(3);
  });

  it('of another Sovereign is refused', () => {
    const dir = folder('test.omani.works');
    old(dir, 'https://203.0.113.10:6443');
    expect(() => readJournal(dir)).toThrow(/network catalyst-omantel-omani-works-net/);
    expect(() => readJournal(dir)).toThrow(refused);
  });

  it('of a lab is refused in the real world, and is none of another Sovereign that shares its beginning', () => {
    const dir = folder();
    old(dir, 'https://127.0.0.1:6443');
    expect(() => readJournal(dir, real)).toThrow(refused);
    expect(readJournal(dir, lab)).toHaveLength(2);
    const { entries } = parseJournal(readFileSync(journalIn(dir)), journalIn(dir));
    expect(() => requireBinding(entries, 'x', { fqdn: 'omani.works' })).toThrow(refused);
  });
});
