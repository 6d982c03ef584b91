import { describe, expect, it, vi } from 'vitest';
import { DryRunStop, ifMade, noJournal } from '../../../src/engine/dry-run.js';
import { mutationOf, openGate, type TestGateOptions } from './rig.js';

function gate(more: Partial<TestGateOptions> = {}) {
  const described: string[] = [];
  const made = vi.fn(async () => 'made');
  const { act, undo } = openGate({
    journal: noJournal,
    onMutation: (_step, { sentence }) => described.push(sentence),
    dryRun: true,
    ...more,
  }).forStep({ id: '#370', phase: 0 });
  return { act, undo, described, made };
}

describe('act in a dry-run', () => {
  it('says what it would do, makes nothing, journals nothing, and the work goes no further', async () => {
    const { act, described, made } = gate();
    const work = async () => {
      const id = await act(mutationOf('net'), made);
      await act(mutationOf(`subnet of ${id}`), made);
    };
    await expect(work()).rejects.toBeInstanceOf(DryRunStop);
    expect(described).toEqual(['create network net']);
    expect(made).not.toHaveBeenCalled();
  });

  it('is the same for what puts things back', async () => {
    const { undo, made } = gate();
    await expect(undo.act(mutationOf('net'), made)).rejects.toBeInstanceOf(DryRunStop);
    expect(made).not.toHaveBeenCalled();
  });

  it('refuses what a real run refuses', async () => {
    const { act, described } = gate({ protects: () => 'sme is protected.' });
    await expect(act(mutationOf('net'), async () => 1)).rejects.toMatchObject({ code: 'E4004' });
    const ready = async () => {
      throw new Error('one cluster under two names');
    };
    await expect(gate({ ready }).act(mutationOf('net'), async () => 1)).rejects.toThrow('one cluster');
    expect(described).toEqual([]);
  });

  it('lets a command describe several changes that do not depend on each other', async () => {
    const { act, described, made } = gate();
    expect(await ifMade(act(mutationOf('a'), made))).toBeUndefined();
    expect(await ifMade(act(mutationOf('b'), made))).toBeUndefined();
    expect(described).toHaveLength(2);
    await expect(ifMade(Promise.reject(new Error('other')))).rejects.toThrow('other');
  });

  it('has no journal to write to', () => {
    expect(() => noJournal.append({ kind: 'note' })).toThrow(/dry-run tried to write/);
  });
});
