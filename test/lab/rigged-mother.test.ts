/** Handed over and decommissioned among look-alikes: nothing of the demos or of another Sovereign changes, and a drift stops the run. */
import { readFileSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Catalyst, catalystAtHome, type LabInfo } from './catalyst.js';
import { type RiggedMother, rigMother } from './rigged-mother.js';

const fqdn = 'omantel.omani.works';

/** Resolves at the first request from now on whose log line matches. */
function logged(file: string, pattern: RegExp): Promise<void> {
  const from = readFileSync(file).length;
  return new Promise((resolve) => {
    const watcher = watch(file, () => {
      if (
        !readFileSync(file)
          .subarray(from)
          .toString()
          .split('\n')
          .some((line) => pattern.test(line))
      )
        return;
      watcher.close();
      resolve();
    });
  });
}

describe('a mother full of look-alikes', () => {
  let catalyst: Catalyst;
  let lab: LabInfo;
  let mother: RiggedMother;
  let before: Record<string, string>;
  const handover = (verb: string) => catalyst.json(['handover', verb, '--lab', catalyst.lab, '--confirm', fqdn]);
  const same = async () => {
    const now = await mother.state();
    const names = new Set([...Object.keys(before), ...Object.keys(now)]);
    expect([...names].filter((name) => before[name] !== now[name])).toEqual([]);
  };
  beforeAll(async () => {
    catalyst = catalystAtHome('rigged');
    lab = await catalyst.up();
    const claims = join(dirname(lab.kubeconfigs.mother), 'claims');
    mother = await rigMother({ kubeconfig: lab.kubeconfigs.mother, claims });
    before = await mother.state();
    const walked = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes', '--until', '6']);
    expect(walked.code).toBe(0);
  }, 600_000);
  afterAll(() => catalyst.close());

  it('is as it was after the walk', () => same());

  it('stops a handover in which a demo changes, and says what and that it was somebody else', async () => {
    // the short Job that lists the claim is the first write: the fingerprint was taken just before it
    const begun = logged(lab.requestLog, /"POST".*\/namespaces\/catalyst\/jobs/).then(() => mother.annotate('yes'));
    const stopped = await handover('finalize');
    await begun;
    expect([stopped.code, stopped.document.error?.code]).toEqual([7, 'E5003']);
    expect(stopped.document.error?.message).toMatch(
      /ConfigMap sme\/sme-services-config metadata.*somebody or something else/,
    );
    // the Job of this scan would be the next change
    const residue = await catalyst.json(['verify', 'residue', '--lab', catalyst.lab]);
    expect([residue.code, residue.document.error?.code]).toEqual([7, 'E5006']);
    await mother.annotate(null);
    await same();
  });

  it('is as it was after the handover, but for the one Flux object that is exactly this Sovereign’s', async () => {
    const { code, document } = await handover('finalize');
    expect(code, JSON.stringify(document.error)).toBe(0);
    expect(await mother.suspended('omantel-own')).toBe(true);
    await same();
  });

  it('is as it was after the decommissioning, also when an administrator resumed that object', async () => {
    await mother.resume('omantel-own');
    const { code, document } = await handover('decommission');
    expect(code, JSON.stringify(document.error)).toBe(0);
    expect(await mother.suspended('omantel-own')).toBeUndefined();
    await same();
    const [residue, protectedSet] = await Promise.all(
      ['residue', 'protected'].map((what) => catalyst.json(['verify', what, '--lab', catalyst.lab])),
    );
    expect(residue?.document.error).toBeUndefined();
    expect([residue?.code, protectedSet?.code]).toEqual([0, 0]);
  });
});
