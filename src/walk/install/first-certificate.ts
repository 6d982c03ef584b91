/**
 * Before the first certificate of the public names is ordered: the kept one is restored where it is still good. Else the same names are issued
 * once by Let's Encrypt's staging servers, whose limits are wide: what would fail at production fails there, and costs nothing of its five
 * failures an hour and five certificates a week.
 */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import { explaining, type Waiting, waitAllReady } from '../../kubernetes/wait-ready.js';
import { whyNotIssued } from '../../kubernetes/why-not-issued.js';
import { fail, isCatalystError } from '../../support/errors/errors.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { certificateSecret, keptCertificate, type Wanted, wantedOf } from '../credentials/kept-certificate.js';
import {
  makeProbe,
  probeMutations,
  probeNamespace,
  probeNamespaceObject,
  removeProbe,
  withProbes,
} from '../probes/probe-objects.js';
import { objectsOf } from './apply-folder.js';

/** Whose staging servers the tree's staging issuer asks. */
const production = 'acme-v02.api.letsencrypt.org';
const folderName = 'bp-cert-manager-powerdns-webhook-config';
const stagingMs = 10 * 60_000;

interface FirstCertificate {
  wanted: Wanted;
  /** The tree's issuer at the staging servers, and a Certificate of the same names by it. */
  staging: { issuer: KubeObject; certificate: KubeObject };
}

export function firstCertificate(world: World) {
  const find = async (): Promise<FirstCertificate> => {
    const objects = objectsOf((await world.tree()).folder(folderName));
    const certificate = objects.find(({ kind }) => kind === 'Certificate');
    const issuer = objects.find(({ kind, metadata }) => kind === 'ClusterIssuer' && metadata.name.includes('staging'));
    if (!certificate || !issuer) throw fail('E9001', `${folderName} has no Certificate, or no issuer for staging.`);
    return { wanted: wantedOf(certificate), staging: { issuer, certificate: stagingCertificate(certificate, issuer) } };
  };
  /** What to do now; a certificate that is there, or was asked for, is cert-manager's. */
  const decide = async (kube: Kube | undefined, { wanted }: FirstCertificate) => {
    const { namespace, name, secretName } = wanted;
    const at = { namespace, apiVersion: 'v1', kind: 'Secret', name: secretName };
    const asked = { namespace, apiVersion: 'cert-manager.io/v1', kind: 'Certificate', name };
    if ((await kube?.get(at)) || (await kube?.get(asked))) return 'nothing';
    const kept = await keptCertificate(world, wanted);
    if (kept) return kept;
    return new URL(world.sovereign.spec.acme.server).host === production ? 'stage' : 'nothing';
  };

  return {
    async plan(kube: Kube | undefined): Promise<Mutation[]> {
      const first = await find();
      const next = await decide(kube, first);
      if (next === 'nothing') return [];
      return next === 'stage' ? stagingMutations(first) : [restoreMutation(first.wanted, next.validTo)];
    },
    async run(context: StepContext): Promise<void> {
      const first = await find();
      const next = await decide(await world.kube(), first);
      if (next === 'nothing') return;
      if (next === 'stage') return proveStaging(world, context, first);
      await context.act(restoreMutation(first.wanted, next.validTo), async ({ sovereign }) => {
        await (await sovereign()).apply([certificateSecret(next, first.wanted)]);
      });
    },
  };
}

function restoreMutation({ namespace, secretName: name, dnsNames }: Wanted, validTo: string): Mutation {
  return {
    target: { system: 'sovereign', kind: 'Secret', namespace, name },
    sentence: `restore the kept certificate of ${dnsNames.join(' and ')}, valid to ${validTo}, to Secret ${namespace}/${name}`,
  };
}

function stagingCertificate({ spec }: KubeObject, issuer: KubeObject): KubeObject {
  const name = 'probe-wildcard';
  const issuerRef = { ...spec.issuerRef, name: issuer.metadata.name };
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name, namespace: probeNamespace },
    spec: { ...spec, secretName: `${name}-tls`, issuerRef },
  };
}

const probes = ({ staging }: FirstCertificate) => [probeNamespaceObject(), staging.certificate];
const issuedSecret = ({ staging }: FirstCertificate) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: probeNamespace,
  name: String(staging.certificate.spec.secretName),
});

function stagingMutations(first: FirstCertificate): Mutation[] {
  const { issuer } = first.staging;
  return [makeProbe(refOfObject(issuer)), ...probeMutations(probes(first)), removeProbe(issuedSecret(first))];
}

async function proveStaging(world: World, context: StepContext, first: FirstCertificate): Promise<void> {
  const { issuer, certificate } = first.staging;
  const kube = await world.kube();
  const refs = [issuer, certificate].map(refOfObject);
  const waiting: Waiting = { kube, clock: world.clock, progress: context.progress, timeoutMs: stagingMs };
  await context.act(makeProbe(refs[0]!), async ({ sovereign }) => {
    await (await sovereign()).apply([issuer]);
  });
  try {
    await withProbes(kube, context, probes(first), () =>
      explaining(
        waiting,
        () => waitAllReady(waiting, refs),
        () => whyNotIssued(kube, refs),
      ),
    );
  } catch (error) {
    if (!isCatalystError(error)) throw error;
    throw fail(
      error.code,
      `Let's Encrypt's staging servers issued no certificate, so none was ordered at ${production}. ${error.message}`,
      {
        cause: error,
        actions: [`dig +trace TXT _acme-challenge.${world.sovereign.spec.fqdn}`, ...error.actions],
        data: error.data,
      },
    );
  } finally {
    await context.undo.act(removeProbe(issuedSecret(first)), async ({ sovereign }) =>
      (await sovereign()).delete(issuedSecret(first)),
    );
  }
  context.progress.output(`Let's Encrypt's staging servers issued ${first.wanted.dnsNames.join(' and ')}`);
}
