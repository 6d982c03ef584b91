import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../../src/engine/step.js';
import { everyProof } from '../../../../../src/verification/dod/checks/every-proof.js';
import type { Scope } from '../../../../../src/verification/dod/scope.js';

/** Steps whose proofs end when they are told to; `begun` says in which order they began. */
function rig(graph: Record<string, { needs?: string[]; after?: string[]; phase?: number }>) {
  const begun: string[] = [];
  const ends = new Map<string, { resolve(evidence: Evidence): void; reject(error: Error): void }>();
  const steps = Object.entries(graph).map(([id, { needs = [], after = [], phase = 3 }]) => ({
    ...{ id, needs, after, phase },
    proof: () => {
      begun.push(id);
      return new Promise<Evidence>((resolve, reject) => ends.set(id, { resolve, reject }));
    },
  }));
  const context = { signal: new AbortController().signal };
  const scope = { steps, proofs: new Map(), context, world: { clock: { now: () => new Date(0) } } } as unknown as Scope;
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const end = async (id: string, error?: Error) => {
    if (error) ends.get(id)!.reject(error);
    else ends.get(id)!.resolve({ summary: `${id} holds` } as Evidence);
    await settled();
  };
  return { begun, scope, end, settled };
}

describe('every proof, taken now', () => {
  it('waits for those that it builds on, at most four at a time', async () => {
    const { begun, scope, end, settled } = rig({
      ...{ store: { needs: ['vault'] }, vault: {}, later: { after: ['store'] } },
      ...{ a: {}, b: {}, c: {}, d: {}, dod: { phase: 8 } },
    });
    const answer = everyProof(scope);
    await settled();
    expect(begun).toEqual(['vault', 'a', 'b', 'c']);
    await end('a');
    expect(begun.slice(4)).toEqual(['d']);
    await end('vault');
    expect(begun.slice(5)).toEqual(['store']);
    for (const id of ['store', 'b', 'c', 'd', 'later']) await end(id);
    expect(await answer).toMatchObject({ status: 'pass', reason: '7 proofs taken now' });
  });

  it('asks for all, also after one that fails, and takes none twice', async () => {
    const { begun, scope, end, settled } = rig({ vault: {}, store: { needs: ['vault'] }, exercised: {} });
    scope.proofs.set('exercised', Promise.resolve({ summary: 'in the kill window' } as Evidence));
    const answer = everyProof(scope);
    await settled();
    await end('vault', new Error('it is sealed'));
    await end('store');
    expect(begun).toEqual(['vault', 'store']);
    const { status, reason, evidence } = await answer;
    expect({ status, reason }).toMatchObject({ status: 'fail', reason: expect.stringContaining('it is sealed') });
    expect(evidence).toMatchObject([{ id: 'vault' }, { id: 'store' }, { id: 'exercised', status: 'pass' }]);
  });
});
