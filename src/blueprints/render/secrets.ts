/** The Secrets that catalyst makes itself (maker `catalyst`), built from their recipes. Applied over stdin, never rendered. */
import { createHash } from 'node:crypto';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { dockerConfig } from '../../sovereign/registry-logins.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { fail } from '../../support/errors/errors.js';
import type { Blueprint, SecretNeed, SecretRecipe } from '../catalog/blueprint.js';
import { namespacesOf } from './render.js';
import { handedToGit } from './seal.js';
import { substitute } from './substitute.js';
import { type Variables, variablesOf } from './variables.js';

/**
 * Gives the value of a credential: `hcloud-token`, `s3-access-key` … as captured, or `generated/<ns>/<name>/<key>`, for
 * which it makes a value of that kind once, keeps it, and answers the same ever after.
 */
export type SecretValues = (name: string, generate?: GeneratedKind) => Promise<string>;
export type GeneratedKind = Extract<SecretRecipe, { generate: unknown }>['generate'];

/** The Blueprint's Namespaces and the Secrets that must be there before its release, in that order. */
export async function secretsFor(
  blueprint: Blueprint,
  sovereign: Sovereign,
  values: SecretValues,
): Promise<KubeObject[]> {
  const needs = blueprint.secrets.filter((need) => need.maker === 'catalyst');
  if (needs.length === 0) return [];
  const variables = variablesOf(sovereign);
  const secrets: KubeObject[] = [];
  for (const need of needs) secrets.push(await secretOf(need, blueprint.name, variables, values));
  return [...namespacesOf(blueprint), ...secrets];
}

async function secretOf(need: SecretNeed, where: string, variables: Variables, values: SecretValues) {
  const stringData: Record<string, string> = {};
  for (const [key, recipe] of Object.entries(need.recipes ?? {})) {
    stringData[key] = await valueFor(recipe, key, need, { where: `${where}: Secret ${need.name}`, variables, values });
  }
  const labels = { 'app.kubernetes.io/managed-by': 'catalyst', ...need.labels };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: need.name, namespace: need.namespace, labels, annotations: { ...handedToGit } },
    type: need.type ?? 'Opaque',
    data: Object.fromEntries(
      Object.entries(stringData).map(([key, text]) => [key, Buffer.from(text).toString('base64')]),
    ),
  };
}

interface Sources {
  where: string;
  variables: Variables;
  values: SecretValues;
}

async function valueFor(recipe: SecretRecipe, key: string, need: SecretNeed, sources: Sources): Promise<string> {
  const { where, variables, values } = sources;
  if ('generate' in recipe) {
    return values(`generated/${recipe.as ?? `${need.namespace}/${need.name}/${key}`}`, recipe.generate);
  }
  if ('credential' in recipe) return values(recipe.credential);
  if ('registries' in recipe) return dockerConfig(recipe.registries, await values('registry-token'));
  if ('value' in recipe) return String(substitute(recipe.value, variables, { where }));
  if ('htpasswd' in recipe) {
    const from = need.recipes?.[recipe.of];
    if (!from) throw fail('E3202', `${where}: key ${key} is made from ${recipe.of}, which does not exist.`);
    return `${recipe.htpasswd}:${await bcrypt(await valueFor(from, recipe.of, need, sources))}`;
  }
  return filled(recipe.text, sources);
}

const valueToken = /\$\{(credential|generated):([a-z0-9./-]+)\}/g;

/**
 * A text with its values, and around them its variables. Values come last: whatever one consists of, it is no variable, and it is
 * not bound to the characters that a variable may have inside a text.
 */
async function filled(text: string, { where, variables, values }: Sources): Promise<string> {
  const found: string[] = [];
  for (const [, from, name] of text.matchAll(valueToken))
    found.push(await (from === 'generated' ? values(`generated/${name}`, 'password') : values(name!)));
  const marked = text.replace(valueToken, '\u0000');
  const [first, ...rest] = String(substitute(marked, variables, { where })).split('\u0000');
  return rest.reduce((whole, part, index) => `${whole}${found[index]}${part}`, first!);
}

/** The salt follows from the secret: applying twice must not look like a change. */
async function bcrypt(secret: string): Promise<string> {
  const { encodeBase64, hash } = await import('bcryptjs');
  const salt = encodeBase64([...createHash('sha256').update(secret).digest().subarray(0, 16)], 16);
  return hash(secret, `$2b$10$${salt}`);
}
