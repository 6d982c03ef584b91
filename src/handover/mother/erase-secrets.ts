/** Secrets on the mother that are known by their exact names. Pure. */
import type { Mutation } from '../../engine/mutation.js';
import type { World } from '../../world/world.js';

/** Made by hand, with access to this Sovereign. */
export function secretsToErase({ sovereign }: Pick<World, 'sovereign'>): { namespace: string; name: string }[] {
  const { fqdn, mother } = sovereign.spec;
  return [{ namespace: mother.catalyst.namespace, name: `sovereign-${fqdn}-kubeconfig` }];
}

export function eraseSecretMutation({ namespace, name }: { namespace: string; name: string }): Mutation {
  return {
    target: { system: 'mother', kind: 'Secret', namespace, name },
    sentence: `delete Secret ${namespace}/${name} on the mother`,
  };
}
