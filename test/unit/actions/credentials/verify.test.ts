/** Credentials are proven by real calls: a refusal gives the exit status, and whatever else is wrong is told beside it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyCredentials } from '../../../../src/actions/credentials/verify.js';
import { openSession } from '../../../../src/actions/session/session.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';

let rig: HetznerRig;
const verify = async (name?: string) => verifyCredentials(await openSession(rig.context), name);
const keys = async () => (await rig.api.list('ssh_key')).map(({ name }) => name);

beforeEach(async () => {
  rig = await hetznerRig({ leftovers: false });
});
afterEach(async () => {
  await rig.end();
  await rig.lab.close();
});

describe('credentials verify', () => {
  it.each(['hetzner', 'hcloud-token'])('%s: the token reads and writes, and what it made is gone', async (name) => {
    expect(await verify(name)).toEqual({
      checks: [
        { id: 'hetzner', title: 'Hetzner token', ok: true, reason: expect.stringMatching(/, writes$/), remedy: [] },
      ],
    });
    expect(rig.acts).toEqual([
      'create a probe SSH key at Hetzner, to prove that the token can write',
      'delete the probe SSH key at Hetzner',
    ]);
    expect(await keys()).toEqual([]);
  });

  it('in a dry-run only reads, and says that writing was not tested', async () => {
    Object.assign(rig.context.options, { dryRun: true });
    const { checks, mutations } = await verify('hetzner');
    expect(checks[0]?.reason).toMatch(/writing was not tested \(dry-run\)$/);
    expect(mutations).toHaveLength(2);
  });

  it('a token that only reads is refused with what to make instead', async () => {
    const create = () => Promise.reject(fail('E2003', 'forbidden'));
    Object.assign(rig.api, { create });
    await expect(verify('hetzner')).rejects.toMatchObject({
      ...{ code: 'E2003', exitCode: 4 },
      message: 'Hetzner token: The Hetzner token can read but not write; catalyst needs "Read & Write".',
      data: { result: { checks: [{ id: 'hetzner', ok: false, code: 'E2003' }] } },
    });
  });

  it('tells all that failed; a refused credential gives the exit status before a system that did not answer', async () => {
    const silent = () => Promise.reject(fail('E3101', 'no answer from the mother'));
    const refused = () => Promise.reject(fail('E2302', 'the keys were refused', { actions: ['set others'] }));
    Object.assign(rig.world, { mother: silent, objectStore: refused, http: silent, dns: silent });
    const error = await verify().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E2302', actions: expect.arrayContaining(['set others']) });
    expect((error as Error).message.split('\n').length).toBeGreaterThan(1);
    expect((error as Error).message).toContain('Object Storage keys: the keys were refused');
  });

  it('what is no refusal is thrown as it was', async () => {
    Object.assign(rig.world, { hetzner: () => Promise.reject(new TypeError('a bug')) });
    await expect(verify('hetzner')).rejects.toThrow(TypeError);
  });

  it('of a name that nothing proves names those that are', async () => {
    await expect(verify('hetzners')).rejects.toMatchObject({
      ...{ code: 'E1001', actions: ['catalyst credentials verify hetzner'] },
      message: expect.stringContaining('known: hetzner, hcloud-token, object-storage'),
    });
    await expect(verify('x')).rejects.toMatchObject({ actions: ['catalyst credentials verify'] });
  });
});
