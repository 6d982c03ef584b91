/** What a command gives its action, without a command: a state folder, a journal and a gate that are real, on a world that the test made. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, ContextOptions } from '../../src/actions/session/context.js';
import { type LockedJournal, lockJournal } from '../../src/actions/session/lock-journal.js';
import { renderTree } from '../../src/blueprints/render/render.js';
import { noJournal } from '../../src/engine/dry-run.js';
import { fail } from '../../src/support/errors/errors.js';
import { createGate } from '../../src/world/gate/gate.js';
import type { Adapters } from '../../src/world/gate/writers.js';
import type { World } from '../../src/world/world.js';
import { fakeWorld, omantel } from './fake-world.js';
import { clockAt } from './rehearsed.js';

export interface ActionRig {
  context: Context;
  stateDir: string;
  world: World & { kept: Map<string, string> };
  noted: string[];
  warned: string[];
  /** What had to be confirmed, in order. */
  asked: string[];
  /** Sentences that went through the gate, or would have. */
  acts: string[];
  /** Gives the journal back, as the end of the command does. */
  end(): Promise<void>;
}

export interface ActionSetting {
  world?: Partial<World> & Record<string, unknown>;
  /** A world that is whole already. */
  whole?: World;
  options?: Partial<ContextOptions>;
  /** What of the context is not as here. */
  given?: Partial<Context>;
}

/** A confirmation passes when it is the FQDN, as without a terminal. */
export function actionRig({ world: given, whole, options, given: more }: ActionSetting = {}): ActionRig {
  const base = fakeWorld({
    clock: clockAt('2026-11-22T10:00:00Z'),
    identity: async () => ({ kind: 'lab', id: '1f', name: 'default' }),
    undoSignal: new AbortController().signal,
    tree: async () => renderTree(omantel(), []),
    ...given,
  } as Parameters<typeof fakeWorld>[0]);
  const { fqdn } = (whole ?? base).sovereign.spec;
  const stateDir = join(mkdtempSync(join(tmpdir(), 'action-')), fqdn);
  mkdirSync(stateDir);
  const world = (whole ?? base) as ActionRig['world'];
  Object.assign(world, { stateDir });
  const rig = { stateDir, world, noted: [], warned: [], asked: [], acts: [] } as unknown as ActionRig;
  const all: ContextOptions = { json: false, dryRun: false, yes: false, verbose: false, ...options };
  let locked: Promise<LockedJournal> | undefined;
  const request = { command: 'catalyst test', fqdn, runId: world.runId, by: 'me@here' };
  const { clock, redactor } = world;
  const keys = async () => world.credentials;
  const confirmed = (what: string, confirm: string | undefined, lab: boolean | undefined) => {
    rig.asked.push(what);
    if (confirm !== fqdn && !lab) throw fail('E4006', `${what}: not confirmed.`);
  };
  rig.context = {
    ...{ clock, redactor, runId: world.runId, by: 'me@here', signal: world.signal, env: {}, options: all },
    emit: () => undefined,
    output: {
      print: () => undefined,
      note: (text: string) => void rig.noted.push(text),
      warn: (text: string) => void rig.warned.push(text),
    },
    spec: async () => ({ sovereign: world.sovereign, path: 'sovereign.yaml' }),
    stateDir: async () => stateDir,
    credentials: async () => world.credentials,
    world: async () => world,
    would: () => all.dryRun,
    journal: async (reached) => {
      if (all.dryRun) return noJournal;
      locked ??= lockJournal(stateDir, { ...request, clock, redactor, keys, warn: (text) => rig.warned.push(text) });
      await (await locked).bind({ fqdn, world: await (reached ?? world.identity)() });
      return (await locked).journal;
    },
    gate: async () => (gate) => {
      const onMutation: typeof gate.onMutation = (step, mutation) => {
        rig.acts.push(mutation.sentence);
        gate.onMutation?.(step, mutation);
      };
      return createGate({ ...gate, onMutation, adapters: world as unknown as Adapters, dryRun: all.dryRun });
    },
    confirmByName: async ({ what, confirm, lab }) => confirmed(what, confirm, lab),
    confirmInRun: async ({ what, confirm, lab }) => {
      confirmed(what, confirm, lab);
      return async () => undefined;
    },
    ...more,
  } as Partial<Context> as Context;
  rig.end = async () => {
    await (await locked)?.release();
    locked = undefined;
  };
  return rig;
}
