/** What becomes of the object that a caller sends before it is stored: what they may not change is put back. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { apiVersionOf, type Kind } from '../kinds/kinds.js';

const immutableMetadata = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'resourceVersion',
];

/** The candidate with everything it may not change put back: identity always; the status, or all but the status. */
export function restoreImmutableFields(
  kind: Kind,
  current: KubeObject,
  wanted: KubeObject,
  subresource: string,
): KubeObject {
  const metadata: Record<string, unknown> = { ...wanted.metadata };
  for (const name of immutableMetadata) {
    if (current.metadata[name] === undefined) delete metadata[name];
    else metadata[name] = current.metadata[name];
  }
  const identified = { ...wanted, apiVersion: apiVersionOf(kind), kind: kind.kind, metadata } as KubeObject;
  if (kind.status && subresource === 'status') {
    const { labels, annotations, finalizers, ownerReferences, ...rest } = current.metadata;
    const kept = { ...rest, labels, annotations, finalizers, ownerReferences, managedFields: metadata.managedFields };
    const merged = { ...current, status: identified.status, metadata: kept };
    return JSON.parse(JSON.stringify(merged)) as KubeObject;
  }
  if (kind.status) {
    if (current.status === undefined) delete identified['status'];
    else identified['status'] = current.status;
  }
  if (kind.kind === 'Service' && kind.group === '') keepAddresses(current, identified);
  return identified;
}

/** A Service that is put back without its addresses keeps them. */
function keepAddresses(current: KubeObject, wanted: KubeObject): void {
  if (wanted.spec?.type === 'ExternalName') return;
  wanted['spec'] = structuredClone(wanted.spec ?? {});
  wanted.spec.clusterIP ||= current.spec?.clusterIP;
  wanted.spec.clusterIPs ??= current.spec?.clusterIPs;
  for (const port of wanted.spec.ports ?? []) {
    // biome-ignore lint/suspicious/noExplicitAny: a Service port as it came
    const old = (current.spec?.ports ?? []).find((other: any) => other.port === port.port && other.name === port.name);
    if (old?.nodePort && ['NodePort', 'LoadBalancer'].includes(wanted.spec.type)) port.nodePort ??= old.nodePort;
  }
}

function bare(object: KubeObject): Record<string, unknown> {
  const { managedFields, resourceVersion: _rv, ...metadata } = object.metadata;
  // Times of entries say when, not what.
  const owners = ((managedFields ?? []) as Record<string, unknown>[]).map(({ time: _time, ...entry }) => entry);
  return { ...object, metadata, owners };
}

export const isUnchanged = (before: KubeObject, after: KubeObject) => isDeepStrictEqual(bare(before), bare(after));

/** The generation rises when anything but metadata changed, or the status of a kind whose status stands apart. */
export function bumpGeneration(kind: Kind, before: KubeObject, after: KubeObject): KubeObject {
  if (!kind.generations) return after;
  const counted = ({ metadata: _metadata, apiVersion: _version, status, ...rest }: KubeObject) =>
    kind.status ? rest : { ...rest, status };
  const generation = (before.metadata.generation ?? 1) + (isDeepStrictEqual(counted(before), counted(after)) ? 0 : 1);
  return { ...after, metadata: { ...after.metadata, generation } };
}

export function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutNulls(item)]));
}
