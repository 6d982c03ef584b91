/** From questions to a valid spec on disk, secrets in the store and the decisions of the walk. */
import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../../../actions/session/context.js';
import { type CredentialSources, createCredentialSources } from '../../../sovereign/credentials/credential-input.js';
import { type LoadedSpec, loadSpec, parseSpec } from '../../../sovereign/spec/load-spec.js';
import { overlayLab } from '../../../sovereign/spec/overlays/overlay-lab.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { writeSpec } from '../../../sovereign/spec/write-spec.js';
import { command } from '../../../support/commands/command.js';
import { fail, isCatalystError } from '../../../support/errors/errors.js';
import { hashOf } from '../../../support/hash.js';
import { toYaml } from '../../../support/yaml/write-yaml.js';
import { createDialer } from '../../../tools/dialer/dialer.js';
import { createExec } from '../../../tools/exec/exec.js';
import { listPublicKeys } from '../../../tools/ssh/public-keys.js';
import type { World } from '../../../world/world.js';
import { once } from '../../command/once.js';
import { isInterruption } from '../../text/translate-error.js';
import { ask } from '../ask.js';
import { buildSpec } from './build-spec.js';
import { type Given, gather } from './gather.js';
import { draftOf, leave, readRaw } from './left-answers.js';
import { overviewOf } from './overview.js';
import type { Answers, Question } from './question.js';
import { withoutToken, withRegistryLogin } from './registries.js';

export interface WizardAnswers {
  loaded: LoadedSpec;
  /** Whether the file was written anew. */
  written: boolean;
  purge: 'apply' | 'plan' | 'skip';
  /** Kept, and not to be started. */
  saveOnly: boolean;
}

export interface WizardRequest {
  questions: readonly Question[];
  /** Those of questionFlags. */
  flags: Readonly<Record<string, unknown>>;
  secrets: boolean;
  /** The command that asks, to type again after leaving. */
  by: 'wizard' | 'init';
  /** Everything was answered before: begin at the review. */
  reviewOnly?: boolean;
}

/** With a lab its keys are used, whatever the environment holds for the real thing. */
export async function askWizard(context: Context, options: WizardRequest): Promise<WizardAnswers> {
  const { env, prompter } = context;
  const lab = await context.labCredentials();
  const labSpec = await context.labSpec();
  const path = (await context.specPath()) ?? resolve('sovereign.yaml');
  const former = readRaw(draftOf(path));
  const base = former ?? readRaw(path);
  if (former !== undefined) context.output.note(`Your previous answers are in ${draftOf(path)}.`);
  const questions = options.questions.filter(({ id, kind }) => {
    // a lab has its own mother
    if (lab && id.startsWith('mother-')) return false;
    return kind !== 'secret' || options.secrets;
  });
  const sources = secretSources(context, base, lab);
  const given: Given = {
    flags: options.flags,
    env,
    spec: base,
    specSource: path === labSpec ? 'lab' : 'spec',
    async secrets(name) {
      return (await sources).locate(name);
    },
  };
  let answers: Readonly<Record<string, string>> = {};
  let never: ReadonlySet<string> = new Set();
  const worldOf = draftWorlds(context, questions, given, base);
  const endpoint = (lab ? undefined : env.HCLOUD_ENDPOINT) || hetznerEndpointIn(labSpec ? readRaw(labSpec) : base);
  const lookUps = {
    hetzner: once(async () => {
      const token = answers['hcloud-token'] ?? (await given.secrets('hcloud-token'))?.value;
      if (!token) return undefined;
      const { createHetznerApi } = await import('../../../hetzner/api/create-api.js');
      const dialer = createDialer({ connectTo: [], env });
      return createHetznerApi({ token, endpoint, dialer, signal: context.signal });
    }),
    world: worldOf,
    motherContexts: context.motherContexts,
    publicKeys: once(async () => listPublicKeys(createExec(context.redactor), env.HOME)),
  };
  const quiet = context.options.yes || !prompter.available;
  try {
    const asked = await ask({
      questions,
      given,
      prompter,
      lookUps,
      quiet,
      note: context.output.note,
      keep: (now, no) => {
        answers = { ...now };
        never = no;
      },
      reviewOnly: options.reviewOnly,
      overview: async (now) => overviewOf(await worldOf(now), context),
    });
    answers = asked.answers;
    const tree = buildSpec(questions, answers, base);
    const own = await withRegistryLogin(context, parseSpec(toYaml(tree), path));
    const sovereign = labSpec === undefined || labSpec === path ? own : overlayLab(own, loadSpec(labSpec).sovereign);
    const written = former !== undefined || !existsSync(path) || changes(base, own, path);
    if (written && !context.options.dryRun) writeSpec(path, own);
    if (!context.options.dryRun) rmSync(draftOf(path), { force: true });
    const loaded = { sovereign, path };
    context.useSpec(loaded);
    await keepSecrets(context, questions, asked);
    const { secretRef } = own.spec.charts;
    if (secretRef && !lab && !(answers['registry-token'] || (await given.secrets('registry-token'))))
      context.output.note(withoutToken(secretRef.hosts));
    const purge = (answers.purge as WizardAnswers['purge']) ?? 'apply';
    return { loaded, written, purge, saveOnly: asked.saveOnly === true };
  } catch (error) {
    if (quiet || Object.keys(answers).length === 0 || context.options.dryRun) throw error;
    const typed = Object.fromEntries(Object.entries(answers).filter(([id]) => !never.has(id)));
    const kept = await leave(context, path, questions, typed, base);
    if (!isInterruption(error)) throw error;
    throw fail('E1901', `Interrupted. The answers so far are kept in ${kept}; nothing was changed.`, {
      actions: [command(options.by)],
      cause: error,
    });
  }
}

