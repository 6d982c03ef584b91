/** What a support bundle may hold, by allow-list: a file or a value that nobody thought of stays on the machine. Pure. */
import type { Sovereign } from '../sovereign/spec/schema.js';
import { command } from '../support/commands/command.js';

/** Files of a state folder, by their path in it. All of them are JSON, or JSON lines. */
const packedFiles: readonly { path: RegExp; lines?: true }[] = [
  { path: /^journal\.jsonl$/, lines: true },
  { path: /^plans\/[\w.-]+\.json$/ },
  { path: /^attached-volumes\.json$/ },
  { path: /^purges\/[0-9a-f]{64}\.json$/ },
  { path: /^handover[\w.-]*\.json$/ },
  { path: /^fingerprint[\w.-]*\.json$/ },
];

/** Why a file of the state folder is not packed, by its path in it. */
export function whyLeftOut(path: string): string | undefined {
  if (packedFiles.some((one) => one.path.test(path))) return undefined;
  if (/^secrets\.age/.test(path)) return 'holds secrets';
  if (path === 'sovereign.yaml') return 'its values may be secrets; its structure is packed as sovereign.yaml';
  if (path.startsWith('evidence/')) return `to pass on evidence: ${command('evidence export', { out: 'evidence' })}`;
  return 'not on the allow-list of a support bundle';
}

export const isJsonLines = (path: string): boolean => packedFiles.some((one) => one.lines && one.path.test(path));

/** Keys of chart values whose values are settings that nobody keeps secret. */
const shownKeys = new Set([
  'enabled',
  'replicas',
  'replicaCount',
  'storageClass',
  'storageClassName',
  'size',
  'cpu',
  'memory',
  'tag',
  'pullPolicy',
  'imagePullPolicy',
  'k8sServiceHost',
  'k8sServicePort',
  'logLevel',
]);

/** A spec without the values of its charts: these keep their keys, so that a mistake in the structure can be seen. */
export function shareableSpec(sovereign: Sovereign): unknown {
  const blueprints = Object.entries(sovereign.spec.blueprints).map(([name, { values, ...pins }]) => [
    name,
    values === undefined ? pins : { ...pins, values: structureOf(values) },
  ]);
  return { ...sovereign, spec: { ...sovereign.spec, blueprints: Object.fromEntries(blueprints) } };
}

function structureOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => structureOf(item));
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, structureOf(item, name)]));
  if (value === null || typeof value === 'boolean' || shownKeys.has(key)) return value;
  return `(${typeof value})`;
}
