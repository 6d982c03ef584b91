/** Secrets, ConfigMaps and ServiceAccounts that an object names, in its own namespace: by the names of the fields that Kubernetes and Flux have for them. Pure. */
const secretKey = /^(secret|.*secret(key)?ref)$/i;
const configMapKey = /^(configMap|.*configmap(key)?ref)$/i;

/** As `Kind namespace/name`. What is named once too often only keeps what could have gone. */
export function refsIn(value: unknown, namespace: string | undefined): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((one) => refsIn(one, namespace));
  return Object.entries(value).flatMap(([key, inner]) => {
    const named = (kind: string, one: unknown) => {
      const name = typeof one === 'string' ? one : (one as { name?: unknown } | null)?.name;
      return typeof name === 'string' ? [`${kind} ${namespace}/${name}`] : [];
    };
    if (key === 'serviceAccountName') return named('ServiceAccount', inner);
    if (key === 'secretName') return named('Secret', inner);
    if (key === 'imagePullSecrets' || key === 'secrets') return listOf(inner).flatMap((one) => named('Secret', one));
    if (key === 'valuesFrom' || key === 'substituteFrom')
      return listOf(inner).flatMap((one) => named(String((one as { kind?: unknown } | null)?.kind), one));
    // of a chart, whatever it calls them
    if (key === 'values') return [];
    if (secretKey.test(key)) return [...named('Secret', inner), ...refsIn(inner, namespace)];
    if (configMapKey.test(key)) return [...named('ConfigMap', inner), ...refsIn(inner, namespace)];
    return refsIn(inner, namespace);
  });
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
