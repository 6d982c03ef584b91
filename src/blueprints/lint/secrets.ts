/** Every Secret and ConfigMap that is named has a maker, and every key that is asked for is made. */
import { mapsIn } from '../render/strings.js';
import type { Finding } from './finding.js';
import { type Linted, nameOf, type Placed } from './placed.js';

interface Reference {
  kind: 'Secret' | 'ConfigMap';
  name: string;
  key?: string;
  path: string;
}

export function lintSecrets({ blueprints, placed }: Linted): Finding[] {
  const keysOf = new Map<string, readonly string[]>();
  for (const need of blueprints.flatMap((blueprint) => blueprint.secrets)) {
    keysOf.set(`Secret ${need.namespace}/${need.name}`, need.keys);
  }
  const there = new Set(placed.map(({ object }) => nameOf(object)));
  return placed.flatMap((one) =>
    referencesOf(one).flatMap(({ kind, name, key, path }) => {
      const full = `${kind} ${namespaceOf(one)}/${name}`;
      const keys = keysOf.get(full);
      const known = keys !== undefined || there.has(full) || fromOutside.has(full);
      const missing = known && key !== undefined && keys !== undefined && !keys.includes(key);
      if (known && !missing) return [];
      const what = missing ? `key ${key} of ${full}` : full;
      return [
        {
          blueprint: one.blueprint,
          rule: 'secret-maker',
          severity: 'error' as const,
          path: `${one.file}: ${path}`,
          message: `${nameOf(one.object)} needs ${what}, which nothing creates`,
          remedy: `Add it to secrets in ${one.blueprint}/blueprint.yaml`,
        },
      ];
    }),
  );
}

/** Made at the GitOps pivot. */
const fromOutside = new Set(['Secret flux-system/sovereign-git']);

function namespaceOf({ object }: Placed): string {
  return object.kind === 'HelmRelease' ? object.spec.targetNamespace : (object.metadata.namespace ?? 'cert-manager');
}

const plain =
  /^(existingSecret|existingSecretAdminPassword|existingSecretSecretKey|existingXsrfSecret|usersExistingSecret|envFromSecret)$/;

function referencesOf({ object }: Placed): Reference[] {
  const found: Reference[] = [];
  // made by the object itself
  if (object.kind === 'Certificate' || object.kind === 'TLSStore' || object.kind === 'ClusterIssuer') return found;
  for (const { path, map } of mapsIn(object)) {
    for (const [key, value] of Object.entries(map)) {
      const at = path === '' ? key : `${path}.${key}`;
      if (typeof value === 'string' && value !== '') {
        if (plain.test(key) || (key === 'secretName' && !path.includes('tls'))) {
          found.push({ kind: 'Secret', name: value, path: at });
        }
        continue;
      }
      const ref = value as { name?: unknown; key?: unknown } | null;
      if (typeof ref?.name !== 'string' || object.kind === 'ClusterSecretStore') continue;
      const asked = typeof ref.key === 'string' ? ref.key : undefined;
      if (key === 'secretKeyRef' || key === 'secretRef')
        found.push({ kind: 'Secret', name: ref.name, key: asked, path: at });
      if (key === 'configMapKeyRef' || key === 'configMapRef' || (key === 'configMap' && !('create' in ref))) {
        found.push({ kind: 'ConfigMap', name: ref.name, path: at });
      }
    }
  }
  return found;
}
