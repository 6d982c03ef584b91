/**
 * Whose an object on the mother is, by exact identity: labels and fields that mean ownership, compared as whole values. Text
 * that only contains the FQDN somewhere proves nothing. Pure.
 */
import { posix } from 'node:path';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { slugOf, sovereignLabel } from '../../sovereign/sovereign-names.js';

/**
 * `own`: every ownership field names exactly this Sovereign. `other`: at least one names another. `unknown`: none is set.
 */
export type Ownership = 'own' | 'other' | 'unknown';

/** Name of the hand-made Secret with a Sovereign's kubeconfig on the mother (runbook C.15). */
export const kubeconfigSecretOf = (fqdn: string) => `sovereign-${fqdn}-kubeconfig`;

const kubeconfigSecret = /^sovereign-(.+)-kubeconfig$/;

/** FQDNs of the Sovereigns that an object's ownership fields name; a host that is nobody's is left out. */
function ownersOf(object: KubeObject): string[] {
  const { kind, metadata, spec = {} } = object;
  const owners: (string | undefined)[] = [metadata.labels?.[sovereignLabel]];
  if (kind === 'Kustomization') {
    owners.push(clusterFolder(spec.path), spec.postBuild?.substitute?.SOVEREIGN_FQDN);
  }
  if (kind === 'Kustomization' || kind === 'HelmRelease') {
    owners.push(kubeconfigSecret.exec(spec.kubeConfig?.secretRef?.name ?? '')?.[1]);
  }
  if (kind === 'GitRepository') owners.push(gitHost(spec.url));
  if (kind === 'ProvisioningState') owners.push(spec.sovereignFQDN);
  if (kind === 'Secret') owners.push(kubeconfigSecret.exec(metadata.name)?.[1]);
  return owners.flatMap((owner) => (typeof owner === 'string' && owner !== '' ? [owner] : []));
}

/** `omantel.omani.works` of `./clusters/omantel.omani.works/apps`; folders such as `_template` or `contabo-mkt` name no Sovereign. */
function clusterFolder(path: unknown): string | undefined {
  // a path may lead out of the folder that it begins with
  const [clusters, folder = ''] = posix.normalize(`./${path ?? ''}`).split('/');
  return clusters === 'clusters' && folder.includes('.') ? folder : undefined;
}

/** The FQDN of `https://gitea.<fqdn>/…`. */
function gitHost(url: unknown): string | undefined {
  const host = URL.canParse(String(url)) ? new URL(String(url)).hostname : '';
  return host.startsWith('gitea.') ? host.slice('gitea.'.length) : undefined;
}

export function ownershipOf(object: KubeObject, fqdn: string): Ownership {
  const owners = ownersOf(object);
  if (owners.length === 0) return 'unknown';
  return owners.every((owner) => owner === fqdn) ? 'own' : 'other';
}

/** True when a text names the FQDN, or a name below it, as a whole: `newomantel…` and `….example` are other names. */
export function mentionsName(text: string, fqdn: string): boolean {
  const name = fqdn.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(^|[^a-z0-9-])${name}(\\.?([^a-z0-9.-]|$))`, 'i').test(text);
}

/** True when the object's metadata or content mentions the FQDN; Secrets are decoded. */
export function mentions(object: KubeObject, fqdn: string): boolean {
  const { kind, metadata, status: _status, data, binaryData, ...content } = object;
  const { managedFields: _fields, ...known } = metadata;
  const encoded = Object.values({ ...(kind === 'Secret' ? data : {}), ...binaryData });
  const decoded = encoded.map((value) => Buffer.from(String(value), 'base64').toString('latin1'));
  const texts = [known, content, ...(kind === 'Secret' ? [] : [data])].flatMap(stringsIn);
  const slug = slugOf(fqdn);
  return (
    [...texts, ...decoded].some((text) => mentionsName(text, fqdn)) || mentionsName(metadata.name.toLowerCase(), slug)
  );
}

/** Every string in a value, keys included. */
function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)]);
}

/** `Kind namespace/name`, as messages and tables name an object. */
export function nameOfObject({ kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>): string {
  return `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${metadata.name}`;
}
