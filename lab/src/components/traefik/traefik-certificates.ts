/** Which certificate Traefik shows for a name: one that a route brings and that holds the name, else that of the default TLSStore. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { issueCertificate } from '../../certificates.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import { ingressesOf } from './traefik-routes.js';
import { hostFits } from './traefik-rules.js';

interface Certificate {
  names: string[];
  context: SecureContext;
}

export interface Certificates {
  /** What is shown to who names no host, and where there is none for his. */
  fallback: { cert: string; key: string };
  /** Undefined: the fallback. */
  contextFor(host: string): SecureContext | undefined;
}

export async function traefikCertificates(lab: Pick<ReconcileContext, 'store'>): Promise<Certificates> {
  const { certificate, key } = await issueCertificate({
    commonName: 'TRAEFIK DEFAULT CERT',
    dnsNames: ['traefik.default'],
  });
  const known = new Map<string, Certificate | undefined>();
  const read = (namespace: string, name: string): Certificate[] => {
    const secret = lab.store.get('v1/Secret', namespace, name);
    if (!secret?.data?.['tls.crt']) return [];
    const id = `${secret.metadata.uid} ${secret.metadata.resourceVersion}`;
    if (!known.has(id)) known.set(id, certificateIn(secret));
    const found = known.get(id);
    return found ? [found] : [];
  };
  return {
    fallback: { cert: certificate, key },
    contextFor(host) {
      const own = namedIn(lab)
        .flatMap(({ namespace, secretName }) => read(namespace, secretName))
        // the last one by its names, and of the same names the first, as Traefik looks through them
        .sort((a, b) => (keyOf(a) === keyOf(b) ? 0 : keyOf(a) < keyOf(b) ? 1 : -1))
        .find(({ names }) => names.some((name) => hostFits(name, host)));
      return (own ?? defaultOf(lab).flatMap(({ namespace, secretName }) => read(namespace, secretName))[0])?.context;
    },
  };
}

const keyOf = ({ names }: Certificate) => names.join(',');

interface Named {
  namespace: string;
  secretName: string;
}

/** Secrets that routes name; each serves every host that its certificate holds. */
function namedIn({ store }: Pick<ReconcileContext, 'store'>): Named[] {
  const of = (object: KubeObject, entries: readonly { secretName?: string }[]): Named[] =>
    entries.flatMap(({ secretName }) => (secretName ? [{ namespace: object.metadata.namespace!, secretName }] : []));
  const byName = ({ namespace, secretName }: Named) => `${namespace}-${secretName}`;
  return [
    ingressesOf({ store }).flatMap((one) => of(one, one.spec.tls ?? [])),
    [
      ...store.list('traefik.io/v1alpha1/IngressRoute').flatMap((one) => of(one, one.spec.tls ? [one.spec.tls] : [])),
      ...store.list('traefik.io/v1alpha1/TLSStore').flatMap((one) => of(one, one.spec.certificates ?? [])),
    ],
  ].flatMap((part) => part.sort((a, b) => (byName(a) < byName(b) ? -1 : 1)));
}

function defaultOf({ store }: Pick<ReconcileContext, 'store'>): Named[] {
  return store
    .list('traefik.io/v1alpha1/TLSStore')
    .filter((one) => one.metadata.name === 'default' && one.spec.defaultCertificate?.secretName)
    .map((one) => ({ namespace: one.metadata.namespace!, secretName: one.spec.defaultCertificate.secretName }));
}

/** Undefined: what the Secret holds is no certificate with its key. */
function certificateIn(secret: KubeObject): Certificate | undefined {
  const decode = (key: string) => Buffer.from(secret.data[key] ?? '', 'base64').toString();
  try {
    const { subject, subjectAltName = '' } = new X509Certificate(decode('tls.crt'));
    const [, commonName] = /^CN=(.*)$/m.exec(subject) ?? [];
    const others = subjectAltName.split(', ').map((name) => name.replace(/^\w+( \w+)?:/, ''));
    const names = [commonName ?? '', ...others].filter(Boolean).map((name) => name.toLowerCase());
    return {
      names: [...new Set(names)].sort(),
      context: createSecureContext({ cert: decode('tls.crt'), key: decode('tls.key') }),
    };
  } catch {
    return undefined;
  }
}
