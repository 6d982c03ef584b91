/**
 * The Secrets that catalyst makes for a Blueprint. Generated values are made once and kept in the encrypted store; if the
 * store was lost, what stands in the cluster is taken over, for what runs there was made with it.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Blueprint, SecretNeed } from '../../blueprints/catalog/blueprint.js';
import { handedToGit } from '../../blueprints/render/seal.js';
import { type GeneratedKind, type SecretValues, secretsFor } from '../../blueprints/render/secrets.js';
import { poolUserData } from '../../hetzner/cluster/boot/pool-user-data.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import type { CredentialName, World } from '../../world/world.js';

export interface SecretMaker {
  /** The Blueprint's Namespaces and Secrets; values are read or generated now. */
  objects(blueprint: Blueprint, kube: Kube): Promise<KubeObject[]>;
  /** True when the cluster holds each of them with our values. Generates nothing. */
  applied(blueprint: Blueprint, kube: Kube): Promise<boolean>;
}

/** What we make; the rest is made by charts and controllers. */
export function ownSecrets(blueprint: Blueprint): SecretNeed[] {
  return blueprint.secrets.filter((need) => need.maker === 'catalyst');
}

/** A value of a Blueprint that nobody captured: it follows from the spec and the join token. */
const userDataValue = 'node-user-data';

type Keeper = Pick<World, 'credentials' | 'redactor' | 'sovereign'>;

/** One maker for all steps of a run: two Blueprints that share a generated value must not each make it. */
export function createSecretMaker({ credentials, redactor, sovereign }: Keeper): SecretMaker {
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const registered = (value: string) => {
    redactor.register(value);
    return value;
  };
  const valuesOn =
    (kube: Kube): SecretValues =>
    async (asked, kind) => {
      const name = asked as CredentialName;
      if (asked === userDataValue) return registered(poolUserData(sovereign, await credentials.get('k3s-token')));
      if (kind === undefined) return credentials.get(name);
      const known = await credentials.find(name);
      const value = known ?? (await inCluster(kube, name)) ?? generators[kind]();
      if (known === undefined) await credentials.set(name, value);
      return registered(value);
    };
  const objects: SecretMaker['objects'] = (blueprint, kube) =>
    inTurn(() => secretsFor(blueprint, sovereign, valuesOn(kube)));

  return {
    objects,
    async applied(blueprint, kube) {
      const there = await Promise.all(
        ownSecrets(blueprint).map(({ namespace, name }) =>
          kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name }),
        ),
      );
      if (there.some((secret) => secret === undefined)) return false;
      const wanted = (await objects(blueprint, kube)).filter((object) => object.kind === 'Secret');
      return wanted.every((secret) => {
        const { namespace, name } = refOfObject(secret);
        const found = there.find((one) => one?.metadata.name === name && one.metadata.namespace === namespace);
        if (found === undefined || !followsGit(found)) return false;
        return Object.entries(secret.data as Record<string, string>).every(
          ([key, value]) => found.data?.[key] === value,
        );
      });
    },
  };
}

/** True when a SealedSecret of the same name changes it: it is annotated so, or was made by one. */
export function followsGit({ metadata }: KubeObject): boolean {
  const { annotations = {}, ownerReferences = [], name } = metadata;
  const isAnnotated = Object.entries(handedToGit).every(([key, value]) => annotations[key] === value);
  return isAnnotated || ownerReferences.some((owner) => owner.kind === 'SealedSecret' && owner.name === name);
}

/** `generated/<namespace>/<name>/<key>` as it stands in the cluster. */
async function inCluster(kube: Kube, credential: string): Promise<string | undefined> {
  const [, namespace, name = '', key = ''] = credential.split('/');
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  const encoded = secret?.data?.[key];
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : undefined;
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const word = (length: number) => Array.from({ length }, () => letters[randomInt(letters.length)]).join('');

const generators: Record<GeneratedKind, () => string> = {
  password: () => word(32),
  alnum16: () => word(16),
  hex32: () => randomBytes(32).toString('hex'),
  base64key: () => randomBytes(32).toString('base64'),
};
