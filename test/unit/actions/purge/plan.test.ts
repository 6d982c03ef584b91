/** What a purge would delete, in a file that `purge apply` takes and in words. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { purgePlan, purgePlanText } from '../../../../src/actions/purge/plan.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';

const fqdn = 'omantel.omani.works';
const choices = { includeLive: false, zones: false, snapshots: false, buckets: false, unprotect: [] };
let rig: HetznerRig;
const plan = (more = {}) => purgePlan(rig.context, { ...choices, ...more });

beforeEach(async () => {
  rig = await hetznerRig();
});
afterEach(() => rig.lab.close());

describe('purge plan', () => {
  it('is saved, and its text names what goes, what is lost and the command that applies it', async () => {
    const made = await plan();
    expect(made.file).toMatch(/plans\/purge-[0-9a-f]{12}\.json$/);
    expect(JSON.parse(readFileSync(made.file, 'utf8')).hash).toBe(made.hash);
    const text = purgePlanText(made);
    expect(text).toMatch(/Would delete \d+ of \d+ resources \(\d+\.\d\d EUR a month\):/);
    expect(text).toMatch(/ {2}server catalyst-omantel-omani-works-cp1 \(\d+\): /);
    expect(text).toContain(`To apply it: catalyst purge apply ${made.file} --confirm ${fqdn}`);
    const out = join(rig.stateDir, 'mine.json');
    expect((await purgePlan(rig.context, choices, out)).file).toBe(out);
  });

  it('of nothing names no command to apply it, and buckets when they were looked at', async () => {
    const made = await plan();
    const row = { name: 'omantel-test-velero', reason: 'its own', implies: ['3 objects'], selected: true };
    const stays = { ...row, name: 'other', implies: [], selected: false };
    const buckets = { endpoint: 'https://s3', rows: [row, stays] } as never;
    const nothing = { ...made, resources: made.resources.map((one) => ({ ...one, selected: false })) };
    expect(purgePlanText(nothing)).not.toContain('To apply it');
    const text = purgePlanText({ ...nothing, buckets });
    expect(text).toContain('Would empty and delete 1 of 2 buckets at https://s3:');
    expect(text).toContain('loses 3 objects');
    expect(text).toContain('Buckets not selected (1):');
    expect(text).toContain('To apply it');
  });
});
