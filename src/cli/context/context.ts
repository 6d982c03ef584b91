/** The composition root: one Context per invocation, made from flags, environment, spec and state. Everything is lazy. */
import type { Context, Ending } from '../../actions/session/context.js';
import { type CatalystError, isCatalystError } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';
import type { SharedFlags } from '../command/flags.js';
import { once } from '../command/once.js';
import type { PageOutput } from '../command/output.js';
import { confirmByName, confirmInRun, confirmStart } from '../prompts/confirm.js';
import { createPrompter } from '../prompts/prompter.js';
import type { Summary } from '../text/summary.js';
import { createStores } from './credentials/stores.js';
import { type ContextRequest, createOpening } from './opening.js';
import { createSessionJournal } from './session-journal.js';
import { createSessionScreen } from './session-screen.js';
import { summarize } from './session-summary.js';
import { createSessionWorlds } from './session-world.js';
import { createChosenSpec } from './spec/chosen-spec.js';
import { specPath } from './spec/spec-path.js';

export type OpenContext = Context & {
  readonly output: PageOutput;
  /** What the command ends with, also with an error; nothing where nothing ran. */
  summary(error?: CatalystError): Promise<Summary | undefined>;
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
  let ending: Ending | undefined;
  // Only the lab can be touched there, by the identity that it serves: nothing asks for the name.
  const isLab = async (answered: boolean | undefined) =>
    answered || (flags.lab !== undefined && (await identityKind(async () => (await opened()).world)) === 'lab');

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
    ending(given) {
      ending = given;
    },
    summary: (error) =>
      summarize({
        opening,
        ending,
        error,
        fqdn: chosen.knownFqdn(),
        stateDirFor: stores.stateDirFor,
        world: async () => (await opened()).world,
      }),
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
    ...{ evidenceKeyOf: stores.evidenceKeyOf, existingStateDir: stores.existingStateDir },
    journal,
    would(deed) {
      if (flags['dry-run']) output.note(`would ${deed}`);
      return flags['dry-run'];
    },
    blueprints: worlds.blueprints,
    world: async () => (await opened()).world,
    gate: async () => (await opened()).openGate,
    another(loaded) {
      // A kubeconfig that was given leads to the Sovereign that the command was given; in a lab none is.
      const own = openContext(flags.lab === undefined ? { ...flags, kubeconfig: undefined } : flags, {
        ...request,
        ignored: [],
      });
      own.useSpec(loaded);
      return own;
    },
    async draftWorld(sovereign, secrets) {
      const own = await chosen.drafted(sovereign);
      const store = await stores.credentialsOf(sovereign.spec.fqdn);
      return (await worlds.worldOf(own, store.withTyped(secrets))).world;
    },
    async motherContexts(file) {
      const { inHome, motherContexts } = await import('./clusters/kubeconfigs.js');
      return motherContexts((await worlds.motherKubeconfig()) ?? inHome(file, env), env);
    },
    confirmByName: async ({ what, confirm, lab: answered }) =>
      confirmByName(prompter, { what, confirm, lab: await isLab(answered), fqdn: await chosen.fqdn() }),
    confirmInRun: async (request) =>
      confirmInRun(prompter, { ...request, lab: await isLab(request.lab), fqdn: await chosen.fqdn() }, screen),
    confirmStart: (message) => confirmStart(prompter, { message, yes: flags.yes }),
    say: screen.say,
    close: opening.close,
  };
}

/** Undefined when its systems cannot tell. */
async function identityKind(world: () => Promise<World>): Promise<string | undefined> {
  try {
    return (await (await world()).identity()).kind;
  } catch (error) {
    if (isCatalystError(error)) return undefined;
    throw error;
  }
}
