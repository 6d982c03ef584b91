/**
 * A verdict that passes passes again: one Sovereign that nobody touches, walked once, and verdict after verdict of it by command, each one
 * complete, checked offline and chained to the one before. CATALYST_VERDICTS says how many; 100 take hours.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Catalyst, catalystAtHome } from '../lab/catalyst.js';

interface Verdict {
  verdict: string;
  bundle: string;
  items: { id: string; status: string; reason: string }[];
}

const verdicts = Number(process.env['CATALYST_VERDICTS'] ?? 100);
const perVerdictMs = 300_000;

let catalyst: Catalyst;
beforeAll(async () => {
  catalyst = catalystAtHome('hundred');
  await catalyst.up();
  const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes']);
  expect(walked.code, walked.stderr).toBe(0);
}, 1_200_000);
afterAll(() => catalyst.close());

test(
  `${verdicts} verdicts of a Sovereign that nobody touches are PASS`,
  async () => {
    const other: string[] = [];
    for (let turn = 1; turn <= verdicts; turn += 1) {
      const { document } = await catalyst.json<Verdict>([
        ...['verify', 'dod', '--window', '5s', '--lab', catalyst.lab, '--yes'],
      ]);
      const { result, error } = document;
      const open = result?.items?.filter(({ status }) => status !== 'pass').map(({ id, reason }) => `${id}: ${reason}`);
      if (result?.verdict !== 'PASS') {
        other.push(`${turn}: ${result?.verdict ?? error?.code}: ${open?.join('; ') ?? error?.message}`);
        continue;
      }
      const checked = await catalyst.json<{ verdict: string }>([
        ...['verify', 'evidence', result.bundle, '--lab', catalyst.lab],
      ]);
      expect(checked.document.result, JSON.stringify(checked.document.error)).toMatchObject({ verdict: 'PASS' });
    }
    expect(other).toEqual([]);
    const history = await catalyst.run(['evidence', 'show', '--history', '--lab', catalyst.lab]);
    expect(history.code, history.stderr).toBe(0);
  },
  verdicts * perVerdictMs,
);
