/**
 * The certificate of the public names, kept in the encrypted store: Let's Encrypt issues the same names five times a week, and a Sovereign that
 * is destroyed and built again must not use that up. cert-manager takes over a Secret that is there before its Certificate and names the same
 * issuer (cert-manager.io/docs/devops-tips/backup), and renews it when its time comes.
 */
import { createPrivateKey } from 'node:crypto';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { brokenChain, namesOf, parseChain, rootsWith } from '../../support/certificate-chain.js';
import type { World } from '../../world/world.js';

export interface KeptCertificate {
  certificate: string;
  key: string;
  validTo: string;
}

type Keeper = Pick<World, 'credentials' | 'redactor' | 'sovereign' | 'clock'>;
/** The Certificate of the tree that it is for. */
export interface Wanted {
  namespace: string;
  name: string;
  secretName: string;
  dnsNames: readonly string[];
  issuer: { group: string; kind: string; name: string };
}

/** The Certificate that serves every public name. */
export const publicCertificate = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  namespace: 'traefik',
  name: 'wildcard',
} as const;

const credential = ({ namespace, secretName }: Wanted, key: 'tls.crt' | 'tls.key') =>
  `generated/${namespace}/${secretName}/${key}` as const;

/** What the tree's Certificate says of the Secret that it makes. */
export function wantedOf({ metadata, spec }: KubeObject): Wanted {
  const { group = 'cert-manager.io', kind = 'Issuer', name } = spec.issuerRef;
  const { secretName, dnsNames } = spec;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    secretName,
    dnsNames,
    issuer: { group, kind, name },
  };
}

/** Undefined unless it is for these names, its key fits, and visitors trust it now. */
export async function keptCertificate(keeper: Keeper, wanted: Wanted): Promise<KeptCertificate | undefined> {
  const certificate = await keeper.credentials.find(credential(wanted, 'tls.crt'));
  const key = await keeper.credentials.find(credential(wanted, 'tls.key'));
  if (certificate === undefined || key === undefined) return undefined;
  keeper.redactor.register(key);
  const validTo = usableUntil(keeper, wanted, certificate, key);
  return validTo === undefined ? undefined : { certificate, key, validTo };
}

/** Takes what the cluster has into the store, when it is good; says until when it is valid. */
export async function keepCertificate(keeper: Keeper, kube: Kube, wanted: Wanted): Promise<string | undefined> {
  const { namespace, secretName: name } = wanted;
  const secret = await kube.get({ apiVersion: 'v1', kind: 'Secret', namespace, name });
  const read = (of: string) => Buffer.from(String(secret?.data?.[of] ?? ''), 'base64').toString('utf8');
  const [certificate, key] = [read('tls.crt'), read('tls.key')];
  keeper.redactor.register(key);
  const validTo = usableUntil(keeper, wanted, certificate, key);
  if (validTo === undefined) return undefined;
  if ((await keeper.credentials.find(credential(wanted, 'tls.crt'))) !== certificate) {
    await keeper.credentials.set(credential(wanted, 'tls.key'), key);
    await keeper.credentials.set(credential(wanted, 'tls.crt'), certificate);
  }
  return validTo;
}

/** The same for the public names; undefined where the cluster has no good one. */
export async function keepPublicCertificate(keeper: Keeper, kube: Kube): Promise<string | undefined> {
  const wanted = await kube.get(publicCertificate);
  return wanted && keepCertificate(keeper, kube, wantedOf(wanted));
}

function usableUntil({ sovereign, clock }: Keeper, wanted: Wanted, pem: string, key: string): string | undefined {
  try {
    const chain = parseChain(pem);
    const [leaf] = chain;
    if (!leaf?.checkPrivateKey(createPrivateKey(key))) return undefined;
    const names = namesOf(leaf);
    if (!wanted.dnsNames.every((name) => names.includes(name))) return undefined;
    const roots = rootsWith(sovereign.spec.access.caBundle);
    return brokenChain(chain, roots, clock.now()) ? undefined : leaf.validTo;
  } catch {
    // no PEM, or half of one
    return undefined;
  }
}

/** The Secret as cert-manager itself writes it, so that it finds nothing to order. */
export function certificateSecret({ certificate, key }: KeptCertificate, wanted: Wanted): KubeObject {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const { namespace, secretName, dnsNames, issuer } = wanted;
  const about = {
    'alt-names': dnsNames.join(','),
    'certificate-name': wanted.name,
    'common-name': dnsNames[0] ?? '',
    'ip-sans': '',
    'issuer-group': issuer.group,
    'issuer-kind': issuer.kind,
    'issuer-name': issuer.name,
    'uri-sans': '',
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata: {
      namespace,
      name: secretName,
      labels: { 'controller.cert-manager.io/fao': 'true' },
      annotations: Object.fromEntries(Object.entries(about).map(([name, value]) => [`cert-manager.io/${name}`, value])),
    },
    data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) },
  };
}
