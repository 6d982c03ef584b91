/** The sealed tree of a Sovereign: its own sealing key, and the very Secrets that run there. */
import { X509Certificate } from 'node:crypto';
import type { BlueprintName } from '../../blueprints/catalog/blueprint.js';
import type { RenderedTree } from '../../blueprints/render/render.js';
import { activeSealingKey, anySealingKey } from '../../blueprints/render/seal.js';
import { sealTree } from '../../blueprints/render/sealed-tree.js';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';
import { createSecretMaker, ownSecrets } from './blueprint-secrets.js';
import { sealingKeys } from './sealing-keys.js';

/** Changes nothing on the Sovereign. Throws E4009 when its controller has made no key yet, E1301 when a credential is missing. */
export async function sealedTree(world: World): Promise<RenderedTree> {
  const kube = await world.kube();
  const certificate = await sealingCertificate(kube);
  const maker = createSecretMaker(world);
  const secrets = new Map<BlueprintName, KubeObject[]>();
  for (const blueprint of world.blueprints) {
    if (ownSecrets(blueprint).length > 0) secrets.set(blueprint.name, await maker.objects(blueprint, kube));
  }
  return sealTree(await world.tree(), world.blueprints, secrets, certificate.publicKey);
}

/** Certificate of the newest active sealing key. Throws E4009 when there is none yet. */
export async function sealingCertificate(kube: Kube): Promise<X509Certificate> {
  const keys = await sealingKeys(kube);
  const isActive = ({ metadata }: KubeObject) =>
    `${anySealingKey}=${metadata.labels?.[anySealingKey]}` === activeSealingKey;
  const pem = keys.find(isActive)?.['data']?.['tls.crt'];
  if (typeof pem === 'string') return new X509Certificate(Buffer.from(pem, 'base64'));
  throw fail('E4009', 'The Sovereign has no sealing key: its sealed-secrets controller has not started yet.', {
    actions: [command('phase run', '2')],
  });
}
