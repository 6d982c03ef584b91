/** D16 and D18: nothing of the demos has changed, and the redirect leads to the Sovereign and nothing else does. */
import { meta, object } from '../../unit/mother/fingerprint/rig.js';
import { fail, notChecked, worldsOn } from '../rigged-world.js';
import { onProtected, onRedirect, redirect } from '../stages/protected-set.js';

const page = 'https://shop.example.org/';
const network = 'networking.k8s.io/v1';

export const worlds = [
  ...worldsOn(onProtected, [
    {
      ...{ id: 'protected-network-policy', item: 'D16', gap: 'a kind that is not listed' },
      rigged: 'a NetworkPolicy in sme that denies everything',
      expected: fail(/NetworkPolicy sme\/deny: not there → new/),
      rig: ({ put }) => put(object(network, 'NetworkPolicy', 'sme/deny', { spec: { podSelector: {} } })),
    },
    {
      ...{ id: 'protected-role', item: 'D16', gap: 'rights' },
      rigged: 'a Role in sme has other rules',
      expected: fail(/Role sme\/reader hash/),
      rig: ({ at }) => Object.assign(at('Role sme/reader'), { rules: [{ verbs: ['*'] }] }),
    },
    {
      ...{ id: 'protected-cron-job', item: 'D16', gap: 'something scheduled' },
      rigged: 'a CronJob in sme is suspended',
      expected: fail(/CronJob sme\/report hash/),
      rig: ({ at }) => Object.assign(at('CronJob sme/report').spec, { suspend: true }),
    },
    {
      ...{ id: 'protected-annotation', item: 'D16', gap: 'an annotation that routes' },
      rigged: 'a demo’s Ingress has lost its middlewares',
      expected: fail(/Ingress sme\/shop metadata/),
      rig: ({ at }) => Object.assign(at('Ingress sme/shop').metadata, { annotations: {} }),
    },
    {
      ...{ id: 'protected-own-prefix', item: 'D16', gap: 'a name that begins as ours' },
      rigged: 'an object catalyst-sovereign-x in sme',
      expected: fail(/ConfigMap sme\/catalyst-sovereign-x/),
      rig: ({ put }) => put(object('v1', 'ConfigMap', 'sme/catalyst-sovereign-x')),
    },
    {
      ...{ id: 'protected-page', item: 'D16', gap: 'a page that the spec does not name' },
      rigged: 'the page of another protected host is altered',
      expected: fail(/shop\.example\.org\/ bodyHash/),
      rig: ({ pages }) => Object.assign(pages, { [page]: () => '<p nonce="1">Closed</p> at 1:00' }),
    },
    {
      ...{ id: 'protected-elsewhere', item: 'D16', gap: 'a route of a demo outside of its namespace' },
      rigged: 'the Middleware of a demo, in another namespace, does something else',
      expected: fail(/Middleware edge\/strip hash/),
      rig: ({ at }) => Object.assign(at('Middleware edge/strip').spec, { stripPrefix: { prefixes: ['/x'] } }),
    },
    {
      ...{ id: 'protected-record', item: 'D16', gap: 'a DNS record of a demo' },
      rigged: 'the address of a demo’s host is another one',
      expected: fail(/A shop\.example\.org/),
      rig: ({ zones }) => Object.assign(zones['example.org']![2]!, { records: ['192.0.2.9'] }),
    },
    {
      ...{ id: 'protected-flux', item: 'D16', gap: 'what reconciles the demos' },
      rigged: 'the Kustomization of the demos is suspended',
      expected: fail(/Kustomization flux-system\/sme-services suspend/),
      rig: ({ at }) => Object.assign(at('Kustomization flux-system/sme-services').spec, { suspend: true }),
    },
    {
      ...{ id: 'protected-no-before', item: 'D16', gap: 'nothing to compare with' },
      rigged: 'nobody kept the state of before the first change',
      expected: notChecked(/no fingerprint was taken/),
      rig: ({ scope }) => delete scope.before,
    },
    {
      ...{ id: 'protected-made-again', item: 'D16', gap: 'the same content made again' },
      rigged: 'a ConfigMap of a demo was deleted and made again with the same content',
      expected: fail(/ConfigMap sme\/settings uid/),
      rig: ({ at }) =>
        Object.assign(at('ConfigMap sme/settings'), meta({ ...at('ConfigMap sme/settings').metadata, uid: 'new' })),
    },
  ]),
  ...worldsOn(onRedirect, [
    {
      ...{ id: 'redirect-regex', item: 'D18', gap: 'a path that is not sampled' },
      rigged: 'the redirect also catches /nova/orders',
      expected: fail(/Middleware .*redirect-omantel-omani-works differs from what catalyst creates/),
      rig({ at }) {
        const { redirectRegex } = at(`Middleware ${redirect}`).spec;
        redirectRegex.regex = redirectRegex.regex.replace('/sovereign/', '/(?:nova/orders|sovereign)/?');
      },
    },
    {
      ...{ id: 'redirect-path', item: 'D18', gap: 'a path of its route' },
      rigged: 'the Ingress of the redirect takes /nova too, whose requests its Middleware lets pass',
      expected: fail(/Ingress .* differs from what catalyst creates: .*\/nova/),
      rig({ at }) {
        const [rule] = at(`Ingress ${redirect}`).spec.rules;
        rule.http.paths.push({ ...rule.http.paths[0], path: '/nova/api' });
      },
    },
    {
      ...{ id: 'redirect-used', item: 'D18', gap: 'another route that uses it' },
      rigged: 'a demo’s Ingress uses the Middleware of the redirect',
      expected: fail(/Ingress sme\/console-nova uses the redirect too/),
      rig: ({ at }) =>
        Object.assign(at('Ingress sme/console-nova').metadata, {
          annotations: {
            'traefik.ingress.kubernetes.io/router.middlewares': `${redirect.replace('/', '-')}@kubernetescrd`,
          },
        }),
    },
    {
      ...{ id: 'redirect-second', item: 'D18', gap: 'another redirect to the same place' },
      rigged: 'a second Middleware leads orders of a demo to the Sovereign',
      expected: fail(/Middleware sme\/orders redirects to omantel\.omani\.works too/),
      rig: ({ put }) =>
        put(
          object('traefik.io/v1alpha1', 'Middleware', 'sme/orders', {
            spec: { redirectRegex: { regex: '/orders', replacement: 'https://console.omantel.omani.works/' } },
          }),
        ),
    },
    {
      ...{ id: 'redirect-gateway', item: 'D18', gap: 'a route of another kind' },
      rigged: 'an HTTPRoute redirects a demo’s host to the Sovereign',
      expected: fail(/HTTPRoute sme\/orders redirects to/),
      rig: ({ put }) =>
        put(
          object('gateway.networking.k8s.io/v1', 'HTTPRoute', 'sme/orders', {
            spec: {
              hostnames: ['shop.example.org'],
              rules: [
                {
                  filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'console.omantel.omani.works' } }],
                },
              ],
            },
          }),
        ),
    },
    {
      ...{ id: 'redirect-query', item: 'D18', gap: 'path and query are dropped' },
      rigged: 'the redirect leads every old address to the start page',
      expected: fail(
        /\?tab=jobs&from=mail answers 301 to https:\/\/console\.omantel\.omani\.works\/sovereign\/$|architecture/,
      ),
      rig: ({ at }) =>
        Object.assign(at(`Middleware ${redirect}`).spec.redirectRegex, {
          replacement: 'https://console.omantel.omani.works/sovereign/',
        }),
    },
    {
      ...{ id: 'redirect-gone', item: 'D18', gap: 'no redirect' },
      rigged: 'the Ingress of the redirect is gone',
      expected: fail(/answers 200/),
      rig: ({ objects }) => objects.delete(`Ingress ${redirect}`),
    },
  ]),
];
