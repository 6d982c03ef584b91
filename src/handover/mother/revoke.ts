/** REVOKED: what the mother knew is replaced or removed, and the old is refused when it is tried. Strip only after the proof. */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { kubeconfigAddress, readKubeconfig } from '../../kubernetes/client/kubeconfig.js';
import type { CredentialCheck, OwnApi } from '../../mother/jobs/credential-check.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';
import { askClaim, type Handover } from '../handover.js';
import type { Refusal } from '../record.js';
import { whoseAddress } from './old-credentials/address-ownership.js';
import { classifyCloudCredentials, keysName, tokenName } from './old-credentials/classify-cloud-credentials.js';
import { classifyCredentialCheck, keepAccepted } from './old-credentials/classify-credential-check.js';

/** Copies on the Sovereign of secrets that belong to the mother; the originals stay, others need them. */
const copies: readonly { namespace: string; name: string; what: string }[] = [
  { namespace: 'flux-system', name: 'ghcr-pull', what: "the shared registry's pull token" },
  { namespace: 'catalyst-system', name: 'ghcr-pull-secret', what: "the shared registry's pull token" },
  { namespace: 'catalyst-system', name: 'catalyst-ghcr-pull-token', what: "the shared registry's pull token" },
  { namespace: 'catalyst-system', name: 'dynadot-api-credentials', what: "the registrar's key" },
  { namespace: 'openova-system', name: 'powerdns-api-credentials', what: "the key of the mother's PowerDNS" },
];

const secret = (namespace: string, name: string) => ({ apiVersion: 'v1', kind: 'Secret', namespace, name });

export async function copiesThere(world: World): Promise<KubeObject[]> {
  const kube = await world.kube();
  const found = await Promise.all(copies.map(({ namespace, name }) => kube.get(secret(namespace, name))));
  return found.filter((object) => object !== undefined);
}

export function dropCopyMutation(object: KubeObject): Mutation {
  const { namespace, name } = object.metadata;
  const what = copies.find((one) => one.namespace === namespace && one.name === name)?.what ?? 'a key of the mother';
  return {
    target: { system: 'sovereign', kind: 'Secret', namespace, name },
    sentence: `delete Secret ${namespace}/${name} on the Sovereign: the copy of ${what}`,
  };
}

/** The binding by which the mother's user acts on the Sovereign, where upstream's cluster access made one. */
export async function bindingsOfMother(world: World): Promise<KubeObject[]> {
  const kube = await world.kube();
  const { name } = world.sovereign.spec.mother;
  const names = [name, `mother-${name}`, 'catalyst-mother', `system:serviceaccount:catalyst-system:mother`];
  const all = await kube.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' });
  return all.filter((binding) =>
    ((binding.subjects ?? []) as { kind: string; name: string; namespace?: string }[]).some((subject) =>
      names.includes(
        subject.kind === 'ServiceAccount' ? `system:serviceaccount:${subject.namespace}:${subject.name}` : subject.name,
      ),
    ),
  );
}

export function dropBindingMutation(binding: KubeObject): Mutation {
  const { name } = binding.metadata;
  return {
    target: { system: 'sovereign', kind: 'ClusterRoleBinding', name },
    sentence: `delete ClusterRoleBinding ${name} on the Sovereign: it grants rights to the mother's user`,
  };
}

/** Removes what the mother could still act with, then has every old credential tried from where it lies. */
export async function revokeAccess(handover: Handover): Promise<void> {
  const { world, act, record } = handover;
  const kube = await world.kube();
  for (const object of await copiesThere(world)) {
    const { namespace, name } = object.metadata;
    await act(dropCopyMutation(object), async (writers) =>
      (await writers.sovereign()).delete(secret(namespace ?? '', name)),
    );
  }
  for (const binding of await bindingsOfMother(world)) {
    const { apiVersion, kind, metadata } = binding;
    await act(dropBindingMutation(binding), async (writers) =>
      (await writers.sovereign()).delete({ apiVersion, kind, name: metadata.name }),
    );
  }
  const own = await ownApi(world, kube);
  const cloud = world.sovereign.spec.hetzner.endpoint;
  const trial = await askClaim<CredentialCheck>(world, act, 'try-credentials', record.ids, { own, cloud });
  const at = world.clock.now().toISOString();
  const judged = [
    ...(await classifyCredentialCheck(trial, whoseAddress(world, own?.server), at)),
    ...(await classifyCloudCredentials(trial, world, at)),
  ];
  record.refusals = keepAccepted(record.refusals, judged);
  // What was accepted is remembered before it stops the run.
  await handover.save();
  assertRefused(record.refusals);
}

/** Where the mother reaches the Sovereign's API: not by `access.connectTo`, which holds for this machine alone. */
async function ownApi(world: World, kube: Kube): Promise<OwnApi | undefined> {
  const kept = await world.credentials.find('sovereign-kubeconfig');
  if (kept === undefined && kube.kubeconfig === '') return undefined;
  const { server, ca } = kept === undefined ? readKubeconfig(kube.kubeconfig) : kubeconfigAddress(kept);
  return { server, authority: ca };
}

/** Throws E5104 when an old credential was accepted, E5107 when it was not seen refused. */
export function assertRefused(refusals: readonly Refusal[]): void {
  const withAnswer = (answer: string) => refusals.filter((one) => one.answer === answer);
  const accepted = withAnswer('accepted');
  const unproven = withAnswer('not proven');
  const ofCloud = accepted.filter(isOfCloud);
  if (ofCloud.length > 0) throw stillOpen(ofCloud);
  if (accepted.length > 0) {
    throw fail(
      'E5104',
      `${accepted.map((one) => one.what).join(', ')} on the mother still opens a cluster: no binding controls the rights of its user.`,
      {
        actions: [
          'on the control plane: k3s certificate rotate-ca (ends every client certificate of the old authority)',
          'if another file has replaced it on the claim: restore the old file, so that catalyst can prove that it is refused',
          command('handover finalize'),
        ],
        data: { accepted },
      },
    );
  }
  if (unproven.length > 0) {
    throw fail(
      'E5107',
      `The Sovereign is not proven to refuse the credentials that the mother knew: ${unproven.map(({ what, why }) => `${what}: ${why}`).join('; ')}.`,
      {
        actions: [
          "let the mother reach the Sovereign's API (port 6443) during the test: only a 401 or 403 response counts",
          'if a kubeconfig is damaged: delete kubeconfigs/<id>.yaml on the claim of catalyst-api',
          ...(unproven.some(isOfCloud) ? [inConsole] : []),
          command('handover finalize'),
        ],
        data: { unproven },
      },
    );
  }
}

const isOfCloud = ({ what }: Refusal) => what.startsWith(tokenName) || what.startsWith(keysName);
const inConsole = 'Hetzner Console: create another one, give it to catalyst, and delete the one that the mother knows';

/** What no API revokes; a person does, and the next run sees it refused. */
const stillOpen = (accepted: readonly Refusal[]) =>
  fail(
    'E5104',
    `Still accepted, and known to the mother: ${accepted.map(({ what, why }) => `${what}: ${why}`).join('; ')}.`,
    {
      actions: [
        inConsole,
        ...(accepted.some(({ what }) => what.startsWith(tokenName))
          ? [command('credentials set', 'hcloud-token')]
          : []),
        ...(accepted.some(({ what }) => what.startsWith(keysName))
          ? [command('credentials rotate', 'object-storage')]
          : []),
        command('handover finalize'),
      ],
      data: { accepted },
    },
  );
