/**
 * A certificate is ordered and renewed now: a throwaway one for a name that nobody has asked for before, so that the authority must find
 * its challenge in the Sovereign's own zone, and then again as cert-manager renews (cmctl renew: the condition Issuing).
 */
import type { Mutation } from '../../../engine/mutation.js';
import type { Kube, KubeObject, KubeRef } from '../../../kubernetes/client/kube.js';
import { conditionOf } from '../../../kubernetes/readiness.js';
import { whyNotIssued } from '../../../kubernetes/why-not-issued.js';
import { namesOf, parseChain } from '../../../support/certificate-chain.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import type { World } from '../../../world/world.js';
import { publicCertificate } from '../../credentials/kept-certificate.js';
import {
  probeMutations,
  probeNamespace,
  probeNamespaceObject,
  removeProbe,
  withProbes,
} from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';

const api = 'cert-manager.io/v1';
const name = 'probe-renewal';
/** Whose limits are narrow, and which has staging servers: those of the tree's other issuer. */
const production = 'acme-v02.api.letsencrypt.org';
const stagingIssuer = 'letsencrypt-staging';
const issueMs = 10 * 60_000;
const ref: KubeRef = { apiVersion: api, kind: 'Certificate', namespace: probeNamespace, name };
const secret: KubeRef = { apiVersion: 'v1', kind: 'Secret', namespace: probeNamespace, name: `${name}-tls` };
const renew: Mutation = {
  target: { system: 'sovereign', kind: 'Certificate', namespace: probeNamespace, name },
  sentence: `renew the probe Certificate ${probeNamespace}/${name}`,
};

export const certificateRenews: ProofOf = (world) => {
  const certificate = (issuer: string): KubeObject => ({
    apiVersion: api,
    kind: 'Certificate',
    metadata: { name, namespace: probeNamespace },
    spec: {
      secretName: secret.name,
      dnsNames: [dnsNameOf(world)],
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      issuerRef: { group: 'cert-manager.io', kind: 'ClusterIssuer', name: issuer },
    },
  });
  return {
    plan: () => [...probeMutations([probeNamespaceObject(), certificate('')]), renew, removeProbe(secret)],
    async take(context) {
      const kube = await world.kube();
      const issuer = await issuerOf(world, kube);
      try {
        return await withProbes(kube, context, [probeNamespaceObject(), certificate(issuer)], async () => {
          const first = await issued(kube, world, 0);
          await context.act(renew, async (writers) => {
            const conditions = [...(first.object.status?.conditions ?? []), issuing(world, first.object)];
            await (await writers.sovereign()).patch(ref, { status: { conditions } }, 'status');
          });
          const second = await issued(kube, world, first.revision);
          if (second.serial === first.serial)
            throw disproved('D5', 'another certificate after a renewal', `the same serial ${first.serial}`);
          return {
            summary: `${issuer} issued ${dnsNameOf(world)} by DNS-01 in the Sovereign's own zone, and renewed it`,
            facts: { issuer, name: dnsNameOf(world), serials: [first.serial, second.serial] },
          };
        });
      } finally {
        await context.undo.act(removeProbe(secret), async (writers) => (await writers.sovereign()).delete(secret));
      }
    },
  };
};

const dnsNameOf = ({ sovereign, runId }: World) =>
  `renewal-${runId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 20)}.${sovereign.spec.fqdn}`;

/** The issuer of the public certificate, or the one at the staging servers when it solves in the very same way. */
async function issuerOf({ sovereign }: World, kube: Kube): Promise<string> {
  const wildcard = await kube.get(publicCertificate);
  const used = String(wildcard?.spec?.issuerRef?.name ?? '');
  const [own, staging] = await Promise.all(
    [used, stagingIssuer].map((one) => kube.get({ apiVersion: api, kind: 'ClusterIssuer', name: one })),
  );
  if (!own) throw disproved('D5', 'the issuer of the public certificate', `no ClusterIssuer ${used || 'at all'}`);
  if (new URL(sovereign.spec.acme.server).host !== production) return used;
  const [one, other] = [own, staging].map((issuer) => JSON.stringify(issuer?.spec?.acme?.solvers));
  if (!staging || one !== other)
    throw disproved('D5', `${stagingIssuer} to solve as ${used} does`, staging ? 'another solver' : 'no such issuer');
  return stagingIssuer;
}

/** As `cmctl renew` writes it. */
const issuing = ({ clock }: World, { metadata }: KubeObject) => ({
  type: 'Issuing',
  status: 'True',
  reason: 'ManuallyTriggered',
  message: 'Certificate re-issuance manually triggered',
  lastTransitionTime: clock
    .now()
    .toISOString()
    .replace(/\.\d+Z$/, 'Z'),
  observedGeneration: metadata.generation,
});

interface Issued {
  object: KubeObject;
  revision: number;
  serial: string;
}

/** The certificate of a revision after `revision`. Throws E4009 with why cert-manager does not issue it. */
async function issued(kube: Kube, world: World, revision: number): Promise<Issued> {
  try {
    const object = await kube.waitFor<KubeObject>(ref, {
      reason: revision === 0 ? 'the probe Certificate to be issued' : 'the probe Certificate to be renewed',
      timeoutMs: issueMs,
      look(seen) {
        const state = seen && conditionOf(seen, 'Issuing');
        const isNew = Number(seen?.status?.revision ?? 0) > revision && conditionOf(seen!, 'Ready')?.status === 'True';
        if (seen && isNew && state?.status !== 'True') return { done: seen };
        return { pending: state?.message || 'cert-manager has not issued it yet' };
      },
    });
    const stored = await kube.get(secret);
    const [leaf] = parseChain(Buffer.from(String(stored?.data?.['tls.crt'] ?? ''), 'base64').toString());
    if (!leaf || !namesOf(leaf).includes(dnsNameOf(world)))
      throw disproved('D5', `a certificate for ${dnsNameOf(world)}`, leaf ? namesOf(leaf).join(', ') : 'none');
    return { object, revision: Number(object.status?.revision), serial: leaf.serialNumber };
  } catch (error) {
    if (!isCatalystError(error, 'E4003')) throw error;
    const why = (await whyNotIssued(kube, [ref])) ?? error.message;
    throw disproved('D5', revision === 0 ? 'a certificate to be issued' : 'a certificate to be renewed', why);
  }
}
