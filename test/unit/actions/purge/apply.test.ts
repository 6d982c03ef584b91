/** Exactly what the saved plan names goes, and no other plan is taken. */
import { existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appliedResult, purgeAppliedText, purgeApply } from '../../../../src/actions/purge/apply.js';
import { purgePlan } from '../../../../src/actions/purge/plan.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';

const fqdn = 'omantel.omani.works';
const choices = { includeLive: false, zones: false, snapshots: false, buckets: false, unprotect: [] };
const limits = { max: 100, maxAgeMs: 3_600_000, confirm: fqdn };
let rig: HetznerRig;
const plan = (more = {}) => purgePlan(rig.context, { ...choices, ...more });
const exists = async (type: 'server' | 'volume', name: string) =>
  (await rig.api.list(type)).some((one) => one.name === name);

beforeEach(async () => {
  rig = await hetznerRig();
});
afterEach(() => rig.lab.close());

describe('purge apply', () => {
  it('deletes what the plan names once it is confirmed, and nothing else', async () => {
    const { file } = await plan();
    await expect(purgeApply(rig.context, file, { ...limits, confirm: undefined })).rejects.toMatchObject({
      code: 'E4006',
    });
    expect(await exists('server', 'catalyst-omantel-omani-works-cp1')).toBe(true);
    const others = (await rig.api.list('volume')).length;
    const result = await purgeApply(rig.context, file, limits);
    expect(await exists('server', 'catalyst-omantel-omani-works-cp1')).toBe(false);
    expect((await rig.api.list('volume')).length).toBeLessThan(others);
    expect(purgeAppliedText(result)).toMatch(/^\d+ deleted, \d+ skipped, nothing left of the plan: /);
    await rig.end();
  });

  it('in a dry-run says how many deletions it would make, and makes none', async () => {
    const { file } = await plan();
    Object.assign(rig.context.options, { dryRun: true });
    const result = await purgeApply(rig.context, file, limits);
    expect(purgeAppliedText(result)).toMatch(/^[1-9]\d* deletions, none made \(dry-run\)$/);
    expect(await exists('server', 'catalyst-omantel-omani-works-cp1')).toBe(true);
  });

  it('takes no plan of another Sovereign', async () => {
    const { file } = await plan();
    const other = { ...rig.world.sovereign, spec: { ...rig.world.sovereign.spec, fqdn: 'otech.omani.works' } };
    Object.assign(rig.world, { sovereign: other });
    await expect(purgeApply(rig.context, file, limits)).rejects.toMatchObject({
      code: 'E4005',
      message: `The plan is for ${fqdn}, the spec for otech.omani.works.`,
      actions: ['catalyst purge plan'],
    });
  });

  it('says of a file that is no plan what it is', async () => {
    const none = join(rig.stateDir, 'none.json');
    await expect(purgeApply(rig.context, none, limits)).rejects.toMatchObject({
      code: 'E1001',
      message: `There is no plan ${none}.`,
    });
    mkdirSync(none);
    await expect(purgeApply(rig.context, none, limits)).rejects.toThrow('is not a regular file');
    const large = join(rig.stateDir, 'large.json');
    writeFileSync(large, '');
    truncateSync(large, 64 * 2 ** 20 + 1);
    await expect(purgeApply(rig.context, large, limits)).rejects.toMatchObject({
      code: 'E4005',
      message: expect.stringMatching(/is not a purge plan: it has \d+ bytes\.$/),
    });
    expect(existsSync(join(rig.stateDir, 'journal.jsonl'))).toBe(false);
  });

  it('warns of what was skipped, and of what was found outside of the plan', () => {
    const one = { type: 'server', id: 1, name: 'a', reason: 'changed' } as never;
    const result = { deleted: [], skipped: [one], left: [], leaks: [one], missing: [], requests: 7 };
    expect(appliedResult(rig.context, result, undefined)).toBe(result);
    expect(rig.warned).toEqual(['skipped server a: changed', 'not in the plan: server a (changed)']);
    expect(purgeAppliedText(result)).toMatch(/: see the warnings \(7 requests\)$/);
    expect(appliedResult(rig.context, undefined, undefined)).toMatchObject({ deleted: [], mutations: [] });
  });
});
