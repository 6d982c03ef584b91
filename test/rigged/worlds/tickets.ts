/** Items that are the proofs of their tickets: none passes when one of these fails, or cannot be taken. */
import { checklist } from '../../../src/verification/dod/checklist.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { fakeContext, fakeWorld } from '../../unit/walk/rig.js';
import { fail, notChecked, type Stage, worldsOn } from '../rigged-world.js';

/** Steps whose proofs succeed, by id. */
type Proofs = Map<string, () => Promise<{ summary: string; facts: object }>>;

const tickets: Readonly<Record<string, readonly string[]>> = {
  D2: ['#376', '#377', '#383'],
  D6: ['#377'],
  D7: ['#316', '#331', 'bp-sealed-secrets'],
  D10: ['#381'],
  D11: ['#379', '#380'],
  D12: ['#382'],
};

const onTickets = (item: string): Stage<Proofs> => ({
  honest: () => new Map(tickets[item]!.map((id) => [id, async () => ({ summary: `${id} is proven`, facts: {} })])),
  async judge(proofs) {
    const { world } = await fakeWorld();
    const steps = [...proofs].map(([id, proof]) => ({ ...{ id, ticket: id, phase: 3, needs: [] }, proof }));
    const { context } = fakeContext(world);
    const scope = { world, context, steps, proofs: new Map() } as unknown as Scope;
    return checklist.find(({ id }) => id === item)!.check(scope, new Map());
  },
});

export const worlds = Object.entries(tickets).flatMap(([item, ids]) => {
  const last = ids.at(-1)!;
  return worldsOn(onTickets(item), [
    {
      ...{ id: `${item.toLowerCase()}-disproved`, item, gap: 'one proof of its tickets fails' },
      rigged: `the proof of ${last} sees something else than it expects`,
      expected: fail(/sealed/),
      rig: (proofs) => proofs.set(last, () => Promise.reject(new Error('it is sealed'))),
    },
    {
      ...{ id: `${item.toLowerCase()}-not-taken`, item, gap: 'no proof can be taken' },
      rigged: 'the steps that it asks are not there',
      expected: notChecked(/is not one of the steps|nothing to look at/),
      rig: (proofs) => proofs.clear(),
    },
  ]);
});
