/**
 * Why a Certificate is not there yet. It says itself only that it is being issued; what it waits for stands in the objects that
 * cert-manager makes for it: CertificateRequest, then Order, then a Challenge for each name (cert-manager.io/docs/troubleshooting/acme).
 */
import type { Kube, KubeObject, KubeRef } from './client/kube.js';
import { conditionOf } from './readiness.js';

const cert = 'cert-manager.io/v1';
const acme = 'acme.cert-manager.io/v1';

/** The first of these Certificates that is held up, with the words of whoever holds it up; undefined when none says anything. */
export async function whyNotIssued(kube: Kube, refs: readonly KubeRef[]): Promise<string | undefined> {
  for (const { namespace = '', name } of refs.filter(({ kind }) => kind === 'Certificate')) {
    const of = (apiVersion: string, kind: string) => kube.list({ apiVersion, kind, namespace });
    const request = newest((await of(cert, 'CertificateRequest')).filter((one) => isMadeFor(one, name)));
    if (!request) continue;
    const orders = (await of(acme, 'Order')).filter((one) => isOwnedBy(one, request));
    const challenges = (await of(acme, 'Challenge')).filter((one) => orders.some((order) => isOwnedBy(one, order)));
    const why =
      challenges.map(ofChallenge).find((text) => text !== undefined) ??
      orders.map(ofOrder).find((text) => text !== undefined) ??
      ofRequest(request);
    if (why) return `Certificate ${namespace}/${name}: ${why}`;
  }
  return undefined;
}

const isMadeFor = ({ metadata }: KubeObject, certificate: string) =>
  metadata.annotations?.['cert-manager.io/certificate-name'] === certificate;
const isOwnedBy = ({ metadata }: KubeObject, { metadata: { uid } }: KubeObject) =>
  (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid);
const newest = (objects: readonly KubeObject[]): KubeObject | undefined =>
  [...objects].sort((a, b) => revisionOf(b) - revisionOf(a))[0];
const revisionOf = ({ metadata }: KubeObject) =>
  Number(metadata.annotations?.['cert-manager.io/certificate-revision'] ?? 0);

function ofChallenge({ spec, status }: KubeObject): string | undefined {
  if (status?.state === 'valid' || !status?.reason) return undefined;
  return `the challenge for ${spec.dnsName} is ${status.state || 'not begun'}: ${status.reason}`;
}

function ofOrder({ status }: KubeObject): string | undefined {
  return status?.reason ? `the order is ${status.state}: ${status.reason}` : undefined;
}

function ofRequest(request: KubeObject): string | undefined {
  const ready = conditionOf(request, 'Ready');
  return ready?.status === 'False' ? ready.message : undefined;
}
