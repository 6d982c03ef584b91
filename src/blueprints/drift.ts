import type { KubeObject } from '../tools/kube.js';
import { isMap } from './merge.js';

export interface Drift {
  /** `spec.values.replicas` */
  path: string;
  wanted: unknown;
  live: unknown;
}

const mask = '••••••';
const guarded = /(^|\.)(data|stringData)(\.|$)|password|secret[-_]?key|token/i;

/** Fields of `wanted` that `live` has otherwise or not at all. What a Secret or a secret-looking field holds is masked. */
export function driftOf(wanted: KubeObject, live: KubeObject): Drift[] {
  const found: Drift[] = [];
  compare(wanted, live, '', found);
  const secret = wanted.kind === 'Secret';
  const hide = (value: unknown) => (typeof value === 'string' ? mask : value);
  return found.map((one) =>
    (secret || wanted.kind !== 'ConfigMap') && guarded.test(one.path)
      ? { ...one, wanted: hide(one.wanted), live: hide(one.live) }
      : one,
  );
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
