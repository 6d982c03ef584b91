/** cert-manager: issuers, certificates signed by the lab's root (DNS-01 only where the zone's servers are the solver's), CA injection. */
import { X509Certificate } from 'node:crypto';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { type CertificateAndKey, issueCertificate } from '../../certificates.js';
import { powerDnsKey } from '../../components/powerdns.js';
import { type Condition, condition, conditions, findCondition, isTrue } from '../conditions.js';
import { secretValue } from '../flux/flux-ready.js';
import { all, type Outcome, operatorReady, type ReconcileContext, type Rule } from '../reconciler.js';

const API = 'cert-manager.io/v1';
export const CERTIFICATE = `${API}/Certificate`;
const OPERATOR = /^cert-manager$/;
const DAY = 86_400_000;

export const certManager: Rule[] = [
  ...['Issuer', 'ClusterIssuer'].map(
    (kind): Rule => ({
      name: `cert-manager ${kind}`,
      kind: `${API}/${kind}`,
      operator: OPERATOR,
      also: { 'v1/Secret': all(`${API}/${kind}`) },
      reconcile: issuer,
    }),
  ),
  {
    name: 'cert-manager Certificate',
    kind: CERTIFICATE,
    operator: OPERATOR,
    also: {
      [`${API}/Issuer`]: all(CERTIFICATE),
      [`${API}/ClusterIssuer`]: all(CERTIFICATE),
      'v1/Secret': (secret, lab) =>
        lab.store
          .list(CERTIFICATE, secret.metadata.namespace)
          .filter((one) => one.spec.secretName === secret.metadata.name)
          .map((one) => `${one.metadata.namespace}/${one.metadata.name}`),
    },
    reconcile: certificate,
  },
  ...['Validating', 'Mutating'].map(
    (word): Rule => ({
      name: `cainjector ${word}`,
      kind: `admissionregistration.k8s.io/v1/${word}WebhookConfiguration`,
      operator: /cainjector/,
      reconcile: inject,
    }),
  ),
];

async function issuer(one: KubeObject, lab: ReconcileContext): Promise<void> {
  const caSecret = one.spec.ca?.secretName;
  const namespace = one.kind === 'ClusterIssuer' ? 'cert-manager' : one.metadata.namespace;
  const lacking = caSecret && !lab.store.get('v1/Secret', namespace, caSecret);
  const [reason, message] = lacking
    ? ['ErrGetKeyPair', `Error getting keypair for CA issuer: secrets "${caSecret}" not found`]
    : one.spec.acme
      ? ['ACMEAccountRegistered', 'The ACME account was registered with the ACME server']
      : caSecret
        ? ['KeyPairVerified', 'Signing CA verified']
        : ['IsReady', ''];
  const ready = { ...condition('Ready', !lacking, reason, message), observedGeneration: one.metadata.generation };
  await lab.setStatus(one, { conditions: conditions(one, lab.clock, [ready]) });
}

async function certificate(one: KubeObject, lab: ReconcileContext): Promise<Outcome> {
  if (one.metadata.deletionTimestamp) return undefined;
  const tell = (wanted: Condition[], status: Record<string, unknown> = {}) => {
    const dated = wanted.map((entry) => ({ ...entry, observedGeneration: one.metadata.generation }));
    const isOver = !wanted.some(({ type }) => type === 'Issuing');
    const all = conditions(one, lab.clock, dated).filter(({ type }) => !(isOver && type === 'Issuing'));
    return lab.setStatus(one, { ...status, conditions: all });
  };
  const secret = lab.store.get('v1/Secret', one.metadata.namespace, one.spec.secretName);
  const mustIssue =
    findCondition(one, 'Issuing')?.status === 'True' || !secret?.data?.['tls.crt'] || !fits(one, secret, lab);
  if (!mustIssue) {
    const leaf = new X509Certificate(Buffer.from(secret.data['tls.crt'], 'base64'));
    await tell([condition('Ready', true, 'Ready', 'Certificate is up to date and has not expired')], {
      notBefore: iso(leaf.validFrom),
      notAfter: iso(leaf.validTo),
      renewalTime: new Date(Date.parse(leaf.validTo) - 30 * DAY).toISOString().replace(/\.\d+Z$/, 'Z'),
      revision: one.status?.revision ?? 1,
    });
    return undefined;
  }
  const refused = await refusal(one, lab);
  if (refused) {
    await tell([
      condition('Issuing', true, 'DoesNotExist', refused),
      ...(secret ? [] : [condition('Ready', false, 'DoesNotExist', refused)]),
    ]);
    return { againMs: 1000 };
  }
  const made = await issue(one, lab);
  await lab.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: {
      name: one.spec.secretName,
      namespace: one.metadata.namespace,
      labels: { 'controller.cert-manager.io/fao': 'true' },
      annotations: aboutSecret(one),
    },
    stringData: {
      'tls.crt': made.certificate,
      'tls.key': made.key,
      ...(made.authority ? { 'ca.crt': made.authority } : {}),
    },
  });
  const revision = (one.status?.revision ?? 0) + 1;
  await tell([], { revision });
  return { againMs: 0 };
}

/** What the Secret says of itself. */
const aboutSecret = (one: KubeObject): Record<string, string> => ({
  'cert-manager.io/alt-names': (one.spec.dnsNames ?? []).join(','),
  'cert-manager.io/certificate-name': one.metadata.name,
  'cert-manager.io/common-name': namesOf(one)[0] ?? '',
  'cert-manager.io/ip-sans': (one.spec.ipAddresses ?? []).join(','),
  'cert-manager.io/issuer-group': one.spec.issuerRef.group ?? 'cert-manager.io',
  'cert-manager.io/issuer-kind': one.spec.issuerRef.kind ?? 'Issuer',
  'cert-manager.io/issuer-name': one.spec.issuerRef.name,
  'cert-manager.io/uri-sans': (one.spec.uris ?? []).join(','),
});

