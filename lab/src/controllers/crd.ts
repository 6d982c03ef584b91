/** CustomResourceDefinitions that pods make at runtime. */
import { shortNames, subresources } from 'catalyst/blueprints/catalog/crds/crd-facts.js';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';

export const pluralOf = (kind: string): string => {
  const word = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
};

export function crd(
  group: string,
  version: string | readonly string[],
  kind: string,
  scope: 'Cluster' | 'Namespaced',
  more: { plural?: string; schema?: object } = {},
): KubeObject {
  const plural = more.plural ?? pluralOf(kind);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope,
      names: {
        ...{ kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        ...shortNames(`${plural}.${group}`),
      },
      versions: [version].flat().map((name, position) => ({
        name,
        served: true,
        storage: position === 0,
        schema: { openAPIV3Schema: more.schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
        ...subresources(`${plural}.${group}`),
      })),
    },
  };
}
