/** Short forms of the Kubernetes objects that the emulated mother holds. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';

export const namespace = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
});

export interface DeploymentFacts {
  image: string;
  port?: number;
  replicas?: number;
  strategy?: string;
  env?: Record<string, string>;
  /** Claim and where it is mounted. */
  claim?: { name: string; path: string };
  /** Where its emptyDir is mounted: what is there ends with the Pod. */
  scratch?: string;
  /** Names of Secrets read as environment. */
  secrets?: readonly string[];
  labels?: Record<string, string>;
  /** ServiceAccount that it runs as. */
  account?: string;
}

export function deployment(ns: string, name: string, facts: DeploymentFacts): KubeObject {
  const { image, port = 8080, replicas = 1, strategy, env = {}, secrets = [], labels = {}, account } = facts;
  const { volumeMounts, volumes } = volumesOf(facts);
  const selector = { 'app.kubernetes.io/name': name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: ns, labels: { ...selector, ...labels } },
    spec: {
      replicas,
      ...(strategy ? { strategy: { type: strategy } } : {}),
      selector: { matchLabels: selector },
      template: {
        metadata: { labels: { ...selector, ...labels } },
        spec: {
          ...(account ? { serviceAccountName: account } : {}),
          containers: [
            {
              name,
              image,
              ports: [{ containerPort: port }],
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
              ...(secrets.length > 0 ? { envFrom: secrets.map((secret) => ({ secretRef: { name: secret } })) } : {}),
              ...(volumes.length > 0 ? { volumeMounts } : {}),
            },
          ],
          ...(volumes.length > 0 ? { volumes } : {}),
        },
      },
    },
  };
}

function volumesOf({ claim, scratch }: DeploymentFacts) {
  return {
    volumeMounts: [
      ...(claim ? [{ name: 'data', mountPath: claim.path }] : []),
      ...(scratch ? [{ name: 'scratch', mountPath: scratch }] : []),
    ],
    volumes: [
      ...(claim ? [{ name: 'data', persistentVolumeClaim: { claimName: claim.name } }] : []),
      ...(scratch ? [{ name: 'scratch', emptyDir: { sizeLimit: '2Gi' } }] : []),
    ],
  };
}

export const service = (ns: string, name: string, port = 8080, selector = name): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: ns, labels: { 'app.kubernetes.io/name': name } },
  spec: { selector: { 'app.kubernetes.io/name': selector }, ports: [{ name: 'http', port, targetPort: port }] },
});

export interface PathRule {
  path: string;
  pathType?: 'Prefix' | 'Exact';
  service: string;
  port?: number;
}

export function ingress(
  ns: string,
  name: string,
  host: string,
  rules: readonly PathRule[],
  more: { tls?: string; middlewares?: readonly string[]; priority?: number } = {},
): KubeObject {
  const { tls, middlewares = [], priority } = more;
  const prefix = 'traefik.ingress.kubernetes.io/router';
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name,
      namespace: ns,
      annotations: {
        [`${prefix}.entrypoints`]: 'websecure',
        ...(priority === undefined ? {} : { [`${prefix}.priority`]: String(priority) }),
        ...(middlewares.length === 0
          ? {}
          : { [`${prefix}.middlewares`]: middlewares.map((one) => `${ns}-${one}@kubernetescrd`).join(',') }),
      },
    },
    spec: {
      ingressClassName: 'traefik',
      rules: [
        {
          host,
          http: {
            paths: rules.map(({ path, pathType = 'Prefix', service: to, port = 8080 }) => ({
              path,
              pathType,
              backend: { service: { name: to, port: { number: port } } },
            })),
          },
        },
      ],
      ...(tls ? { tls: [{ hosts: [host], secretName: tls }] } : {}),
    },
  };
}

export const middleware = (ns: string, name: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'traefik.io/v1alpha1',
  kind: 'Middleware',
  metadata: { name, namespace: ns },
  spec,
});

export const secret = (ns: string, name: string, data: Record<string, string>, type = 'Opaque'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace: ns },
  type,
  data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
});

export const certificate = (ns: string, name: string, host: string, secretName = name): KubeObject => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name, namespace: ns },
  spec: { secretName, dnsNames: [host], issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt-prod' } },
});

export const configMap = (ns: string, name: string, data: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: ns },
  data,
});
