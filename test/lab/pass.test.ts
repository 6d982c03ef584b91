/** From nothing to PASS: built, wiped, built again, handed over, proven. What a Sovereign needs before its mother may be forgotten. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome } from './catalyst.js';

interface Verdict {
  verdict: string;
  bundle: string;
  items: { id: string; status: string; reason: string }[];
}

describe('a Sovereign that was wiped and built again', () => {
  let catalyst: Catalyst;
  const fqdn = 'omantel.omani.works';
  const run = (...args: string[]) => catalyst.run([...args, '--lab', catalyst.lab, '--yes']);
  beforeAll(async () => {
    catalyst = catalystAtHome('pass');
    await catalyst.up();
  });
  afterAll(() => catalyst.close());

  test('is the same again, nothing doubled and nothing left, and its bundle says so', async () => {
    expect((await run('wizard', '--until', '6')).code).toBe(0);
    const destroyed = await run('cluster', 'destroy', '--confirm', fqdn);
    expect(destroyed.code, destroyed.stderr).toBe(0);
    expect(destroyed.stdout).toMatch(/nothing left of the plan: clean/);
    const again = await run('wizard', '--until', '6');
    expect(again.code, again.stderr).toBe(0);
  });

  test('passes every item of the Definition of Done', async () => {
    const taken = await catalyst.json<Verdict>(['verify', 'dod', '--only', 'D1', '--lab', catalyst.lab, '--yes']);
    expect(taken.document.result.items).toMatchObject([{ id: 'D1', status: 'pass' }]);
    const handed = await run('wizard', '--until', '7');
    expect(handed.code, handed.stderr).toBe(0);
    const { bundle } = taken.document.result;
    const whole = await catalyst.json<Verdict>([
      ...['verify', 'dod', '--reprovision', bundle, '--lab', catalyst.lab, '--yes'],
    ]);
    const open = whole.document.result?.items.filter((item) => item.status !== 'pass') ?? whole.document.error;
    expect(open).toEqual([]);
    expect(whole.document.result.verdict).toBe('PASS');
    expect(whole.code).toBe(0);
    // with the key of this very Sovereign on this machine: nobody names one
    const checked = await catalyst.json<{ verdict: string; key: { origin: string } }>([
      ...['verify', 'evidence', whole.document.result.bundle, '--lab', catalyst.lab],
    ]);
    expect(checked.document.result, JSON.stringify(checked.document.error)).toMatchObject({
      verdict: 'PASS',
      key: { origin: expect.stringContaining('this machine signs evidence') },
    });
  });
});
