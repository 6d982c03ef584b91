/** Admission webhooks of emulated operators, as the API server reaches them by Service. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Component } from '../../components/component.js';
import { findings } from '../platform/kyverno/kyverno.js';
import type { ReconcileContext } from '../reconciler.js';

interface ReviewRequest {
  uid: string;
  operation: string;
  object?: KubeObject;
}

/** Judges one object; a text is the refusal. */
type Judge = (request: ReviewRequest, lab: ReconcileContext) => string | undefined;

const judges: [service: RegExp, judge: Judge][] = [
  [/^cert-manager-webhook$/, certificateProblem],
  [/^kyverno-svc$/, policyProblem],
];

const hooks = /webhook|^kyverno-svc$/;

/** Webhooks behind Services: those that the lab emulates judge, others allow. */
export const admissionWebhooks: Component = {
  name: 'admission webhooks',
  emulates: (service) => hooks.test(service.metadata.name),
  handle: (request, { lab, service }) => {
    const review = JSON.parse(request.body.toString()) as { request: ReviewRequest };
    const judge = judges.find(([name]) => name.test(service.metadata.name))?.[1];
    const refusal = review.request.object ? judge?.(review.request, lab) : undefined;
    const status = { code: 403, reason: 'Forbidden', message: refusal };
    const response = {
      uid: review.request.uid,
      allowed: refusal === undefined,
      ...(refusal === undefined ? {} : { status }),
    };
    return {
      status: 200,
      body: { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response },
      log: { mutating: false },
    };
  },
};

/** Of what cert-manager's webhook refuses: no secretName, no issuer, no name at all, a kind of issuer that it has not. */
function certificateProblem({ object }: ReviewRequest): string | undefined {
  if (object?.kind !== 'Certificate') return undefined;
  const spec = object.spec ?? {};
  if (!spec.secretName) return 'spec.secretName: Required value: must be specified';
  if (!spec.issuerRef?.name) return 'spec.issuerRef.name: Required value: must be specified';
  const names = [
    spec.commonName,
    spec.dnsNames,
    spec.uris,
    spec.emailAddresses,
    spec.ipAddresses,
    spec.otherNames,
    spec.literalSubject,
  ];
  if (!names.some((one) => (Array.isArray(one) ? one.length > 0 : Boolean(one))))
    return 'spec: Invalid value: "": at least one of commonName (from the commonName field or from a literalSubject), dnsNames, emailSANs, ipAddresses, otherNames, or uriSANs must be set';
  if (String(spec.commonName ?? '').length > 64) return 'spec.commonName: Too long: may not be more than 64 bytes';
  const kind = spec.issuerRef.kind ?? 'Issuer';
  if ((spec.issuerRef.group ?? 'cert-manager.io') === 'cert-manager.io' && !['Issuer', 'ClusterIssuer'].includes(kind))
    return `spec.issuerRef.kind: Invalid value: "${kind}": must be one of Issuer or ClusterIssuer (did you forget to set spec.issuerRef.kind.group?)`;
  return undefined;
}

function policyProblem({ object, operation }: ReviewRequest, lab: ReconcileContext): string | undefined {
  const refused = findings(object!, operation, lab).filter((one) => one.enforced && one.result === 'fail');
  if (refused.length === 0) return undefined;
  const lines = refused.map((one) => `${one.policy}:\n  ${one.rule}: ${one.message}`);
  return `\n\nresource ${object!.kind}/${object!.metadata.namespace ?? ''}/${object!.metadata.name} was blocked due to the following policies \n\n${lines.join('\n')}\n`;
}
