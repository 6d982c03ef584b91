/**
 * A world of the battery: what it was before somebody rigged it, what was rigged, and which item of the checklist must notice. Each world
 * is judged twice, without the rig and with it: an item that cannot pass proves nothing when it fails.
 */
import { type Answer, type ItemStatus, type Verdict, verdictOf } from '../../src/verification/dod/item.js';

/** What a judge returned; a judge of the experiment or of a bundle names the verdict, for a judge of one item it follows. */
export interface Judgement extends Pick<Answer, 'status' | 'reason'> {
  verdict?: Verdict;
  grade?: string;
}

export interface Expected {
  status: ItemStatus;
  /** Must name what was rigged: an item that fails for another reason has not noticed. */
  reason: RegExp;
  /** Default: what a checklist comes to in which everything else passes. */
  verdict?: Verdict;
  grade?: string;
}

export interface RiggedWorld {
  /** Unique; a test of that name. */
  id: string;
  /** D1 … D23 or W1 … W13; `bundle` for evidence that was forged. */
  item: string;
  /** What kind of gap lets it pass. Worlds count by (item, gap), so that variants of one gap count once. */
  gap: string;
  /** One sentence. */
  rigged: string;
  expected: Expected;
  /** Before it was rigged; `pass` unless the world says otherwise. */
  clean(): Promise<Judgement>;
  judge(): Promise<Judgement>;
}

/** What worlds share: how an honest one is made, and who judges it. Every judgement has a world of its own. */
export interface Stage<W> {
  honest(): Promise<W> | W;
  judge(world: W): Promise<Judgement>;
}

/** One row of a table. */
export interface Row<W> extends Pick<RiggedWorld, 'id' | 'item' | 'gap' | 'rigged' | 'expected'> {
  /** Awaited. */
  rig(world: W): unknown;
}

/** The rows as worlds on that stage. */
export function worldsOn<W>({ honest, judge }: Stage<W>, rows: readonly Row<W>[]): RiggedWorld[] {
  return rows.map(({ rig, ...row }) => ({
    ...row,
    clean: async () => judge(await honest()),
    async judge() {
      const world = await honest();
      await rig(world);
      return judge(world);
    },
  }));
}

export const fail = (reason: RegExp): Expected => ({ status: 'fail', reason });
export const notChecked = (reason: RegExp): Expected => ({ status: 'not-checked', reason });

/** Of a checklist in which everything else passes. */
export function verdictOfOne({ status, verdict }: Judgement): Verdict {
  return verdict ?? verdictOf([{ id: 'D1', status }], undefined, true);
}
