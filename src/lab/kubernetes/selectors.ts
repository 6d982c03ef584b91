/** Label and field selectors, in their query form and as LabelSelector objects. */
import type { KubeObject } from '../../tools/kube.js';
import { badRequest } from './status.js';

export type Match = (object: KubeObject) => boolean;
type Labels = Record<string, string>;

export interface LabelSelector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; an empty text matches everything. Throws 400 for anything else. */
export function parseLabelSelector(text: string | null | undefined): Match {
  const tests = splitOutsideBrackets(text ?? '').map(parseRequirement);
  return (object) => {
    const labels = object.metadata.labels ?? {};
    return tests.every((test) => test(labels));
  };
}

function splitOutsideBrackets(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function parseRequirement(text: string): (labels: Labels) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(text);
  if (set) {
    const values = set[3]!.split(',').map((value) => value.trim());
    const [key, inside] = [set[1]!, set[2] === 'in'];
    return (labels) =>
      inside ? labels[key] !== undefined && values.includes(labels[key]) : !values.includes(labels[key] ?? '\0');
  }
  const equal = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(text);
  if (equal) {
    const [key, differs, value] = [equal[1]!, equal[2] === '!=', equal[3]!];
    return (labels) => (labels[key] === value) !== differs;
  }
  const exists = /^(!?)\s*([\w./-]+)$/.exec(text);
  if (exists) return (labels) => (labels[exists[2]!] !== undefined) === (exists[1] === '');
  throw badRequest(`unable to parse requirement: ${text}`);
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

/** `metadata.name=x,spec.nodeName!=y`: any path of scalars. */
export function parseFieldSelector(text: string | null | undefined): Match {
  const tests = splitOutsideBrackets(text ?? '').map((part) => {
    const found = /^([\w.[\]-]+)(==|=|!=)(.*)$/.exec(part);
    if (!found) throw badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    const [path, differs, value] = [found[1]!.split('.'), found[2] === '!=', found[3]!];
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
