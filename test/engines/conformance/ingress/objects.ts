/** What both ingresses are given: Services with and without Pods, certificates, and routes of every kind that the tree or the mother uses. */
import { issueCertificate } from '../../../../lab/src/certificates.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';

export const domain = 'talk.test';
const namespace = 'talk';

interface Backend {
  name: string;
  /** By name; Pods listen on the same numbers. */
  ports?: Record<string, number>;
  /** Left out: there is no Pod. */
  pod?: 'ready' | 'not ready';
  in?: string;
}

export const backends: readonly Backend[] = [
  { name: 'app', pod: 'ready' },
  { name: 'second', pod: 'ready' },
  { name: 'named', pod: 'ready', ports: { web: 8000, admin: 9000 } },
  { name: 'unready', pod: 'not ready' },
  { name: 'empty' },
  { name: 'app', pod: 'ready', in: 'other' },
];

/** Addresses of the Pods, by `namespace/name` of their Service. */
export const addressOf = new Map(
  backends.map((one, index) => [`${one.in ?? namespace}/${one.name}`, `10.42.7.${index + 10}`] as const),
);

const meta = (name: string, at = namespace, annotations?: Record<string, string>) => ({
  metadata: { name, namespace: at, ...(annotations ? { annotations } : {}) },
});

function ofBackend({ name, ports = { http: 80 }, pod, in: at = namespace }: Backend): KubeObject[] {
  const labels = { app: name };
  const service: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'Service', ...meta(name, at) },
    spec: { selector: labels, ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number })) },
  };
  if (!pod) return [service];
  const ip = addressOf.get(`${at}/${name}`);
  return [
    service,
    {
      ...{ apiVersion: 'v1', kind: 'Pod', metadata: { ...meta(name, at).metadata, labels } },
      spec: { nodeName: nodeName, containers: [{ name: 'main', image: 'echo' }] },
      status: {
        ...{ phase: 'Running', podIP: ip, podIPs: [{ ip }] },
        conditions: [{ type: 'Ready', status: pod === 'ready' ? 'True' : 'False' }],
      },
    },
  ];
}

export const nodeName = 'talk-node';

async function certificate(name: string, dnsNames: readonly string[], at = namespace): Promise<KubeObject> {
  const made = await issueCertificate({ commonName: name === 'same' ? name : `${name} in ${at}`, dnsNames });
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  return {
    ...{ apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', ...meta(name, at) },
    data: { 'tls.crt': encoded(made.certificate), 'tls.key': encoded(made.key) },
  };
}

const traefik = (kind: string, name: string, spec: object, at = namespace): KubeObject => ({
  ...{ apiVersion: 'traefik.io/v1alpha1', kind, ...meta(name, at), spec },
});
const middleware = (name: string, spec: object, at = namespace) => traefik('Middleware', name, spec, at);
const key = 'traefik.ingress.kubernetes.io/router';

const to = (name: string, port: number | string = 80) => ({
  service: { name, port: typeof port === 'number' ? { number: port } : { name: port } },
});
const path = (at: string, backend: object, pathType = 'Prefix') => ({ path: at, pathType, backend });
const ingress = (name: string, spec: object, annotations?: Record<string, string>): KubeObject => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...meta(name, namespace, annotations) },
  spec: { ingressClassName: 'traefik', ...spec },
});
/** An Ingress of a host of its own, to `app`. */
const hosted = (name: string, annotations: Record<string, string>, more: object = {}) =>
  ingress(
    name,
    { rules: [{ host: `${name}.${domain}`, http: { paths: [path('/', to('app'))] } }], ...more },
    annotations,
  );
const route = (name: string, routes: readonly object[], more: object = { entryPoints: ['websecure'], tls: {} }) =>
  traefik('IngressRoute', name, {
    ...more,
    routes: routes.map((one) => ({ kind: 'Rule', services: [{ name: 'app', port: 80 }], ...one })),
  });
