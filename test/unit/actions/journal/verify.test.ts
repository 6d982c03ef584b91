/** What a stranger learns of a journal, with the key and without it. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { verifiedText, verifyJournal } from '../../../../src/actions/journal/verify.js';
import { findPublicKey, openSigner } from '../../../../src/evidence/signing.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';
import { keeper } from '../../../fakes/rehearsed.js';

let rig: ActionRig;
const journal = () => join(rig.stateDir, 'journal.jsonl');
const verify = (file?: string, key?: string) => verifyJournal(rig.context, file, key);
const keyFile = async (from: Parameters<typeof findPublicKey>[0]) => {
  const file = join(rig.stateDir, 'key.pem');
  writeFileSync(file, (await findPublicKey(from))!);
  return file;
};

beforeEach(async () => {
  rig = actionRig();
  (await rig.context.journal()).append({ kind: 'note', inputs: { message: 'one' } });
  await rig.end();
});

describe('journal verify', () => {
  it('of this machine: whole, bound, signed to its end, by the key that is here', async () => {
    const verified = await verify();
    expect(verified).toMatchObject({ path: journal(), lines: 3, unsigned: 0, keyKnown: true });
    expect(verifiedText(verified).split('\n')).toEqual([
      `journal   ${journal()}`,
      'lines     3, each linked to the one before',
      'bound to  omantel.omani.works in the lab default',
      expect.stringMatching(/^signed {4}lines 1 to 2, at .* \(the end of catalyst test\), by key [0-9a-f]{16}$/),
    ]);
  });

  it('of a copy says that the key is its own word, unless one is given', async () => {
    const copy = join(rig.stateDir, 'copy.jsonl');
    copyFileSync(journal(), copy);
    const verified = await verify(copy);
    expect(verified).toMatchObject({ path: copy, keyKnown: false });
    expect(verifiedText(verified)).toContain('; compare that id with the key of the Sovereign, or give --key FILE');
    expect(await verify(copy, await keyFile(rig.world.credentials))).toMatchObject({ keyKnown: true });
  });

  it('fails under the key of another Sovereign', async () => {
    const other = keeper();
    await openSigner(other);
    await expect(verify(undefined, await keyFile(other))).rejects.toMatchObject({
      code: 'E4032',
      message: expect.stringContaining('signed with another key'),
    });
  });

  it('counts what a killed run left unsigned', async () => {
    (await rig.context.journal()).append({ kind: 'note' });
    const verified = await verify();
    expect(verified).toMatchObject({ unsigned: 1 });
    expect(verifiedText(verified)).toMatch(/unsigned {2}1 newer lines$/);
    await rig.end();
  });

  it('of one that was never signed or bound says so', async () => {
    const [line] = readFileSync(journal(), 'utf8').split('\n');
    const entry = { ...JSON.parse(line!), kind: 'note', inputs: {} };
    const alone = join(actionRig().stateDir, 'journal.jsonl');
    writeFileSync(alone, `${JSON.stringify(entry)}\n`);
    expect(verifiedText(await verify(alone))).toMatch(/bound to {2}nothing.*\nsigned {4}never\n/);
    const real = { ...entry, kind: 'bound', inputs: { fqdn: 'omantel.omani.works', world: { kind: 'real' } } };
    writeFileSync(alone, `${JSON.stringify(real)}\n`);
    expect(verifiedText(await verify(alone))).toContain('bound to  omantel.omani.works in the real world');
  });

  it('tells that one was removed from one that cannot be read', async () => {
    rmSync(journal());
    rmSync(join(rig.stateDir, 'journal.head.json'));
    await expect(verify()).rejects.toMatchObject({ code: 'E4031' });
    await expect(verify(join(rig.stateDir, 'none.jsonl'))).rejects.toMatchObject({ code: 'E1201', exitCode: 5 });
  });
});
