/** The chart of bp-catalyst-platform behind the emulated Traefik, UI and API: what a browser loads, and what the proofs of it see. */
import { beforeAll, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { ownDeploymentId } from '../../../src/sovereign/sovereign-names.js';
import { loadConsole } from '../../../src/walk/proofs/network/console-page.js';
import { componentsOf, deploymentOf, topologyOf } from '../../../src/walk/proofs/network/own-deployment.js';
import { omantel } from '../../../test/unit/blueprints/rig.js';
import { catalystPlatform } from '../../src/components/catalyst/platform.js';
import type { Call } from '../../src/components/component.js';
import { through } from '../../src/components/traefik/middlewares.js';
import { routesOf } from '../../src/components/traefik/traefik-routes.js';
import type { LabRequest } from '../../src/requests/http-server.js';
import { apiEnvironment } from './api-environment.js';
import { renderedChart } from './rendered-chart.js';

const sovereign = omantel();
const { fqdn } = sovereign.spec;
const ready = { status: { conditions: [{ type: 'Ready', status: 'True' }] } };
const around: KubeObject[] = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IngressClass',
    metadata: { name: 'traefik' },
    spec: { controller: 'traefik.io/ingress-controller' },
  },
  ...['bp-cilium', 'bp-grafana-loki', 'other'].map((name) => ({
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: { name, namespace: 'flux-system' },
    ...ready,
  })),
];
let chart: KubeObject[];

beforeAll(async () => {
  chart = await renderedChart();
});

/** A browser before these objects: routes, middlewares and programs as in the lab, without a network. */
function browser(objects: readonly KubeObject[]) {
  const of = (kind: string, namespace?: string) =>
    objects.filter(
      (one) => `${one.apiVersion}/${one.kind}` === kind && (!namespace || one.metadata.namespace === namespace),
    );
  const store = {
    list: of,
    get: (kind: string, namespace: string | undefined, name: string) =>
      of(kind, namespace).find(({ metadata }) => metadata.name === name),
  };
  const rules = of('rbac.authorization.k8s.io/v1/ClusterRole').flatMap((role) => role.rules);
  const kube = {
    create: async ({ spec: { resourceAttributes: asked } }: KubeObject) => ({
      status: {
        allowed: rules.some(
          ({ apiGroups, resources }) =>
            apiGroups.includes(asked.group) && (resources.includes('*') || resources.includes(asked.resource)),
        ),
      },
    }),
  };
  const lab = { store, kube } as unknown as Call['lab'];
  const http = async ({ url }: { url: string }) => {
    const { host, pathname } = new URL(url);
    const route = routesOf(lab).find((one) => one.matches({ host, path: pathname, secure: true }));
    if (!route) return { status: 404, headers: {}, text: '404 page not found\n' };
    const request = {
      path: pathname,
      method: 'GET',
      query: new URLSearchParams(),
      headers: {},
    } as unknown as LabRequest;
    const passed = through(route.middlewares, request, { host, secure: true });
    const pods = of('apps/v1/Deployment')
      .filter(({ metadata }) => metadata.name === route.service!.name)
      .map(({ metadata, spec }) => ({ apiVersion: 'v1', kind: 'Pod', metadata, spec: spec.template.spec }));
    const call = async () => ({ status: 502 });
    const answer =
      'response' in passed
        ? passed.response
        : await catalystPlatform.handle(passed.request, { lab, pods, call } as unknown as Call);
    const { status, headers = {}, body = '' } = answer;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return { status, headers: headers as Record<string, string>, text };
  };
  return { http, sovereign, signal: new AbortController().signal };
}

const changed = (edit: (object: KubeObject) => KubeObject) => [
  ...around,
  ...chart.map((one) => edit(structuredClone(one))),
];

test('the console redirects to /sovereign/, and its page finds its scripts', async () => {
  const { page, files } = await loadConsole(browser([...around, ...chart]), '#385');
  expect(page).toBe(`https://console.${fqdn}/sovereign/`);
  expect(files).toEqual([expect.stringMatching(/\/sovereign\/assets\/.*\.js$/), expect.stringMatching(/\.css$/)]);
});

test('a console without the base path of its UI is found out, and so is one whose scripts are pages', async () => {
  const flat = changed((object) => {
    if (object.metadata.name === 'catalyst-console-root') delete object.metadata.annotations;
    if (object.metadata.name === 'catalyst-console') object.spec.rules[0].host = 'elsewhere.test';
    return object;
  });
  await expect(loadConsole(browser(flat), '#385')).rejects.toThrow(/to redirect to .*\/sovereign\/; seen: 200/);
  const unstripped = changed((object) => {
    if (object.metadata.name === 'catalyst-console') delete object.metadata.annotations;
    return object;
  });
  await expect(loadConsole(browser(unstripped), '#385')).rejects.toThrow(/index-\w+\.js to be a script; seen: 404/);
  await expect(deploymentOf(browser(unstripped))).rejects.toThrow(/404/);
});

test('catalyst-api watches its own cluster and draws it, with the rights that the chart gives it', async () => {
  const world = browser([...around, ...chart]);
  expect(await deploymentOf(world)).toMatchObject({ id: ownDeploymentId(fqdn), sovereignFQDN: fqdn });
  const { watching, components } = await componentsOf(world);
  expect(watching).toBe(true);
  expect(components).toEqual([
    { helmReleaseName: 'bp-cilium', status: 'installed' },
    { helmReleaseName: 'bp-grafana-loki', status: 'installed' },
  ]);
  const { topology, storage } = await topologyOf(world);
  expect(topology.regions[0]?.clusters[0]?.nodes).toHaveLength(1 + sovereign.spec.hetzner.workers.count);
  expect(storage.pvcs).toHaveLength(1);
});

test('without a record of its own it knows no deployment, and without rights no release', async () => {
  const unknown = changed((object) =>
    object.kind === 'Deployment' ? { ...object, spec: withoutInit(object.spec) } : object,
  );
  await expect(componentsOf(browser(unknown))).rejects.toThrow(/deployment-not-found/);
  const powerless = changed((object) => (object.kind === 'ClusterRole' ? { ...object, rules: [] } : object));
  expect((await componentsOf(browser(powerless))).components).toEqual([]);
});

const withoutInit = (spec: KubeObject['spec']) => {
  const { initContainers: _, ...pod } = spec.template.spec;
  return { ...spec, template: { ...spec.template, spec: pod } };
};

test('catalyst-api gets only variables that it reads, and every one whose default is somebody else’s', () => {
  const api = chart.find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'catalyst-api')!;
  const given = api.spec.template.spec.containers[0].env as { name: string; value?: string }[];
  expect(given.map(({ name }) => name).filter((name) => !(name in apiEnvironment))).toEqual([]);
  const foreign = Object.entries(apiEnvironment).filter(([, { foreign }]) => foreign);
  expect(foreign.map(([name]) => name).filter((name) => !given.some((one) => one.name === name))).toEqual([]);
  for (const { name, value = '' } of given)
    expect(`${name} ${value}`).not.toMatch(/openova\.io|openova-system|github\.com/);
});
