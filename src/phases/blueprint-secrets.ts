/**
 * The Secrets that catalyst makes for a Blueprint. Generated values are made once and kept in the encrypted store; if the
 * store was lost, what stands in the cluster is taken over, for what runs there was made with it.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Blueprint, SecretNeed, SecretRecipe } from '../blueprints/blueprint.js';
import { substitute } from '../blueprints/substitute.js';
import { variablesOf } from '../blueprints/variables.js';
import { fail } from '../support/errors.js';
import type { Kube, KubeObject } from '../tools/kube.js';
import type { CredentialName, World } from './world.js';

export interface SecretMaker {
  /** Secrets that we make for a Blueprint; values are read or generated now. */
  objects(blueprint: Blueprint, kube: Kube): Promise<KubeObject[]>;
  /** True when the cluster holds each of them with our values. */
  applied(blueprint: Blueprint, kube: Kube): Promise<boolean>;
}

/** What we make; the rest is made by charts and controllers. */
export function ownSecrets(blueprint: Blueprint): SecretNeed[] {
  return blueprint.secrets.filter((need) => need.maker === 'catalyst');
}

/** One maker for all steps of a run: two Blueprints that share a generated value must not each make it. */
export function createSecretMaker(world: World): SecretMaker {
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const variables = variablesOf(world.sovereign);

  const generated = async (name: CredentialName, kind: Generated, present: string | undefined): Promise<string> => {
    const known = await world.credentials.find(name);
    if (known !== undefined) return known;
    const value = present ?? generators[kind]();
    await world.credentials.set(name, value);
    return value;
  };

  async function valuesOf(need: SecretNeed, present: Record<string, string>): Promise<Record<string, string>> {
    const values: Record<string, string> = {};
    const valueOf = async (key: string, recipe: SecretRecipe): Promise<string> => {
      if ('generate' in recipe) {
        const name: CredentialName = `generated/${recipe.as ?? `${need.namespace}/${need.name}/${key}`}`;
        return generated(name, recipe.generate, present[key]);
      }
      if ('credential' in recipe) return world.credentials.get(recipe.credential as CredentialName);
      const where = `Secret ${need.namespace}/${need.name}`;
      if ('value' in recipe) return String(substitute(recipe.value, variables, { where }));
      return fill(recipe.text, values, variables, where);
    };
    // Texts name the values of other keys, so they come last.
    const recipes = Object.entries(need.recipes ?? {}).sort(
      ([, a], [, b]) => Number('text' in a) - Number('text' in b),
    );
    for (const [key, recipe] of recipes) {
      values[key] = await valueOf(key, recipe);
      if (!('value' in recipe)) world.redactor.register(values[key]);
    }
    return values;
  }

  const make = async (need: SecretNeed, kube: Kube): Promise<KubeObject> => {
    const { namespace, name } = need;
    const there = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
    const values = await valuesOf(need, decoded(there?.data));
    const data = Object.fromEntries(need.keys.map((key) => [key, Buffer.from(values[key] ?? '').toString('base64')]));
    const labels = { 'app.kubernetes.io/managed-by': 'catalyst', ...need.labels };
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name, labels },
      type: need.type ?? 'Opaque',
      data,
    };
  };

  const objects: SecretMaker['objects'] = (blueprint, kube) =>
    inTurn(async () => {
      const made: KubeObject[] = [];
      for (const need of ownSecrets(blueprint)) made.push(await make(need, kube));
      return made;
    });

  return {
    objects,
    async applied(blueprint, kube) {
      for (const secret of await objects(blueprint, kube)) {
        const { namespace, name } = secret.metadata;
        const there = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
        const same = Object.entries(secret.data as Record<string, string>).every(
          ([key, value]) => there?.data?.[key] === value,
        );
        if (!there || !same) return false;
      }
      return true;
    },
  };
}

function decoded(data: Record<string, string> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

/** `${variable}` and `${secret:<key>}` in the text of a whole file (a credentials file, a URL). */
function fill(
  text: string,
  values: Record<string, string>,
  variables: Readonly<Record<string, unknown>>,
  where: string,
): string {
  return text.replaceAll(/\$\{(secret:)?([^}]+)\}/g, (_match, secret: string | undefined, name: string) => {
    const value = secret ? values[name] : variables[name];
    if (value === undefined) throw fail('E3202', `${where} names ${secret ?? ''}${name}, which does not exist.`);
    return String(value);
  });
}

type Generated = Extract<SecretRecipe, { generate: string }>['generate'];

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const word = (length: number) => Array.from({ length }, () => letters[randomInt(letters.length)]).join('');

const generators: Record<Generated, () => string> = {
  password: () => word(32),
  alnum16: () => word(16),
  hex32: () => randomBytes(32).toString('hex'),
  base64key: () => randomBytes(32).toString('base64'),
};