const iso = (text: string): string => new Date(text).toISOString().replace(/\.\d+Z$/, 'Z');

const namesOf = (one: KubeObject): string[] => [
  ...new Set([...(one.spec.commonName ? [one.spec.commonName] : []), ...(one.spec.dnsNames ?? [])]),
];

function fits(one: KubeObject, secret: KubeObject, lab: ReconcileContext): boolean {
  const leaf = new X509Certificate(Buffer.from(secret.data['tls.crt'], 'base64'));
  const names = leaf.subjectAltName?.split(', ').map((name) => name.replace(/^\w+:/, '')) ?? [];
  const isFresh = Date.parse(leaf.validTo) > lab.clock.now().getTime() + DAY;
  const sameIssuer = secret.metadata.annotations?.['cert-manager.io/issuer-name'] === one.spec.issuerRef.name;
  return isFresh && sameIssuer && (one.spec.dnsNames ?? []).every((name: string) => names.includes(name));
}

const issuerOf = (one: KubeObject, lab: ReconcileContext): KubeObject | undefined => {
  const { kind = 'Issuer', name } = one.spec.issuerRef;
  return lab.store.get(`${API}/${kind}`, kind === 'ClusterIssuer' ? undefined : one.metadata.namespace, name);
};

/** Why a certificate cannot be issued now; undefined when it can. */
async function refusal(one: KubeObject, lab: ReconcileContext): Promise<string | undefined> {
  const from = issuerOf(one, lab);
  if (!isTrue(from, 'Ready')) return `issuer ${one.spec.issuerRef.name} is not ready`;
  const solver = (
    (from?.spec.acme?.solvers ?? []) as { dns01?: { webhook?: { config?: Record<string, unknown> } } }[]
  ).find((entry) => entry.dns01);
  if (!from?.spec.acme || !solver?.dns01?.webhook) return undefined;
  if (!operatorReady(lab, /webhook-(pdns|powerdns)|(pdns|powerdns)-webhook/))
    return 'the DNS-01 webhook does not answer';
  const host = String(solver.dns01.webhook.config?.['host'] ?? '');
  const writesTo = /\.svc(\.cluster\.local)?([:/]|$)/.test(host) ? 'sovereign' : 'mother';
  const challenge = `_acme-challenge.${(namesOf(one)[0] ?? lab.world.fqdn).replace(/^\*\./, '')}`;
  const served = await lab.world.dns?.authority(challenge);
  if (served === writesTo) return writesTo === 'sovereign' ? refusedKey(solver.dns01.webhook.config, lab) : undefined;
  return `DNS record for "${challenge}" not yet propagated: the zone is served by ${served ?? 'nobody'}, the solver writes to ${host}`;
}

/** PowerDNS takes the solver's record with its own key only. */
function refusedKey(config: Record<string, unknown> | undefined, lab: ReconcileContext): string | undefined {
  const { name = '', key = '' } = (config?.['apiKeySecretRef'] ?? {}) as { name?: string; key?: string };
  const wanted = powerDnsKey(lab, 'powerdns');
  if (wanted === undefined || secretValue(lab, 'cert-manager', name, key) === wanted) return undefined;
  return `error presenting the challenge: ${config?.['host']} answers 401 Unauthorized`;
}

async function issue(one: KubeObject, lab: ReconcileContext): Promise<CertificateAndKey & { authority?: string }> {
  const now = lab.clock.now().getTime();
  const names = namesOf(one);
  const request = {
    commonName: names[0] ?? one.metadata.name,
    dnsNames: names,
    ipAddresses: (one.spec.ipAddresses ?? []) as string[],
    isAuthority: one.spec.isCA === true,
    notBefore: new Date(now - 3_600_000),
    notAfter: new Date(now + 90 * DAY),
  };
  const from = issuerOf(one, lab)!;
  if (from.spec.selfSigned) {
    const made = await issueCertificate(request);
    return { ...made, authority: made.certificate };
  }
  if (from.spec.ca) {
    const namespace = from.kind === 'ClusterIssuer' ? 'cert-manager' : from.metadata.namespace;
    const read = (key: string) => secretValue(lab, namespace, from.spec.ca.secretName, key) ?? '';
    const authority = { certificate: read('tls.crt'), key: read('tls.key') };
    return { ...(await issueCertificate(request, authority)), authority: authority.certificate };
  }
  const made = await issueCertificate(request, lab.world.authority);
  return { certificate: made.certificate + lab.world.authority.certificate, key: made.key };
}

/** Puts the CA into webhook configurations that ask for it, as cainjector does. */
async function inject(configuration: KubeObject, lab: ReconcileContext): Promise<void> {
  const asks = Object.keys(configuration.metadata.annotations ?? {}).some((key) =>
    key.startsWith('cert-manager.io/inject-'),
  );
  if (!asks && configuration.metadata.name !== 'cert-manager-webhook') return;
  const caBundle = Buffer.from(lab.world.authority.certificate).toString('base64');
  const webhooks = (configuration.webhooks ?? []) as { clientConfig?: { caBundle?: string } }[];
  if (webhooks.every((hook) => hook.clientConfig?.caBundle === caBundle)) return;
  await lab.patch(configuration, {
    webhooks: webhooks.map((hook) => ({ ...hook, clientConfig: { ...hook.clientConfig, caBundle } })),
  });
}
