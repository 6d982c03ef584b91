import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OpenBundle } from '../../../src/evidence/bundle.js';
import { claimOf, evidenceKey, pinKey } from '../../../src/evidence/pinned-key.js';
import { openSigner } from '../../../src/evidence/signing.js';
import { keeper } from '../../fakes/rehearsed.js';

const fqdn = 'omantel.omani.works';
const whose = { fqdn, lab: false };

/** As its statement says, whoever signed that. */
const ofLab = (name: string) => {
  const predicate = { fqdn, lab: true, world: { kind: 'lab', id: '1f', name } };
  const payload = Buffer.from(JSON.stringify({ predicate })).toString('base64');
  return { envelope: { payload } } as OpenBundle;
};

async function machine({ own = false }: { own?: boolean } = {}) {
  const [signer, stranger] = [await openSigner(keeper()), await openSigner(keeper())];
  const dir = mkdtempSync(join(tmpdir(), 'catalyst-keys-'));
  const known = { configDir: join(dir, 'config'), ownKeyOf: async () => (own ? signer.publicKey : undefined) };
  const bundle = join(dir, 'dod.tar');
  const file = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  return { known, bundle, signer, stranger, file };
}

describe('the key that evidence is checked with', () => {
  it('is never one that merely lies beside the bundle', async () => {
    const { known, bundle, signer, file } = await machine();
    file('evidence.pub', signer.publicKey);
    await expect(evidenceKey(known, whose, bundle)).rejects.toMatchObject({ code: 'E6112', exitCode: 3 });
  });

  it('names the lab whose state has the key, where this machine has that lab, and no name that could be something else', async () => {
    const { known, bundle } = await machine();
    const at = (labName: string, hasLab = true) =>
      evidenceKey({ ...known, hasLab: () => hasLab }, claimOf(bundle, ofLab(labName)), bundle).catch(
        ({ actions }: { actions: string[] }) => actions[0],
      );
    expect(await at('ux5')).toBe(`catalyst verify evidence ${bundle} --lab ux5`);
    const [first, second] = [await at('ux5', false), await at('x; rm -rf ~')];
    expect([first, second]).toEqual([
      expect.stringMatching(/^ask the people who run that Sovereign/),
      expect.stringMatching(/^ask the people who run that Sovereign/),
    ]);
  });

  it("is the Sovereign's own where this machine has it, and says so", async () => {
    const { known, bundle, signer } = await machine({ own: true });
    const key = await evidenceKey(known, whose, bundle);
    expect(key).toMatchObject({ publicKey: signer.publicKey, origin: expect.stringContaining('this machine signs') });
  });

  it('is one that was pinned for that FQDN, for no other', async () => {
    const { known, bundle, signer, file } = await machine();
    pinKey(known.configDir, whose, await evidenceKey(known, whose, bundle, file('their.pub', signer.publicKey)));
    const key = await evidenceKey(known, whose, bundle);
    expect(key).toMatchObject({ keyId: signer.keyId, origin: expect.stringContaining(`pinned for ${fqdn}`) });
    await expect(evidenceKey(known, { fqdn: 'other.example', lab: false }, bundle)).rejects.toMatchObject({
      code: 'E6112',
    });
  });

  it('is none for the real Sovereign when it was pinned for one of that name in a lab, and the other way round', async () => {
    const { known, bundle, signer, file } = await machine();
    const inLab = { fqdn, lab: true };
    pinKey(known.configDir, inLab, await evidenceKey(known, inLab, bundle, file('lab.pub', signer.publicKey)));
    await expect(evidenceKey(known, whose, bundle)).rejects.toMatchObject({ code: 'E6112' });
    const { origin } = await evidenceKey(known, inLab, bundle);
    expect(origin).toContain(`pinned for ${fqdn} in a lab`);
  });

  it('that was given is compared with the one that this machine knows', async () => {
    const { known, bundle, stranger, file } = await machine({ own: true });
    const { origin } = await evidenceKey(known, whose, bundle, file('their.pub', stranger.publicKey));
    expect(origin).toMatch(/is in the same folder as the bundle: .*; NOT the key with which this machine signs/);
  });

  it('of a bundle that claims a path for a name is not looked for', async () => {
    const { known, bundle } = await machine();
    const asked: string[] = [];
    const ownKeyOf = async (name: string) => void asked.push(name);
    for (const name of ['../../etc', '', 'a/b', '.ssh', 'A B'])
      await expect(evidenceKey({ ...known, ownKeyOf }, { fqdn: name, lab: false }, bundle)).rejects.toMatchObject({
        code: 'E6112',
      });
    expect(asked).toEqual([]);
  });
});