/** True when the file says something else than the answers, or says it in the format of an earlier version. */
function changes(base: unknown, own: Sovereign, path: string): boolean {
  const former = (base as { apiVersion?: unknown } | undefined)?.apiVersion !== own.apiVersion;
  return former || JSON.stringify(parseSpec(toYaml(base), path)) !== JSON.stringify(own);
}

/** Worlds for look-ups in the middle of the questions: what is not answered yet stands at its default. */
function draftWorlds(
  context: Context,
  questions: readonly Question[],
  given: Given,
  base: unknown,
): (answers: Answers) => Promise<World | undefined> {
  let last: { key: string; world: World | undefined } | undefined;
  return async (answers) => {
    const all: Record<string, string> = {};
    for (const question of questions) {
      if (question.kind === 'secret' || question.unless?.(all)) continue;
      const value = answers[question.id] ?? (await gather(question, given, all))?.value ?? placeholders[question.id];
      if (value !== undefined) all[question.id] = value;
    }
    const secrets = Object.fromEntries(
      questions.flatMap(({ id, kind }) => (kind === 'secret' && answers[id] ? [[id, answers[id]]] : [])),
    );
    const text = toYaml(buildSpec(questions, all, base));
    const key = hashOf({ text, secrets });
    if (last?.key !== key) last = { key, world: await draft(context, text, secrets) };
    return last.world;
  };
}

/** For a look-up that comes before these two are answered; nothing of it is kept. */
const placeholders: Readonly<Record<string, string>> = {
  organization: 'not answered yet',
  email: 'nobody@example.org',
};

async function draft(context: Context, text: string, secrets: Record<string, string>): Promise<World | undefined> {
  try {
    return await context.draftWorld(parseSpec(text, 'the answers so far'), secrets);
  } catch (error) {
    // Answers that make no spec yet are told by the question they belong to.
    if (isCatalystError(error)) return undefined;
    throw error;
  }
}

/** Keeps what was typed; what came from environment or lab is only used. */
async function keepSecrets(
  context: Context,
  questions: readonly Question[],
  asked: { answers: Readonly<Record<string, string>>; sources: Readonly<Record<string, string>> },
): Promise<void> {
  const store = await context.credentials();
  for (const { id, kind } of questions) {
    const value = asked.answers[id];
    if (kind !== 'secret' || !value || asked.sources[id] !== 'asked') continue;
    if (context.options.dryRun) store.offer(id, value);
    else await store.set(id, value);
  }
}

/** As long as the answers name no Sovereign, there is no store of it. */
async function secretSources(
  { env, redactor, credentialsOf }: Context,
  base: unknown,
  lab: Readonly<Record<string, string>> | undefined,
): Promise<Pick<CredentialSources, 'locate'>> {
  const fqdn = (base as { spec?: { fqdn?: unknown } } | undefined)?.spec?.fqdn;
  if (typeof fqdn === 'string') return credentialsOf(fqdn);
  return createCredentialSources({ env, redactor, lab, stored: async () => undefined });
}

function hetznerEndpointIn(base: unknown): string | undefined {
  return (base as { spec?: { hetzner?: { endpoint?: string } } } | undefined)?.spec?.hetzner?.endpoint;
}
