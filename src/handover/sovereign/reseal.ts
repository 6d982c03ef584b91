/** The Secrets that hold Object Storage keys, sealed anew in the Sovereign's Git: a cluster built from it gets keys that work. */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube } from '../../kubernetes/client/kube.js';
import { keySecrets } from '../../walk/credentials/object-storage-consumers.js';
import { sealedTree } from '../../walk/credentials/seal-tree.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { readSource } from './actual-state.js';
import { giteaRemote } from './gitea.js';

/** Undefined before the pivot of the handover, when nothing reads that repository yet. */
export async function planSealing(
  world: World,
  kube: Kube,
): Promise<{ mutation: Mutation; run(act: Act): Promise<void> } | undefined> {
  const { own } = await readSource({ sovereign: world.sovereign, kube: async () => kube });
  if (!own) return undefined;
  const { organization, repository, branch } = world.sovereign.spec.gitops;
  const mutation: Mutation = {
    target: { system: 'git', kind: 'branch', name: `${organization}/${repository}:${branch}` },
    sentence: `put the new Object Storage keys, sealed, into the Sovereign's Gitea, ${organization}/${repository} branch ${branch}`,
  };
  const names = new Set(world.blueprints.flatMap(keySecrets).map(({ namespace, name }) => `${namespace}/${name}`));
  return {
    mutation,
    async run(act) {
      const tree = await sealedTree(world);
      const files = tree.folders
        .flatMap((folder) => folder.files)
        .filter(({ objects }) =>
          objects.some(
            ({ kind, metadata }) => kind === 'SealedSecret' && names.has(`${metadata.namespace}/${metadata.name}`),
          ),
        );
      const remote = await giteaRemote(world);
      await act(mutation, (writers) =>
        writers.git.change(remote, branch, files, 'catalyst: new Object Storage keys, sealed'),
      );
    },
  };
}
