/** From questions to a valid spec on disk, secrets in the store and the decisions of the walk. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../../../actions/session/context.js';
import { type CredentialSources, createCredentialSources } from '../../../sovereign/credentials/credential-input.js';
import { type LoadedSpec, loadSpec, parseSpec } from '../../../sovereign/spec/load-spec.js';
import { overlayLab } from '../../../sovereign/spec/overlay-lab.js';
import { writeSpec, writeSpecDraft } from '../../../sovereign/spec/write-spec.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import { hashOf } from '../../../support/hash.js';
import { parseYamlStream, toYaml } from '../../../support/yaml/yaml.js';
import { createExec } from '../../../tools/exec/exec.js';
import { createDialer } from '../../../tools/http/dialer.js';
import { listPublicKeys } from '../../../tools/ssh/public-keys.js';
import type { World } from '../../../world/world.js';
import { once } from '../../command/once.js';
import { ask } from '../ask.js';
import { buildSpec } from './build-spec.js';
import { type Given, gather } from './gather.js';
import type { Answers, Question } from './question.js';

export interface WizardAnswers {
  loaded: LoadedSpec;
  /** Whether the file was written anew. */
  written: boolean;
  purge: 'apply' | 'plan' | 'skip';
  /** Kept, and not to be started. */
  saveOnly: boolean;
}

/** `flags` are those of questionFlags. With a lab its keys are used, whatever the environment holds for the real thing. */
export async function askWizard(
  context: Context,
  options: { questions: readonly Question[]; flags: Readonly<Record<string, unknown>>; secrets: boolean },
): Promise<WizardAnswers> {
  const { env, prompter } = context;
  const lab = await context.labCredentials();
  const labSpec = await context.labSpec();
  const path = (await context.specPath()) ?? resolve('sovereign.yaml');
  const base = readRaw(path);
  const questions = options.questions.filter(({ kind }) => kind !== 'secret' || options.secrets);
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
  const endpoint = (lab ? undefined : env.HCLOUD_ENDPOINT) || hetznerEndpointIn(labSpec ? readRaw(labSpec) : base);
  const lookUps = {
    hetzner: once(async () => {
      const token = answers['hcloud-token'] ?? (await given.secrets('hcloud-token'))?.value;
      if (!token) return undefined;
      const { createHetznerApi } = await import('../../../hetzner/api/create-api.js');
      const dialer = createDialer({ connectTo: [], env });
      return createHetznerApi({ token, endpoint, dialer, signal: context.signal });
    }),
    world: draftWorlds(context, questions, given, base),
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
      keep: (now) => {
        answers = { ...now };
      },
    });
    answers = asked.answers;
    const tree = buildSpec(questions, answers, base);
    const own = parseSpec(toYaml(tree), path);
    const sovereign = labSpec === undefined || labSpec === path ? own : overlayLab(own, loadSpec(labSpec).sovereign);
    const written = !existsSync(path) || JSON.stringify(parseSpec(toYaml(base ?? tree), path)) !== JSON.stringify(own);
    if (written && !context.options.dryRun) writeSpec(path, own);
    const loaded = { sovereign, path };
    context.useSpec(loaded);
    await keepSecrets(context, questions, asked);
    const purge = (answers.purge as WizardAnswers['purge']) ?? 'apply';
    return { loaded, written, purge, saveOnly: asked.saveOnly === true };
  } catch (error) {
    if (!quiet && Object.keys(answers).length > 0 && !context.options.dryRun)
      await leave(context, path, questions, answers, base);
    throw error;
  }
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

/** Left in the middle: answers stay in the file, secrets in the store, and the way back is said. */
async function leave(
  context: Context,
  path: string,
  questions: readonly Question[],
  answers: Readonly<Record<string, string>>,
  base: unknown,
): Promise<void> {
  writeSpecDraft(path, buildSpec(questions, answers, base));
  const secrets = questions.filter(({ id, kind }) => kind === 'secret' && answers[id]);
  if (answers.fqdn !== undefined) {
    const store = await context.credentialsOf(answers.fqdn);
    for (const { id } of secrets) await store.set(id, answers[id]!);
  }
  context.output.note(`The answers so far are in ${path}. Go on with: catalyst wizard --spec ${path}`);
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

/** The file as it is, not validated: a half-answered one is to be completed here. */
function readRaw(path: string): unknown {
  return existsSync(path) ? parseYamlStream(readFileSync(path, 'utf8'))[0] : undefined;
}
