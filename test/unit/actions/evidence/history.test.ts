import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evidenceHistory, type History } from '../../../../src/actions/evidence/history.js';
import type { Context } from '../../../../src/actions/session/context.js';
import { writeBundle } from '../../../../src/evidence/bundle.js';
import { evidenceFolder } from '../../../../src/evidence/evidence-folder.js';
import { openSigner } from '../../../../src/evidence/signing.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { cleanVerdict } from '../../../fakes/clean-verdict.js';
import { keyOf, type RoundRig, roundRig } from '../../../fakes/rounds.js';

const tether: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'apps', name: 'rig' } },
  data: { url: 'https://console.openova.io' },
};

const historyOf = async (rig: RoundRig): Promise<History> => {
  const shown: History[] = [];
  const context = {
    ...{ env: { HOME: '/nowhere' }, signal: new AbortController().signal },
    stateDir: async () => rig.world.stateDir,
    evidenceKeyOf: async () => keyOf(rig),
  } as unknown as Context;
  await evidenceHistory(context, (history) => shown.push(history)).catch((error: unknown) => {
    if (shown.length === 0) throw error;
    expect(error).toMatchObject({ code: 'E6101', exitCode: 3 });
  });
  return shown[0]!;
};

/** A verdict of PASS of the day before the rounds. */
async function verdict(rig: RoundRig): Promise<void> {
  const { files, predicate } = await cleanVerdict();
  const folder = evidenceFolder(rig.world.stateDir);
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'dod-2026-11-22T10-05-00-000Z-pass.tar');
  await writeBundle({ file, files, predicate, signer: await openSigner(rig.world.credentials) });
}

describe('the history of a Sovereign', () => {
  it('has its verdicts and rounds in order, each with what has changed', async () => {
    const rig = await roundRig();
    await verdict(rig);
    await rig.round();
    rig.put(tether);
    rig.down.add('gitea.omantel.omani.works');
    await rig.round();
    rig.remove(tether);
    rig.down.clear();
    await rig.round();
    const { fqdn, entries } = await historyOf(rig);
    expect(fqdn).toBe('omantel.omani.works');
    expect(entries.map(({ kind, verdict: said, link }) => [kind, said, link])).toEqual([
      ['dod', 'PASS', 'first'],
      ['round', 'CLEAN', 'linked'],
      ['round', 'ALERT', 'linked'],
      ['round', 'CLEAN', 'linked'],
    ]);
    expect(entries.every(({ checked }) => checked.valid)).toBe(true);
    const key = 'ConfigMap apps/rig console.openova.io';
    expect(entries.map(({ changes }) => changes.map(({ what, after }) => [what, after]))).toEqual([
      [],
      [],
      [
        ['round', 'ALERT'],
        ['grade', 'none'],
        [key, expect.stringContaining('console.openova.io')],
        ['probe gitea', 'answered 503'],
      ],
      [
        ['round', 'CLEAN'],
        ['grade', 'L3'],
        [key, 'gone'],
        ['probe gitea', 'gone'],
      ],
    ]);
  });

  it('says when one was taken out, and when one is not what was signed', async () => {
    const rig = await roundRig();
    const bundles = [];
    for (let turn = 0; turn < 4; turn += 1) bundles.push((await rig.round()).bundle);
    rmSync(bundles[1]!);
    expect((await historyOf(rig)).entries.map(({ link }) => link)).toEqual(['first', 'broken', 'linked']);
    writeFileSync(bundles[3]!, 'nothing');
    expect((await historyOf(rig)).entries.at(-1)).toMatchObject({
      ...{ kind: 'round', verdict: 'CLEAN', link: 'broken' },
      checked: { valid: false, why: expect.stringContaining('not a complete evidence bundle') },
    });
  });

  it('may begin with one whose predecessors were put away', async () => {
    const rig = await roundRig();
    const { bundle } = await rig.round();
    await rig.round();
    rmSync(bundle);
    expect((await historyOf(rig)).entries.map(({ link }) => link)).toEqual(['cut']);
  });
});
