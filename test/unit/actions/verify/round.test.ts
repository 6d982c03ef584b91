/** How the command ends: an exit status never claims more than what was looked at. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../../../src/actions/session/context.js';
import { type RoundResult, verifyRound } from '../../../../src/actions/verify/round.js';
import { noJournal } from '../../../../src/engine/dry-run.js';
import { createGate } from '../../../../src/engine/journaled-gate.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import type { CatalystError } from '../../../../src/support/errors/errors.js';
import type { OpenGate } from '../../../../src/world/gate/gate.js';
import { type RoundRig, roundRig } from '../../../fakes/rounds.js';

const tether: KubeObject = {
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'apps', name: 'rig' } },
  data: { url: 'https://console.openova.io' },
};

async function run({ world, act }: RoundRig, { dryRun = false } = {}) {
  const warnings: string[] = [];
  const shown: RoundResult[] = [];
  const told: string[] = [];
  const lend = () => ({ writers: {} as never, end: () => undefined });
  const dry: OpenGate = (options) =>
    createGate({ ...options, lend, dryRun: true, onMutation: (_, { sentence }) => void told.push(sentence) });
  const context = {
    world: async () => world,
    gate: async () => (dryRun ? dry : () => ({ forStep: () => ({ act }) })),
    journal: async () => noJournal,
    ...{ emit: () => undefined, by: 'ana@desk', options: { dryRun }, signal: world.signal },
    output: { warn: (text: string) => warnings.push(text), note: () => undefined },
  } as unknown as Context;
  const error = await verifyRound(context, (result) => shown.push(result)).then(
    () => undefined,
    (thrown: CatalystError) => thrown,
  );
  return { warnings, told, result: shown[0], code: error?.code, exit: error?.exitCode ?? 0, message: error?.message };
}

describe('verify round', () => {
  it('ends with 0 when everything was looked at and nothing is open', async () => {
    const { exit, result, warnings } = await run(await roundRig());
    expect([exit, result?.verdict, warnings]).toEqual([0, 'CLEAN', []]);
    expect(existsSync(result!.bundle)).toBe(true);
  });

  it('ends with 3 when a tether is open, and says what was not looked at beside it', async () => {
    const rig = await roundRig({ objects: [tether], serving: { forbidden: ['secrets'] } });
    const { exit, code, message } = await run(rig);
    expect([exit, code]).toEqual([3, 'E6005']);
    expect(message).toMatch(/^omantel\.omani\.works: 1 tether: ConfigMap apps\/rig: .*; 1 place not looked at\.$/);
  });

  it('ends with 3 when not everything could be looked at', async () => {
    const { exit, code, message } = await run(await roundRig({ serving: { forbidden: ['secrets'] } }));
    expect([exit, code]).toEqual([3, 'E6006']);
    expect(message).toMatch(/secrets \(v1\) on the Sovereign/);
  });

  it('ends with 5 when it is clean, and nobody took that something is gone', async () => {
    const rig = await roundRig({ objects: [tether] });
    expect((await run(rig)).exit).toBe(3);
    rig.remove(tether);
    rig.webhook.answer = 500;
    const { exit, code, result } = await run(rig);
    expect([exit, code, result?.verdict]).toEqual([5, 'E6007', 'CLEAN']);
  });

  it('warns when nothing is sent, and when an address is not used', async () => {
    const { warnings } = await run(await roundRig({ alerts: {} }));
    expect(warnings).toEqual([
      expect.stringMatching(/^Nothing is sent when a tether returns/),
      expect.stringMatching(/^The credential alert-webhook is not used/),
    ]);
  });

  it('sends and keeps nothing in a dry-run, and says what it would send', async () => {
    const rig = await roundRig({ objects: [tether] });
    const { exit, result, told, warnings } = await run(rig, { dryRun: true });
    expect([exit, result?.verdict, result?.bundle]).toEqual([3, 'ALERT', '']);
    expect([rig.posted, warnings, told]).toEqual([[], [], ['send to the webhook: 1 new, 0 cleared']]);
    expect(existsSync(rig.world.stateDir)).toBe(false);
  });
});
