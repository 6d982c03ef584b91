/** A cluster in memory as a scan reads it: discovery and lists, page by page, as the API server answers them. */
import type { Kube, KubeObject } from '../../src/kubernetes/client/kube.js';
import { type FakeKube, fakeKube } from './fake-kube.js';

export interface Served extends FakeKube {
  /** Every path that was asked for. */
  readonly asked: string[];
}

export interface Serving {
  /** Served though there is no object of it, as `apps/v1 Deployment`. */
  kinds?: readonly string[];
  /** Collections that may not be listed, as `secrets`; and groups whose discovery fails, as `metrics.example.org/v1`. */
  forbidden?: readonly string[];
  broken?: readonly string[];
}

const clusterScoped = new Set(
  [
    'Namespace',
    'Node',
    'ClusterRoleBinding',
    'ClusterRole',
    'ClusterIssuer',
    'CustomResourceDefinition',
    'APIService',
  ].concat([
    'ValidatingWebhookConfiguration',
    'MutatingWebhookConfiguration',
    'CiliumClusterwideNetworkPolicy',
    'Configuration',
    'Function',
    'Provider',
  ]),
);

export const pluralOf = (kind: string) => {
  const lower = kind.toLowerCase();
  if (lower === 'endpoints') return lower;
  if (/(s|x|ch)$/.test(lower)) return `${lower}es`;
  return lower.endsWith('y') && !/[aeiou]y$/.test(lower) ? `${lower.slice(0, -1)}ies` : `${lower}s`;
};

/** The kinds that every Sovereign serves. */
export const sovereignKinds = [
  ...['Secret', 'ConfigMap', 'Service', 'Pod', 'ServiceAccount', 'Namespace', 'Node', 'Endpoints'].map(
    (kind) => `v1 ${kind}`,
  ),
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map((kind) => `apps/v1 ${kind}`),
  'networking.k8s.io/v1 Ingress',
  ...['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket'].map(
    (kind) => `source.toolkit.fluxcd.io/v1 ${kind}`,
  ),
  'kustomize.toolkit.fluxcd.io/v1 Kustomization',
  'helm.toolkit.fluxcd.io/v2 HelmRelease',
];

export function servedCluster(objects: readonly KubeObject[], serving: Serving = {}): Served {
  const kube = fakeKube();
  for (const object of objects) kube.put(object);
  const asked: string[] = [];
  const kinds = () => {
    const all = [...kube.objects.values()].map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
    return [...new Set([...(serving.kinds ?? sovereignKinds), ...all])].map((one) => {
      const [apiVersion = '', kind = ''] = one.split(' ');
      return { apiVersion, kind };
    });
  };
  const raw: Kube['raw'] = async (path) => {
    asked.push(path);
    return answerAsServer(path, { kinds: kinds(), objects: [...kube.objects.values()], serving });
  };
  return Object.assign(kube, { raw, asked });
}

interface Asked {
  kinds: { apiVersion: string; kind: string }[];
  objects: KubeObject[];
  serving: Serving;
}

const ok = (value: unknown) => ({ status: 200, body: JSON.stringify(value) });
const no = (status: number, reason: string) => ({
  status,
  body: JSON.stringify({ kind: 'Status', reason, message: reason }),
});

/** As an API server answers discovery and lists. */
export function answerAsServer(path: string, { kinds, objects, serving }: Asked): { status: number; body: string } {
  const { pathname, searchParams } = new URL(path, 'https://fake');
  if (pathname === '/apis') {
    const versions = [...kinds.map(({ apiVersion }) => apiVersion), ...(serving.broken ?? [])].filter((one) =>
      one.includes('/'),
    );
    const groups = [...new Set(versions)].map((groupVersion) => ({
      name: groupVersion.split('/')[0],
      preferredVersion: { groupVersion },
      versions: [{ groupVersion }],
    }));
    return ok({ groups });
  }
  const [, apiVersion = '', plural] = /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)(?:\/([a-z]+))?$/.exec(pathname) ?? [];
  if (serving.broken?.includes(apiVersion)) return no(503, 'ServiceUnavailable');
  const own = kinds.filter(
    (one, at) =>
      one.apiVersion === apiVersion &&
      kinds.findIndex((other) => other.kind === one.kind && other.apiVersion === apiVersion) === at,
  );
  if (own.length === 0) return no(404, 'NotFound');
  if (plural === undefined)
    return ok({
      resources: own.map(({ kind }) => ({
        name: pluralOf(kind),
        kind,
        namespaced: !clusterScoped.has(kind),
        verbs: ['get', 'list'],
      })),
    });
  if (serving.forbidden?.includes(plural)) return no(403, 'Forbidden');
  const all = objects.filter((one) => one.apiVersion === apiVersion && pluralOf(one.kind) === plural);
  const from = Number(searchParams.get('continue') ?? 0);
  const limit = Number(searchParams.get('limit') ?? 500);
  const items = all.slice(from, from + limit).map(({ apiVersion: _version, kind: _kind, ...item }) => item);
  const next = from + limit < all.length ? String(from + limit) : '';
  return ok({ metadata: { continue: next }, items });
}
