/** Values of a HelmRelease: valuesFrom in order, then inline values over them. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import type { ReconcileContext } from '../reconciler.js';

type Values = Record<string, unknown>;

const isMap = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value);

export function mergeValues(under: Values, over: Values): Values {
  const merged: Values = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMap(below) && isMap(value) ? mergeValues(below, value) : value;
  }
  return merged;
}

/** Sets `a.b[0].c` in place, making maps and lists on the way. */
export function setPath(values: Values, path: string, value: unknown): void {
  const steps = [...path.matchAll(/((?:[^.[\]\\]|\\.)+)|\[(\d+)\]/g)].map(([, name, index]) =>
    index === undefined ? name!.replaceAll('\\.', '.') : Number(index),
  );
  // biome-ignore lint/suspicious/noExplicitAny: a tree of maps and lists, walked by name or index
  let at: any = values;
  steps.slice(0, -1).forEach((step, position) => {
    at[step] ??= typeof steps[position + 1] === 'number' ? [] : {};
    at = at[step];
  });
  at[steps.at(-1)!] = value;
}

/** @throws Error `could not find Secret 'ns/name'` while a reference that is not optional is missing */
export function valuesOf(release: KubeObject, lab: Pick<ReconcileContext, 'store'>): Values {
  let values: Values = {};
  for (const from of (release.spec.valuesFrom ?? []) as {
    kind: string;
    name: string;
    valuesKey?: string;
    targetPath?: string;
    optional?: boolean;
  }[]) {
    const where = `${from.kind} '${release.metadata.namespace}/${from.name}'`;
    const source = lab.store.get(`v1/${from.kind}`, release.metadata.namespace, from.name);
    const key = from.valuesKey ?? 'values.yaml';
    const raw: string | undefined = source?.data?.[key];
    if (raw === undefined) {
      if (from.optional) continue;
      throw new Error(source ? `missing key '${key}' in ${where}` : `could not find ${where}`);
    }
    const text = from.kind === 'Secret' ? Buffer.from(raw, 'base64').toString() : raw;
    if (from.targetPath) setPath(values, from.targetPath, scalar(text));
    else values = mergeValues(values, (parseYamlStream(text)[0] ?? {}) as Values);
  }
  return mergeValues(values, (release.spec.values ?? {}) as Values);
}

// as `helm --set` reads a value: numbers, booleans and null by their look, else text
function scalar(text: string): unknown {
  if (/^(true|false)$/.test(text)) return text === 'true';
  if (text === 'null') return null;
  return /^-?[1-9]\d{0,15}$|^0$/.test(text) ? Number(text) : text;
}
