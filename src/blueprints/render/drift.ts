import type { KubeObject } from '../../kubernetes/client/kube.js';
import { isMap } from './merge.js';

export interface Drift {
  /** `spec.values.replicas` */
  path: string;
  wanted: unknown;
  live: unknown;
}

const mask = '••••••';
const guarded = /(^|\.)(data|stringData)(\.|$)|password|secret[-_]?key|token/i;

/** Maps of which the tree has the whole say: a key that somebody added there changes what runs. */
const closed: Record<string, readonly string[]> = { HelmRelease: ['spec.values'], ConfigMap: ['data'] };

/**
 * Fields of `wanted` that `live` has otherwise or not at all, and what was added to values and ConfigMaps. Other fields that
 * the tree leaves out do not count: servers and controllers write them. What a Secret or a secret-looking field holds is masked.
 */
export function driftOf(wanted: KubeObject, live: KubeObject): Drift[] {
  const found: Drift[] = [];
  compare(wanted, live, '', found);
  for (const path of closed[wanted.kind] ?? []) {
    // A ConfigMap that the tree leaves empty is there for a program of the Sovereign to fill.
    if (wanted.kind === 'ConfigMap' && at(wanted, path) === undefined) continue;
    added(at(wanted, path), at(live, path), path, found);
  }
  const secret = wanted.kind === 'Secret';
  const hide = (value: unknown) => (value === undefined || value === null ? value : mask);
  return found.map((one) =>
    (secret || wanted.kind !== 'ConfigMap') && guarded.test(one.path)
      ? { ...one, wanted: hide(one.wanted), live: hide(one.live) }
      : { ...one, wanted: maskedBelow(one.wanted), live: maskedBelow(one.live) },
  );
}

/** A whole map may differ, with something secret somewhere in it. */
function maskedBelow(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(maskedBelow);
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, guarded.test(key) && !isMap(item) ? mask : maskedBelow(item)]),
  );
}

const at = (object: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (isMap(value) ? value[key] : undefined), object);

function added(wanted: unknown, live: unknown, path: string, found: Drift[]): void {
  if (!isMap(live)) return;
  for (const [key, value] of Object.entries(live)) {
    const below = isMap(wanted) ? wanted[key] : undefined;
    if (below === undefined) found.push({ path: `${path}.${key}`, wanted: undefined, live: value });
    else if (isMap(below)) added(below, value, `${path}.${key}`, found);
  }
}

function compare(wanted: unknown, live: unknown, path: string, found: Drift[]): void {
  if (isMap(wanted)) {
    if (!isMap(live)) {
      // an API server drops empty maps
      if (Object.keys(wanted).length > 0) found.push({ path, wanted, live });
      return;
    }
    for (const [key, value] of Object.entries(wanted)) compare(value, live[key], path ? `${path}.${key}` : key, found);
    return;
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live) || live.length !== wanted.length) {
      if (wanted.length > 0 || (Array.isArray(live) && live.length > 0)) found.push({ path, wanted, live });
      return;
    }
    for (const [index, item] of wanted.entries()) compare(item, live[index], `${path}[${index}]`, found);
    return;
  }
  const absent = (value: unknown) => value === undefined || value === null;
  if (wanted === live || (absent(wanted) && absent(live)) || sameQuantity(wanted, live)) return;
  found.push({ path, wanted, live });
}

const unit: Record<string, number> = {
  m: 0.001,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};

/** 1000m is 1, 1024Mi is 1Gi: an API server may write a quantity in its shortest form. */
function sameQuantity(a: unknown, b: unknown): boolean {
  const amount = (value: unknown) => {
    const match = /^(\d+(?:\.\d+)?)(m|k|M|G|Ki|Mi|Gi)?$/.exec(String(value));
    return match ? Number(match[1]) * (unit[match[2] ?? ''] as number) : undefined;
  };
  const [left, right] = [amount(a), amount(b)];
  return left !== undefined && left === right;
}