const match = (text: string, more: object = {}) => ({ match: text, ...more });
const host = (name: string) => `Host(\`${name}.${domain}\`)`;
const ingressClass = (name: string, controller: string): KubeObject => ({
  ...{ apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', metadata: { name }, spec: { controller } },
});

/** Namespaces come first; all but what `secrets` make is plain. */
export async function ingressObjects(): Promise<KubeObject[]> {
  return [
    ...[namespace, 'other', 'traefik'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    ...backends.flatMap(ofBackend),
    {
      ...{ apiVersion: 'v1', kind: 'Service', ...meta('outside') },
      spec: { type: 'ExternalName', externalName: 'example.org', ports: [{ name: 'http', port: 80 }] },
    },
    ingressClass('traefik', 'traefik.io/ingress-controller'),
    ingressClass('another', 'example.org/ingress'),
    await certificate('wildcard', [domain, `*.${domain}`], 'traefik'),
    await certificate('of-an-ingress', [`tls.${domain}`, `beside.${domain}`]),
    await certificate('of-a-route', [`routed.${domain}`]),
    ...(await Promise.all(
      ['twice', 'same'].flatMap((name) =>
        [namespace, 'other'].map((at) => certificate(name, [`${name}.${domain}`], at)),
      ),
    )),
    traefik('TLSStore', 'default', { defaultCertificate: { secretName: 'wildcard' } }, 'traefik'),
    traefik('TLSOption', 'default', { minVersion: 'VersionTLS12', sniStrict: false }, 'traefik'),

    middleware('strip', { stripPrefix: { prefixes: ['/strip', '/cut'] } }),
    middleware('strip', { stripPrefix: { prefixes: ['/strip'] } }, 'other'),
    middleware('prefix', { addPrefix: { prefix: '/more' } }),
    middleware('path', { replacePath: { path: '/fixed' } }),
    middleware('path-regex', { replacePathRegex: { regex: '^/from/(.*)', replacement: '/to/$1' } }),
    middleware('moved', {
      redirectRegex: { regex: `^https?://[^/]+/old/(.*)`, replacement: `https://new.${domain}/\${1}`, permanent: true },
    }),
    middleware('found', { redirectRegex: { regex: '^https?://([^/]+)/a/(.*)', replacement: 'https://$1/b/$2' } }),
    middleware('to-https', { redirectScheme: { scheme: 'https', permanent: true } }),
    middleware('to-port', { redirectScheme: { scheme: 'https', port: '8443' } }),

    ingress('paths', {
      rules: [
        {
          host: `ing.${domain}`,
          http: {
            paths: [
              path('/', to('app')),
              path('/api', to('second')),
              path('/exact', to('second'), 'Exact'),
              path('/exact/below', to('named', 'admin')),
              path('/named', to('named', 'web')),
              path('/empty', to('empty')),
              path('/unready', to('unready')),
              path('/missing', to('missing')),
              path('/no-port', to('app', 81)),
              path('/no-such-name', to('named', 'other')),
              path('/outside', to('outside')),
              path('/specific', to('second'), 'ImplementationSpecific'),
            ],
          },
        },
        { host: `*.wild.${domain}`, http: { paths: [path('/', to('app'))] } },
        { host: `own.wild.${domain}`, http: { paths: [path('/', to('second'))] } },
        { http: { paths: [path('/for-any-host', to('second'))] } },
      ],
    }),
    hosted('another-class', {}, { ingressClassName: 'another' }),
    hosted('no-such-class', {}, { ingressClassName: 'none' }),
    hosted('secure-only', { [`${key}.entrypoints`]: 'websecure' }),
    hosted('plain-only', { [`${key}.entrypoints`]: 'web' }),
    hosted('with-tls', { [`${key}.tls`]: 'true' }),
    hosted('stripped', { [`${key}.middlewares`]: `${namespace}-strip@kubernetescrd` }),
    hosted('stripped-elsewhere', { [`${key}.middlewares`]: 'other-strip@kubernetescrd' }),
    hosted('no-middleware', { [`${key}.middlewares`]: `${namespace}-none@kubernetescrd` }),
    hosted('first-of-two', {
      [`${key}.middlewares`]: `${namespace}-path-regex@kubernetescrd,${namespace}-prefix@kubernetescrd`,
    }),
    hosted('redirected', { [`${key}.middlewares`]: `${namespace}-to-https@kubernetescrd` }),
    ingress(
      'before-the-paths',
      { rules: [{ host: `ing.${domain}`, http: { paths: [path('/pri', to('named', 8000))] } }] },
      { [`${key}.priority`]: '300' },
    ),
    ingress('after-the-paths', {
      rules: [{ host: `ing.${domain}`, http: { paths: [path('/private', to('second'))] } }],
    }),
    hosted('tls', {}, { tls: [{ hosts: [`tls.${domain}`], secretName: 'of-an-ingress' }] }),
    ...['twice', 'same'].flatMap((name) => {
      const tls = [{ secretName: name }];
      const elsewhere = ingress(name, { tls, rules: [{ host: 'other.test' }] });
      return [hosted(name, {}, { tls }), { ...elsewhere, ...meta(name, 'other') }];
    }),
    hosted('no-secret', {}, { tls: [{ hosts: [`no-secret.${domain}`], secretName: 'none' }] }),

    route('one', [match(host('route'))]),
    route('rules', [
      match(`${host('rules')} && PathPrefix(\`/a\`)`, { services: [{ name: 'second', port: 'http' }] }),
      match(`${host('rules')} && (Path(\`/b\`) || PathRegexp(\`^/[cd]+$\`))`),
      match(`${host('rules')} && !PathPrefix(\`/a\`) && PathPrefix(\`/e\`)`, {
        services: [{ name: 'named', port: 9000 }],
      }),
      match(`HostRegexp(\`^[a-z]+-rules\\.${domain.replace('.', '\\.')}$\`)`),
      match(`Host(\`UPPER.${domain}\`)`),
      match(`Host(\`a.${domain}\`, \`b.${domain}\`)`),
    ]),
    route('order', [
      match(`${host('order')} && PathPrefix(\`/long/path\`)`),
      match(host('order'), { services: [{ name: 'second', port: 80 }] }),
      match(`${host('order')} && PathPrefix(\`/lo\`)`, { priority: 500, services: [{ name: 'named', port: 'web' }] }),
    ]),
    route('broken', [
      match(host('gone'), { services: [{ name: 'missing', port: 80 }] }),
      match(host('no-port'), { services: [{ name: 'app', port: 81 }] }),
      match(host('other-service'), { services: [{ name: 'app', namespace: 'other', port: 80 }] }),
      match(host('other-middleware'), { middlewares: [{ name: 'strip', namespace: 'other' }] }),
      match(host('none'), { middlewares: [{ name: 'none' }] }),
      match(host('nobody'), { services: [{ name: 'empty', port: 80 }] }),
    ]),
    ...(['moved', 'found', 'to-https', 'to-port', 'path', 'path-regex', 'prefix'] as const).map((name) =>
      route(`with-${name}`, [match(host(name), { middlewares: [{ name }] })], { tls: {} }),
    ),
    route('with-strip', [match(host('strip'), { middlewares: [{ name: 'strip' }, { name: 'prefix' }] })]),
    route('plain', [match(host('plain-route'), {}), match(host('to-https'), { middlewares: [{ name: 'to-https' }] })], {
      entryPoints: ['web'],
    }),
    route('no-tls', [match(host('no-tls'))], {}),
    route('own-certificate', [match(host('routed'))], { tls: { secretName: 'of-a-route' } }),
  ];
}
