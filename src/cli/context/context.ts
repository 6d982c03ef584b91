/** The composition root: one Context per invocation, made from flags, environment, spec and state. Everything is lazy. */
import { randomBytes } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../actions/session/context.js';
import { noJournal } from '../../engine/dry-run.js';
import type { Emit } from '../../engine/events.js';
import { differencesText, foundDifferences } from '../../mother/fingerprint/protected-before.js';
import { type CredentialStore, createCredentialStore } from '../../sovereign/credentials/credential-store.js';
import { type LoadedSpec, loadSpec } from '../../sovereign/spec/load-spec.js';
import { overlayEnvironment } from '../../sovereign/spec/overlay-environment.js';
import { overlayLab } from '../../sovereign/spec/overlay-lab.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { specToYaml } from '../../sovereign/spec/spec-yaml.js';
import { configDir, makePrivateDir, writePrivateFile } from '../../sovereign/state/state-dir.js';
import { systemClock } from '../../support/clock.js';
import { printable } from '../../support/printable.js';
import type { Redactor } from '../../support/redact/redact.js';
import type { SharedFlags } from '../command/flags.js';
import { once } from '../command/once.js';
import { createOutput } from '../command/output.js';
import { confirmByName, confirmInRun, confirmStart } from '../prompts/confirm.js';
import { createPrompter } from '../prompts/prompter.js';
import { chooseRenderer } from '../renderers/choose.js';
import type { Renderer } from '../renderers/renderer.js';
import { findSpec, specPath, stateDirOf } from './find-spec.js';
import { motherContexts } from './kubeconfigs.js';
import { ignoredText } from './lab-only.js';
import type { LabAccess } from './use-lab.js';

export interface ContextRequest {
  json: boolean;
  root: string;
  /** Words of the command, for the lock. */
  command: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Variables that were taken out of `env` because they lead out of the lab. */
  ignored: readonly string[];
  redactor: Redactor;
  signal: AbortSignal;
  undoSignal: AbortSignal;
  /** Called when the command begins to act; throws when it was stopped before. */
  onActing(): void;
  /** Called before each change of the outside world; throws when the command was stopped before the first. */
  onChange(): void;
}

export type OpenContext = Context & {
  /** A line for the person at any moment, also over a live tree. */
  say(line: string): void;
  close(): Promise<void>;
};

