/** Objects of the protected set as they are compared: identity, and hashes of content and metadata without ordinary changes. */
import { X509Certificate } from 'node:crypto';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { hashOf } from '../../support/hash.js';
import type { ListableKind } from '../protected/protected-kinds.js';
import { ordinaryAnnotations, ordinaryChanges } from './ordinary-changes.js';

export interface ObjectPrint {
  kind: string;
  namespace?: string;
  name: string;
  uid?: string;
  /** Of kinds whose generation counts changes of the spec alone. */
  generation?: number;
  /** Hash of labels, annotations, owners and finalizers. */
  metadata: string;
  /** Hash of spec, data, rules or whatever it consists of; Secrets only ever as this hash. */
  hash: string;
  /** Of Flux objects, apart from the spec: one of the four writes that are allowed. */
  suspend?: boolean;
}

export interface PrintContext {
  kinds: ReadonlyMap<string, ListableKind>;
  /** `Kind namespace/name` of everything that an autoscaler sizes. */
  scaled: ReadonlySet<string>;
  /** `namespace/name` of every Service with a selector, whose Endpoints Kubernetes keeps. */
  services: ReadonlySet<string>;
}

export const printKey = ({ kind, namespace, name }: Pick<ObjectPrint, 'kind' | 'namespace' | 'name'>) =>
  `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

/** What autoscalers and Services mean for other objects. */
export function contextOf(objects: readonly KubeObject[], kinds: readonly ListableKind[]): PrintContext {
  const scalers = objects.filter(({ kind }) => kind === 'HorizontalPodAutoscaler' || kind === 'ScaledObject');
  const selecting = objects.filter(({ kind, spec }) => kind === 'Service' && spec?.selector !== undefined);
  return {
    kinds: new Map(kinds.map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind])),
    scaled: new Set(
      scalers.map(({ metadata, spec }) => {
        const { kind = 'Deployment', name } = spec?.scaleTargetRef ?? {};
        return `${kind} ${metadata.namespace}/${name}`;
      }),
    ),
    services: new Set(selecting.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)),
  };
}

/** True when the object is judged through its owner, or changes all the time. */
export function isOrdinary(object: KubeObject, { services }: PrintContext): boolean {
  const rule = ruleOf(object);
  if (rule?.except === 'always') return true;
  if (rule?.except !== 'owned') return false;
  const { kind, metadata } = object;
  if (kind === 'Endpoints') return services.has(`${metadata.namespace}/${metadata.name}`);
  const controller = controllerOf(object);
  return controller !== undefined && (rule.owners?.includes(controller) ?? true);
}

/** Kind of the controller that owns the object. */
export function controllerOf({ metadata }: KubeObject): string | undefined {
  const owners = (metadata.ownerReferences ?? []) as { kind: string; controller?: boolean }[];
  return owners.find((owner) => owner.controller === true)?.kind;
}

function ruleOf({ apiVersion, kind }: KubeObject) {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return ordinaryChanges.find((one) => one.kind === kind && (one.groups?.includes(group) ?? true));
}

export function printObject(object: KubeObject, context: PrintContext): ObjectPrint {
  const { apiVersion, kind, metadata, status: _status, ...rest } = object;
  const key = printKey({ kind, ...metadata });
  const isScaled = context.scaled.has(key);
  const content = structuredClone(rest) as Record<string, unknown>;
  const except = ruleOf(object)?.except;
  for (const path of Array.isArray(except) ? except : []) drop(content, path);
  if (isScaled) drop(content, 'spec.replicas');
  const isFlux = /\.toolkit\.fluxcd\.io\//.test(apiVersion);
  if (isFlux) drop(content, 'spec.suspend');
  const counts = context.kinds.get(`${apiVersion} ${kind}`)?.hasStatus === true && !isScaled;
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    uid: metadata.uid,
    ...(counts && !isFlux ? { generation: metadata.generation } : {}),
    metadata: hashOf(comparableMetadata(metadata)).slice(0, 16),
    hash: hashOf(renewed(object) ?? content).slice(0, 16),
    ...(isFlux ? { suspend: object.spec?.suspend === true } : {}),
  };
}

function comparableMetadata({
  labels = {},
  annotations = {},
  ownerReferences = [],
  finalizers = [],
}: KubeObject['metadata']) {
  const ordinary = new Set(ordinaryAnnotations.map(({ name }) => name));
  const kept = Object.entries(annotations).filter(([name]) => !ordinary.has(name));
  return { labels, annotations: Object.fromEntries(kept.sort()), ownerReferences, finalizers };
}

function drop(object: Record<string, unknown>, path: string): void {
  const parts = path.split('.');
  const last = parts.pop()!;
  let at: Record<string, unknown> | undefined = object;
  for (const part of parts) at = at?.[part] as Record<string, unknown> | undefined;
  if (at) delete at[last];
}

/**
 * A TLS Secret that a controller renews, as who may prove what by it: a renewal changes key, dates and serial, and nothing of
 * this. Undefined for every other Secret, and for one whose certificate does not parse: these count byte by byte.
 */
function renewed({ kind, metadata, type, data = {} }: KubeObject): object | undefined {
  const keeper = metadata.annotations?.['cert-manager.io/certificate-name'] ?? metadata.ownerReferences?.[0]?.name;
  if (kind !== 'Secret' || keeper === undefined || typeof data['tls.crt'] !== 'string') return undefined;
  try {
    const { subject, subjectAltName, issuer } = new X509Certificate(Buffer.from(data['tls.crt'], 'base64'));
    const family = issuer.replace(/CN=[^\n]*/, '');
    return { type, keys: Object.keys(data).sort(), keeper, subject, subjectAltName, family };
  } catch {
    return undefined;
  }
}
