/** Half of the members of etcd is no quorum; whoever has not joined, and workers, have no vote. */
import { expect, it } from 'vitest';
import { isQuorumLost, powerSwitch } from '../../src/clusters/quorum.js';

const voter = (isOff: boolean, isControlPlane = true, joined = true) => ({ isOff, isControlPlane, joined });

it.each([
  ['no control plane yet', [], false],
  ['one that has not joined', [voter(true, true, false)], false],
  ['the only one off', [voter(true)], true],
  ['one of three off', [voter(true), voter(false), voter(false)], false],
  ['two of three off', [voter(true), voter(true), voter(false)], true],
  ['half of two off', [voter(true), voter(false)], true],
  ['workers off', [voter(false), voter(true, false), voter(true, false)], false],
])('%s', (_what, voters, lost) => expect(isQuorumLost(voters)).toBe(lost));

it('turns the API off and on once each, and what runs beside it', async () => {
  let isDown = false;
  const led: (number | undefined)[] = [];
  const powered: boolean[] = [];
  const api = { port: 6443, power: async (on: boolean) => void powered.push(on) };
  const power = powerSwitch(() => isDown, {
    api: () => api as never,
    forwarder: { lead: (port: number | undefined) => void led.push(port) } as never,
    inOrder: (task) => void task(),
  });
  power.look();
  isDown = true;
  power.look();
  power.look();
  isDown = false;
  power.look();
  expect([led, powered]).toEqual([
    [undefined, 6443],
    [false, true],
  ]);
});