export function openContext(flags: SharedFlags, request: ContextRequest): OpenContext {
  const { env, json, redactor, root, signal, undoSignal } = request;
  const clock = systemClock;
  const runId = randomBytes(6).toString('hex');
  const output = createOutput({ json, stdout: process.stdout, stderr: process.stderr, redactor });
  const terminal = Boolean(process.stdin.isTTY && process.stderr.isTTY);
  const prompter = createPrompter({ available: terminal && !json && !flags['no-input'], signal, redactor });
  const closers: (() => Promise<void> | void)[] = [];

  const lab = once(async (): Promise<LabAccess | undefined> => {
    if (flags.lab === undefined) return undefined;
    if (request.ignored.length > 0) output.warn(ignoredText(flags.lab, request.ignored));
    const { useLab } = await import('./use-lab.js');
    const { engine, lab: name } = flags;
    return useLab(name, { engine, clusters: clustersOf(flags), env, signal, redactor, note: output.note });
  });
  let chosen: LoadedSpec | undefined;
  let fqdn: string | undefined;
  const findOwn = once(async () => findSpec(flags, env, (await lab())?.spec));
  const written = async () => chosen ?? (await findOwn());
  // A lab has endpoints of its own.
  const reached = (sovereign: Sovereign) => (flags.lab === undefined ? overlayEnvironment(sovereign, env) : sovereign);
  const spec = async () => {
    const loaded = await written();
    fqdn = loaded.sovereign.spec.fqdn;
    return { ...loaded, sovereign: reached(loaded.sovereign) };
  };
  const warned = new Set<string>();
  const stateDirFor = (fqdn: string) => {
    const dir = makePrivateDir(join(stateDirOf(flags, env), fqdn));
    const found = warned.has(fqdn) ? undefined : foundDifferences(dir);
    warned.add(fqdn);
    if (found)
      output.warn(
        `At ${found.at} the protected set on the mother differed from its recorded state (${differencesText(found.differences)}); catalyst changes nothing until you accept or revert that. Try: catalyst verify protected`,
      );
    return dir;
  };
  const stateDir = async () => stateDirFor((await spec()).sovereign.spec.fqdn);
  const stores = new Map<string, Promise<CredentialStore>>();
  const openStore = async (fqdn: string): Promise<CredentialStore> => {
    return createCredentialStore({
      dir: stateDirFor(fqdn),
      configDir: configDir(env),
      env,
      redactor,
      lab: (await lab())?.credentials,
      now: () => clock.now(),
    });
  };
  const credentialsOf = (fqdn: string) => {
    const store = stores.get(fqdn) ?? openStore(fqdn);
    stores.set(fqdn, store);
    return store;
  };
  const credentials = async () => credentialsOf((await spec()).sovereign.spec.fqdn);
  const by = `${userName()}@${hostname()}`;
  const openJournal = once(async () => {
    const { lockJournal } = await import('../../actions/session/lock-journal.js');
    const dir = await stateDir();
    const locked = await lockJournal(dir, {
      ...{ command: request.command, runId, by, clock, redactor },
      ...{ fqdn: (await spec()).sovereign.spec.fqdn, keys: credentials, warn: output.warn },
    });
    closers.push(() => locked.release());
    request.onActing();
    // So that --sovereign finds it later, wherever the file was.
    writePrivateFile(join(dir, 'sovereign.yaml'), specToYaml((await written()).sovereign));
    return locked;
  });
  const journal: Context['journal'] = async (world) => {
    if (flags['dry-run']) return noJournal;
    const mark = await lab();
    const claimed = mark && { kind: 'lab' as const, id: mark.id, name: mark.name };
    const locked = await openJournal();
    await locked.bind({ fqdn: (await spec()).sovereign.spec.fqdn, world: (await world?.()) ?? claimed });
    return locked.journal;
  };
  // A lab is reached by its own kubeconfigs; flags only name the clusters that one may be made of.
  const given: ReturnType<typeof clustersOf> =
    flags.lab === undefined ? clustersOf(flags) : { mother: undefined, sovereign: undefined };
  const motherKubeconfig = async () => given.mother ?? (await lab())?.kubeconfigs.mother;
  const blueprints = once(async () => {
    const { loadBlueprints } = await import('../../blueprints/catalog/load.js');
    return loadBlueprints(join(root, 'templates', 'blueprints'));
  });
  const worldOf = async (sovereign: Sovereign, store: CredentialStore) => {
    const { createWorld } = await import('./world.js');
    const made = await createWorld({
      sovereign,
      stateDir: stateDirFor(sovereign.spec.fqdn),
      credentials: store,
      kubeconfig: given.sovereign,
      motherKubeconfig: await motherKubeconfig(),
      tools: { helm: flags.helm, kubectl: flags.kubectl },
      labMark: await lab(),
      clock,
      env,
      redactor,
      blueprints: await blueprints(),
      runId,
      signal,
      undoSignal,
      onChange: request.onChange,
      warn: output.warn,
      ...(flags['dry-run'] ? { describe: (sentence) => output.note(`would ${sentence}`) } : {}),
    });
    closers.push(() => made.close());
    return made;
  };
  const opened = once(async () => worldOf((await spec()).sovereign, await credentials()));

  let renderer: Renderer | undefined;
  const emit: Emit = (event) => {
    if (!renderer) {
      renderer = chooseRenderer(
        { json, verbose: flags.verbose, ci: Boolean(env.CI), tty: Boolean(process.stderr.isTTY) },
        { stderr: process.stderr, redactor, clock, color: !flags['no-color'] && !env.NO_COLOR, lab: flags.lab, fqdn },
      );
      closers.push(() => renderer?.close());
    }
    renderer.handle(event);
  };

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
    emit,
    spec,
    useSpec(loaded) {
      chosen = loaded;
    },
    specPath: async () => specPath(flags, env) ?? (await lab())?.spec,
    labCredentials: async () => (await lab())?.credentials,
    labSpec: async () => (await lab())?.spec,
    stateDir,
    credentials,
    credentialsOf,
    journal,
    would(deed) {
      if (flags['dry-run']) output.note(`would ${deed}`);
      return flags['dry-run'];
    },
    blueprints,
    world: async () => (await opened()).world,
    gate: async () => (await opened()).openGate,
    async draftWorld(sovereign, secrets) {
      const labSpec = (await lab())?.spec;
      const own = labSpec === undefined ? reached(sovereign) : overlayLab(sovereign, loadSpec(labSpec).sovereign);
      const store = await credentialsOf(sovereign.spec.fqdn);
      return (await worldOf(own, store.withTyped(secrets))).world;
    },
    motherContexts: async () => motherContexts(await motherKubeconfig(), env),
    confirmByName: async ({ what, confirm, lab: answered }) =>
      confirmByName(prompter, { what, confirm, lab: answered, fqdn: (await spec()).sovereign.spec.fqdn }),
    confirmInRun: async (request) =>
      confirmInRun(
        prompter,
        { ...request, fqdn: (await spec()).sovereign.spec.fqdn },
        {
          show: (line) => (renderer ? renderer.say(line) : output.note(line)),
          hold: () => renderer?.hold() ?? (() => undefined),
        },
      ),
    confirmStart: (message) => confirmStart(prompter, { message, yes: flags.yes }),
    say(line) {
      if (renderer) renderer.say(line);
      // What the terminal echoed (^C) has a line of its own.
      else process.stderr.write(`\n${printable(redactor.redact(line))}\n`);
    },
    async close() {
      for (const closer of closers.reverse()) await closer();
    },
  };
}

export const clustersOf = (flags: SharedFlags) => ({ mother: flags['mother-kubeconfig'], sovereign: flags.kubeconfig });

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
