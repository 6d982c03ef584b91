/** The composition root: one Context per invocation, made from flags, environment, spec and state. Everything is lazy. */
import type { Context } from '../../actions/session/context.js';
import type { SharedFlags } from '../command/flags.js';
import { once } from '../command/once.js';
import { confirmByName, confirmInRun, confirmStart } from '../prompts/confirm.js';
import { createPrompter } from '../prompts/prompter.js';
import { createChosenSpec } from './chosen-spec.js';
import { specPath } from './find-spec.js';
import { motherContexts } from './kubeconfigs.js';
import { type ContextRequest, createOpening } from './opening.js';
import { createSessionJournal } from './session-journal.js';
import { createSessionScreen } from './session-screen.js';
import { createSessionWorlds } from './session-world.js';
import { createStores } from './stores.js';

export type OpenContext = Context & {
  /** A line for the person at any moment, also over a live tree. */
  say(line: string): void;
  close(): Promise<void>;
};

export function openContext(flags: SharedFlags, request: ContextRequest): OpenContext {
  const { env, json, redactor, root, signal } = request;
  const opening = createOpening(flags, request);
  const { clock, runId, by, output, lab } = opening;
  const terminal = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  const prompter = createPrompter({ available: terminal && !json && !flags['no-input'], signal, redactor });
  const chosen = createChosenSpec(opening);
  const stores = createStores(opening);
  const stateDir = async () => stores.stateDirFor(await chosen.fqdn());
  const credentials = async () => stores.credentialsOf(await chosen.fqdn());
  const journal = createSessionJournal(opening, chosen, { stateDir, credentials });
  const worlds = createSessionWorlds(opening, stores);
  const opened = once(async () => worlds.worldOf((await chosen.spec()).sovereign, await credentials()));
  const screen = createSessionScreen(opening, chosen.knownFqdn);

  return {
    clock,
    signal,
    redactor,
    env,
    runId,
    by,
    root,
    options: {
      json,
      dryRun: flags['dry-run'],
      yes: flags.yes,
      verbose: flags.verbose,
      timeoutMs: flags.timeout,
      lab: flags.lab,
    },
    output,
    prompter,
    emit: screen.emit,
    spec: chosen.spec,
    useSpec: chosen.use,
    specPath: async () => specPath(flags, env) ?? (await lab())?.spec,
    labCredentials: async () => (await lab())?.credentials,
    labSpec: async () => (await lab())?.spec,
    stateDir,
    credentials,
    credentialsOf: stores.credentialsOf,
    journal,
    would(deed) {
      if (flags['dry-run']) output.note(`would ${deed}`);
      return flags['dry-run'];
    },
    blueprints: worlds.blueprints,
    world: async () => (await opened()).world,
    gate: async () => (await opened()).openGate,
    async draftWorld(sovereign, secrets) {
      const own = await chosen.drafted(sovereign);
      const store = await stores.credentialsOf(sovereign.spec.fqdn);
      return (await worlds.worldOf(own, store.withTyped(secrets))).world;
    },
    motherContexts: async () => motherContexts(await worlds.motherKubeconfig(), env),
    confirmByName: async ({ what, confirm, lab: answered }) =>
      confirmByName(prompter, { what, confirm, lab: answered, fqdn: await chosen.fqdn() }),
    confirmInRun: async (request) => confirmInRun(prompter, { ...request, fqdn: await chosen.fqdn() }, screen),
    confirmStart: (message) => confirmStart(prompter, { message, yes: flags.yes }),
    say: screen.say,
    close: opening.close,
  };
}
