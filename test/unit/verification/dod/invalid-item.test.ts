/** An item whose experiment did not work makes the whole verdict INVALID, by its own exit status and with its own reason. */
import { describe, expect, it } from 'vitest';
import { failed, invalid, passed, verdictOf } from '../../../../src/verification/dod/item.js';
import { verdictError } from '../../../../src/verification/dod/step.js';
import type { DodOutcome } from '../../../../src/verification/dod/verify.js';

const item = (id: string, answer: object) => ({ id, title: id, at: '', repeat: `repeat ${id}`, ...answer });

describe('an invalid item', () => {
  it('goes before one that failed', () => {
    const items = [item('D1', failed('x')), item('D22', invalid('y'))] as never;
    expect(verdictOf(items, undefined, true)).toBe('INVALID');
    expect(verdictOf(items, { valid: true }, false)).toBe('INVALID');
    expect(verdictOf([item('D22', passed('z'))] as never, { valid: false }, true)).toBe('INVALID');
    expect(verdictOf([item('D22', passed('z'))] as never, { valid: true }, true)).toBe('PASS');
  });

  it('ends the command with 10, and says what did not work', () => {
    const items = [item('D1', passed('x')), item('D22', invalid('DNS is not denied'))];
    const outcome = { result: { fqdn: 'a.example', verdict: 'INVALID', items }, bundle: '', report: '' };
    const error = verdictError(outcome as unknown as DodOutcome);
    expect(error).toMatchObject({ code: 'E6002', exitCode: 10 });
    expect(error!.message).toMatch(/^INVALID for a\.example: .*DNS is not denied/);
  });
});
