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
    if (from.targetPath) throw new Error(`targetPath of ${where} is not emulated: no release of the tree has one`);
    values = mergeValues(values, (parseYamlStream(text)[0] ?? {}) as Values);
  }
  return mergeValues(values, (release.spec.values ?? {}) as Values);
}
