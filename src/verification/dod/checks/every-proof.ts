/** D2: the proof of every ticket, taken now. */
import pLimit from 'p-limit';
import { type Answer, allOf } from '../item.js';
import { proofOf, type Scope } from '../scope.js';

/** A proof is a probe on a Sovereign that serves people: few at a time. */
const parallelProofs = 4;

/**
 * Each proof after those of the steps that its own needs, as in the walk: one may restart what the next asks (OpenBao's Pod).
 * One that fails holds up nobody: all are asked for.
 */
export async function everyProof(scope: Scope): Promise<Answer> {
  const slots = pLimit(parallelProofs);
  const taken = new Map<string, Promise<Answer & { id: string }>>();
  const take = (id: string): Promise<Answer & { id: string }> | undefined => {
    const step = scope.steps.find((one) => one.id === id && one.phase < 8);
    if (!step || taken.has(id)) return taken.get(id);
    const before = [...step.needs, ...(step.after ?? [])].map(take);
    const answer = Promise.all(before).then(() => slots(async () => ({ id, ...(await proofOf(scope, id)) })));
    taken.set(id, answer);
    return answer;
  };
  const answers = await Promise.all(scope.steps.flatMap(({ id }) => take(id) ?? []));
  const whole = allOf(answers);
  return {
    ...whole,
    reason: whole.status === 'pass' ? `${answers.length} proofs taken now` : whole.reason,
    evidence: answers,
  };
}
