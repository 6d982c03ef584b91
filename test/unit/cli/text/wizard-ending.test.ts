/** The line of the verdict has the grade of independence that goes with it. */
import { describe, expect, it } from 'vitest';
import type { WizardResult } from '../../../../src/actions/wizard.js';
import { wizardEnding } from '../../../../src/cli/text/endings.js';

const result = { runId: 'r', planHash: '', proven: [], sovereign: 'a.example', until: 8 } as unknown as WizardResult;

describe('the end of a walk', () => {
  it('names the grade that was proven beside the verdict', () => {
    const independence = 'L1 with 1 accepted finding; not L2: HelmRepository a/b: is fetched from there';
    expect(wizardEnding({ ...result, verdict: 'PASS', independence }).about).toBe(
      `phases 0 to 8 · independence: ${independence}`,
    );
  });

  it('claims none where the walk has no verdict', () => {
    expect(wizardEnding({ ...result, until: 6, independence: 'L1' }).about).toBe('phases 0 to 6');
    expect(wizardEnding(result).about).toBe('phases 0 to 8');
  });
});
