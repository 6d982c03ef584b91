/** Secrets and ConfigMaps that the workloads of a rendered chart mount or read: each is made by something we can name. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { isMap } from '../render/merge.js';
import { mapsIn } from '../render/strings.js';

export interface Mount {
  kind: 'Secret' | 'ConfigMap';
  namespace: string;
  name: string;
  /** The workload that needs it. */
  by: string;
}

/** Made in every namespace, or by Kubernetes itself. */
const brought = new Set(['ConfigMap kube-root-ca.crt']);

/** What Pods of these objects cannot start without; references that are optional are left out. */
export function mountsOf(objects: readonly KubeObject[], namespace: string): Mount[] {
  const found = objects.flatMap((object) => {
    const spec = podSpecOf(object);
    if (!spec || isHook(object)) return [];
    const at = object.metadata.namespace ?? namespace;
    const by = `${object.kind} ${at}/${object.metadata.name}`;
    return [...namesIn(spec)].map(([kind, name]): Mount => ({ kind, namespace: at, name, by }));
  });
  const byKey = new Map(found.map((one) => [`${one.kind} ${one.namespace}/${one.name}`, one]));
  return [...byKey.values()].filter((one) => !brought.has(`${one.kind} ${one.name}`));
}

/** A hook's Pods run when helm says so, often to make the very Secret that others mount. */
const isHook = ({ metadata }: KubeObject) => metadata.annotations?.['helm.sh/hook'] !== undefined;

function podSpecOf(object: KubeObject): unknown {
  if (object.kind === 'Pod') return object['spec'];
  if (object.kind === 'CronJob') return object['spec']?.jobTemplate?.spec?.template?.spec;
  return object['spec']?.template?.spec?.containers ? object['spec'].template.spec : undefined;
}

function* namesIn(spec: unknown): Generator<['Secret' | 'ConfigMap', string]> {
  for (const { map, path } of mapsIn(spec)) {
    if (map['optional'] === true) continue;
    const last =
      path
        .replace(/\[\d+\]$/, '')
        .split('.')
        .at(-1) ?? '';
    if (last === 'secretKeyRef' || last === 'secretRef') yield* named('Secret', map['name']);
    if (last === 'configMapKeyRef' || last === 'configMapRef' || last === 'configMap')
      yield* named('ConfigMap', map['name']);
    // a volume names its Secret by secretName, a projected source by name
    if (last === 'secret') yield* named('Secret', map['secretName'] ?? map['name']);
    if (last === 'imagePullSecrets') yield* named('Secret', map['name']);
  }
}

function* named<K extends Mount['kind']>(kind: K, name: unknown): Generator<[K, string]> {
  if (typeof name === 'string' && name !== '') yield [kind, name];
}

/** Names by which `objects` make Secrets and ConfigMaps, those that a Certificate is answered with included. */
export function createdBy(objects: readonly KubeObject[], namespace: string): string[] {
  return objects.flatMap((object) => {
    const at = object.metadata.namespace ?? namespace;
    if (object.kind === 'Secret' || object.kind === 'ConfigMap')
      return [`${object.kind} ${at}/${object.metadata.name}`];
    const target = object.kind === 'Certificate' && isMap(object['spec']) ? object['spec']['secretName'] : undefined;
    return typeof target === 'string' ? [`Secret ${at}/${target}`] : [];
  });
}
