/**
 * The login for private registries, wherever the tree pulls: a Secret in each of its namespaces, named by the default ServiceAccount,
 * by those of the charts and by what pulls on its own (PostgreSQL, Crossplane packages). Nothing without spec.charts.secretRef.
 */
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { pullLabel } from '../../charts/chart-source.js';
import type { Blueprint, SecretNeed } from '../blueprint.js';

/** Namespaces that Kubernetes or Flux brings; what runs there comes before any Secret. */
const brought = new Set(['kube-system', 'default']);

const isPull = ({ recipes }: SecretNeed) => Object.values(recipes ?? {}).some((recipe) => 'registries' in recipe);

/** Where a Blueprint's own objects and releases are. */
export function namespacesIn(blueprint: Pick<Blueprint, 'namespace' | 'releases' | 'secrets'>): string[] {
  const names = [blueprint, ...blueprint.releases].map(({ namespace }) => namespace);
  const made = blueprint.secrets.filter(({ maker }) => maker === 'catalyst').map(({ namespace }) => namespace);
  return [...new Set([...names, ...made])].filter((name) => !brought.has(name));
}

/** Each namespace gets the Secret once, with the first Blueprint that has something in it. The same Blueprints without a secretRef. */
export function withPullSecrets(blueprints: readonly Blueprint[], { spec }: Sovereign): readonly Blueprint[] {
  const { secretRef } = spec.charts;
  if (secretRef === undefined) return blueprints;
  const { name, username, hosts } = secretRef;
  const taken = new Set<string>();
  return blueprints.map((blueprint) => {
    const others = blueprint.secrets.filter((need) => !isPull(need));
    const own = namespacesIn({ ...blueprint, secrets: others }).filter((namespace) => !taken.has(namespace));
    for (const namespace of own) taken.add(namespace);
    const needs = own.map(
      (namespace): SecretNeed => ({
        namespace,
        name,
        maker: 'catalyst',
        type: 'kubernetes.io/dockerconfigjson',
        labels: { [pullLabel]: 'true' },
        keys: ['.dockerconfigjson'],
        recipes: { '.dockerconfigjson': { registries: { username, hosts } } },
      }),
    );
    return { ...blueprint, secrets: [...others, ...needs] };
  });
}

/** The default ServiceAccount of each namespace whose Secret this Blueprint makes: its Pods pull with the login. */
export function pullAccounts({ secrets }: Pick<Blueprint, 'secrets'>): KubeObject[] {
  return secrets.filter(isPull).map(({ namespace, name }) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
    imagePullSecrets: [{ name }],
  }));
}

/** Kinds of the tree that pull on their own. The API server refuses the field in any other, ScheduledBackup for one. */
const pullFields: Readonly<Record<string, 'imagePullSecrets' | 'packagePullSecrets'>> = {
  'postgresql.cnpg.io/Cluster': 'imagePullSecrets',
  'pkg.crossplane.io/Provider': 'packagePullSecrets',
  'pkg.crossplane.io/Function': 'packagePullSecrets',
  'pkg.crossplane.io/Configuration': 'packagePullSecrets',
};

/** A plain object of the tree with the login, where it pulls something or stands for what does. */
export function pullsWith(object: KubeObject, { spec }: Sovereign): KubeObject {
  const { secretRef } = spec.charts;
  if (secretRef === undefined) return object;
  const secrets = [{ name: secretRef.name }];
  if (object.kind === 'ServiceAccount') return { ...object, imagePullSecrets: secrets };
  const [group] = object.apiVersion.split('/');
  const field = pullFields[`${group}/${object.kind}`];
  return field === undefined ? object : { ...object, spec: { ...object.spec, [field]: secrets } };
}

/** Puts the login on every ServiceAccount that a chart makes: a patch for the post-renderer of a HelmRelease. */
export const accountPatch = (name: string) => ({
  target: { kind: 'ServiceAccount' },
  patch: JSON.stringify({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'any' },
    imagePullSecrets: [{ name }],
  }),
});
