/** Label and field selectors, in their query form and as LabelSelector objects. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Kind } from '../kinds/kinds.js';
import { badRequest } from '../requests/status.js';
import { type Labels, labelTestsOf } from './label-selector.js';

export type Match = (object: KubeObject) => boolean;

export interface LabelSelector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; an empty text matches everything. Throws 400 for anything else. */
export function parseLabelSelector(text: string | null | undefined): Match {
  const tests = labelTestsOf(text ?? '');
  return (object) => {
    const labels = object.metadata.labels ?? {};
    return tests.every((test) => test(labels));
  };
}

/** An absent selector matches nothing here; an empty one everything, as in Kubernetes. */
export function matchesLabelSelector(selector: LabelSelector, labels: Labels = {}): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false;
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const value = labels[key];
    if (operator === 'In' && !(value !== undefined && values.includes(value))) return false;
    if (operator === 'NotIn' && value !== undefined && values.includes(value)) return false;
    if (operator === 'Exists' && value === undefined) return false;
    if (operator === 'DoesNotExist' && value !== undefined) return false;
  }
  return true;
}

/** The selector of a workload as text, for the scale subresource. */
export function labelSelectorText(selector: LabelSelector | Labels | undefined): string {
  const labels = (selector as LabelSelector | undefined)?.matchLabels ?? {};
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** Fields besides name and namespace that select, by kind; those of CRDs name their own. */
const selectable: Record<string, readonly string[]> = {
  Pod: [
    ...['spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork'],
    ...['status.phase', 'status.podIP', 'status.podIPs', 'status.nominatedNodeName'],
  ],
  Node: ['spec.unschedulable'],
  Namespace: ['status.phase'],
  Secret: ['type'],
  Service: ['spec.clusterIP', 'spec.type'],
  ReplicaSet: ['status.replicas'],
  ReplicationController: ['status.replicas'],
  Job: ['status.successful'],
  CertificateSigningRequest: ['spec.signerName'],
  Event: [
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].flatMap((name) => [
      `involvedObject.${name}`,
      `regarding.${name}`,
    ]),
    ...['reason', 'reportingComponent', 'reportingController', 'source', 'type'],
  ],
};

function requireSelectable(field: string, kind: Kind): void {
  if (field === 'metadata.name' || field === 'metadata.namespace') return;
  if (kind.selectableFields?.includes(field) || (!kind.schema && selectable[kind.kind]?.includes(field))) return;
  if (kind.kind === 'Job') throw badRequest(`field label "${field}" not supported for Job`);
  if (kind.schema || (kind.kind in selectable && kind.group !== 'apps')) {
    throw badRequest(`field label not supported: ${field}`);
  }
  throw badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

/** `metadata.name=x,spec.nodeName!=y`, with the fields that the kind can be selected by. Throws 400 for others. */
export function parseFieldSelector(text: string | null | undefined, kind: Kind): Match {
  const parts = (text ?? '').split(',').filter((part) => part !== '');
  const tests = parts.map((part) => {
    const found = /^(.*?)(!=|==|=)(.*)$/.exec(part);
    if (!found) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [field, differs, value] = [found[1]!, found[2] === '!=', found[3]!];
    requireSelectable(field, kind);
    const path = field.split('.');
    return (object: KubeObject) => (String(valueAt(object, path) ?? '') === value) !== differs;
  });
  return (object) => tests.every((test) => test(object));
}

export function valueAt(value: unknown, path: readonly string[]): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[part];
  }
  return here;
}
