/** What stops a rehearsal before its first change, and what it tells of price and way back. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rehearse } from '../../../../src/actions/rehearsal/rehearse.js';
import type { Context } from '../../../../src/actions/session/context.js';
import type { LoadedSpec } from '../../../../src/sovereign/spec/load-spec.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';
import { type HetznerRig, hetznerRig } from '../../../fakes/hetzner-rig.js';
import { wholeRig } from '../../handover/whole-rig.js';

const throwaway = 'test.omani.works';
let sovereign: HetznerRig;
let own: ActionRig;
const closed: string[] = [];
const offered: string[] = [];

beforeEach(async () => {
  closed.length = 0;
  offered.length = 0;
  sovereign = await hetznerRig({ leftovers: false });
  sovereign.world.kept.set('hcloud-token', 'the-token');
  const whole = await wholeRig();
  const store = { endpoint: 'https://s3', buckets: async () => [], listBuckets: async () => [] };
  Object.assign(sovereign.context, {
    another: ({ sovereign: spec, path }: LoadedSpec): Context & { close(): Promise<void> } => {
      const identity = async () => ({ kind: 'lab', id: '1f', name: 'default' });
      const undoSignal = new AbortController().signal;
      const hetzner = async () => sovereign.api;
      const credentials = { ...whole.world.credentials, offer: (name: string) => void offered.push(name) };
      const publicAddress = async () => '198.51.100.7';
      const objectStore = async () => store;
      const world = { sovereign: spec, identity, undoSignal, hetzner, credentials, objectStore, publicAddress };
      own = actionRig({ whole: Object.assign(whole.world, world) as never, options: sovereign.context.options });
      mkdirSync(dirname(path), { recursive: true });
      return Object.assign(own.context, { close: async () => void closed.push(spec.spec.fqdn) });
    },
  });
});
afterEach(() => sovereign.lab.close());

describe('rehearse', () => {
  it('takes no name of the Sovereign itself, and begins nothing', async () => {
    await expect(rehearse(sovereign.context, { name: 'omantel' })).rejects.toMatchObject({
      code: 'E4035',
      actions: ['use another name: catalyst rehearse --name test'],
    });
    expect(own).toBeUndefined();
  });

  it('tells the price, lends what a person gave, and unconfirmed changes nothing', async () => {
    await expect(rehearse(sovereign.context, {})).rejects.toMatchObject({ code: 'E4006' });
    expect(own.noted).toEqual([
      expect.stringMatching(
        /^The rehearsal builds test\.omani\.works the way omantel\.omani\.works is built, in fsn1: at most \d+ h, about \d+\.\d\d EUR/,
      ),
    ]);
    expect(own.asked).toEqual([`This creates ${throwaway} at Hetzner, and then destroys it with all its data`]);
    expect([offered, closed, own.acts]).toEqual([['hcloud-token'], [throwaway], []]);
  });

  it('warns when there is no price, and asks all the same', async () => {
    Object.assign(sovereign.api, { serverTypes: () => Promise.reject(new Error('no price list')) });
    await expect(rehearse(sovereign.context, {})).rejects.toMatchObject({ code: 'E4006' });
    expect(own.warned).toEqual(['The price could not be determined: no price list']);
  });

  it('says what it is, and is stopped by its preflight before the first change', async () => {
    const error = await rehearse(sovereign.context, { unattended: true, until: 3 }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E1401' });
    const said = `Rehearsal of omantel.omani.works: ${throwaway} is built the same way, proven, and wiped again.`;
    expect([own.noted, own.acts, closed]).toEqual([[said], [], [throwaway]]);
  });

  it('names its own command, not resume, to go on with, and that the throwaway costs money until then', async () => {
    Object.assign(sovereign.api, {
      list: () => Promise.reject(fail('E2003', 'The quota is exhausted.', { actions: ['wait', 'catalyst resume'] })),
    });
    const error = await rehearse(sovereign.context, {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'E2003',
      message: `The quota is exhausted. ${throwaway} costs money until its rehearsal has ended.`,
      actions: ['wait', 'catalyst rehearse --name test --spec sovereign.yaml'],
    });
    Object.assign(sovereign.api, { list: () => Promise.reject(new TypeError('a bug')) });
    await expect(rehearse(sovereign.context, {})).rejects.toThrow(TypeError);
    expect(own.stateDir).toContain(throwaway);
  });
});
