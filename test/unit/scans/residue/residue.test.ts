/** What a residue scan leaves alone, keeps with its reason, and remembers; the rigged mothers are worlds of the battery. */
import { describe, expect, it } from 'vitest';
import type { JournalEntry } from '../../../../src/engine/journal-entry.js';
import { idsInJournal } from '../../../../src/handover/mother/known-ids.js';
import { isClean, mentionsIn } from '../../../../src/scans/scan.js';
import { lostId, notOurs } from '../../../rigged/stages/leftovers.js';
import { onResidue, type ResidueWorld, scanOf } from '../../../rigged/stages/residue.js';

const scan = async (change: (world: ResidueWorld) => unknown = () => undefined) => {
  const world = await onResidue.honest();
  change(world);
  return scanOf(world);
};

describe('a mother that holds nothing', () => {
  it('is clean; what a parent must know is listed with its reason', async () => {
    const result = await scan();
    expect(isClean(result)).toBe(true);
    expect(result.findings.map(({ id }) => id)).toEqual([
      'pool omantel.omani.works',
      'rrset omantel.omani.works. NS',
      'rrset ns1.omantel.omani.works. A',
    ]);
    expect(result.unlooked?.map(({ place }) => place).join()).toMatch(
      /logs.*Dynadot.*browser storage.*password manager/,
    );
  });

  it.each(notOurs)('is clean with %s', async (_what, object) => {
    expect(isClean(await scan(({ objects }) => objects.push(object)))).toBe(true);
  });
});

describe('what is not to be removed', () => {
  it('commits in her Git are kept with place and date, whatever folder they are in', async () => {
    const result = await scan(({ tree }) =>
      Object.assign(tree, { 'clusters/omantel.omani.works/k.yaml': 'a: b', 'docs/x.md': 'see omantel.omani.works' }),
    );
    expect(isClean(result)).toBe(true);
    expect(result.findings.filter(({ id }) => id.startsWith('git '))).toMatchObject([
      {
        what: '1 files in clusters/omantel.omani.works/',
        accepted: /not catalyst's to remove.*at bbbbbbbbbbbb on 2026-/,
      },
      { what: 'docs/x.md names the Sovereign', accepted: /not catalyst's to remove/ },
    ]);
  });

  it('a backup from before the erasure is kept until it expires', async () => {
    const backup = {
      ...{ apiVersion: 'velero.io/v1', kind: 'Backup', status: { expiration: '2026-12-24T00:00:00Z' } },
      metadata: { name: 'daily', namespace: 'velero', creationTimestamp: '2026-10-01T00:00:00Z' },
    };
    const result = await scan(({ objects, record }) => {
      record.erasedAt = '2026-11-01T00:00:00Z';
      objects.push(backup);
    });
    expect(result.findings).toContainEqual(
      expect.objectContaining({ id: 'backup Backup velero/daily', accepted: expect.stringMatching(/2026-12-24/) }),
    );
  });
});

describe('an object', () => {
  const plain = (data: Record<string, string>) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', data },
    metadata: { name: 'a', namespace: 'tools' },
  });

  it('that only mentions the Sovereign is for a person; one with the id of a record is its own', async () => {
    const mentioned = await scan(({ objects }) => objects.push(plain({ a: 'omantel.omani.works' })));
    expect(mentionsIn(mentioned)).toHaveLength(1);
    const own = await scan(({ objects }) => objects.push(plain({ a: lostId })));
    expect(isClean(own)).toBe(false);
    expect(mentionsIn(own)).toEqual([]);
  });

  it('with an id that no record, journal or redirect knows is nobody’s', async () => {
    const result = await scan((world) => {
      world.journaled = false;
      world.objects.push(plain({ a: lostId }));
    });
    expect(isClean(result)).toBe(true);
  });
});

it('remembers ids by the proofs in the journal, and takes nothing else for one', () => {
  const proof = (facts: unknown) => ({ kind: 'proof', evidence: { summary: '', facts } }) as JournalEntry;
  const items = [{ id: 'record 0123456789abcdef' }, { id: 'claim x' }, {}];
  expect(idsInJournal([proof({ ids: [lostId, '../x', 7] }), proof({ items }), proof({ ids: 'x' })])).toEqual([
    lostId,
    '0123456789abcdef',
  ]);
});
