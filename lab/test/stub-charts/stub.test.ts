import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/yaml.js';
import { exec, helm, inScratch } from '../../../test/unit/blueprints/charts-rig.js';
import { blueprints } from '../../../test/unit/blueprints/rig.js';
import { standInCharts } from '../../src/stub-charts/stub.js';

const traefik = async () => (await blueprints()).filter((one) => one.name === 'bp-traefik');

/** What the stand-in for Traefik's chart renders with these values. */
const rendered = (values: object, { release = 'traefik', namespace = 'traefik' } = {}) =>
  inScratch(async (scratch) => {
    const file = join(scratch, 'traefik.tgz');
    const [chart] = await standInCharts(await traefik());
    await writeFile(file, chart!.tgz);
    const args = ['template', release, file, '-n', namespace, '--values', '-'];
    const { stdout } = await exec({ file: await helm(), args, stdin: JSON.stringify(values) });
    return parseYamlStream(stdout) as KubeObject[];
  });
const argumentsIn = (objects: readonly KubeObject[]) =>
  [...(objects.find((one) => one.kind === 'Deployment')!.spec.template.spec.containers[0].args as string[])].sort();

// read off the rendering of chart 41.3.0 itself with the Blueprint's values
const ofTheChartItself = [
  '--api.dashboard=true',
  '--entryPoints.metrics.address=:9100/tcp',
  '--entryPoints.traefik.address=:8080/tcp',
  '--entryPoints.web.address=:8000/tcp',
  '--entryPoints.web.http.redirections.entryPoint.permanent=true',
  '--entryPoints.web.http.redirections.entryPoint.scheme=https',
  '--entryPoints.web.http.redirections.entryPoint.to=:443',
  '--entryPoints.websecure.address=:8443/tcp',
  '--entryPoints.websecure.http.tls=true',
  '--global.checkNewVersion=false',
  '--log.level=INFO',
  '--metrics.prometheus.entrypoint=metrics',
  '--metrics.prometheus=true',
  '--ping=true',
  '--providers.kubernetescrd',
  '--providers.kubernetescrd.allowEmptyServices=true',
  '--providers.kubernetescrd.defaultTLSResourcesNamespace=traefik',
  '--providers.kubernetesingress',
  '--providers.kubernetesingress.allowEmptyServices=true',
];

describe("the stand-in for Traefik's chart", () => {
  it("makes of the Blueprint's values what the chart itself makes of them", async () => {
    const [blueprint] = await traefik();
    const values = { ...(blueprint!.documents.values['values'] as object), deployment: { replicas: 1 } };
    const objects = await rendered(values);
    expect(argumentsIn(objects)).toEqual(ofTheChartItself);
    expect(objects.find((one) => one.kind === 'IngressClass')).toMatchObject({
      metadata: { name: 'traefik', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'traefik.io/ingress-controller' },
    });
  });

  it('follows other values', async () => {
    const objects = await rendered({
      ports: { websecure: { http: { tls: { enabled: false } } } },
      providers: { kubernetesCRD: { allowCrossNamespace: true }, kubernetesIngress: { enabled: false } },
      ingressClass: { enabled: false },
    });
    expect(argumentsIn(objects)).toEqual([
      '--api.dashboard=true',
      '--entryPoints.metrics.address=:9100/tcp',
      '--entryPoints.traefik.address=:8080/tcp',
      '--entryPoints.web.address=:8000/tcp',
      '--entryPoints.websecure.address=:8443/tcp',
      '--log.level=INFO',
      '--metrics.prometheus.entrypoint=metrics',
      '--metrics.prometheus=true',
      '--ping=true',
      '--providers.kubernetescrd',
      '--providers.kubernetescrd.allowCrossNamespace=true',
      '--providers.kubernetescrd.allowEmptyServices=true',
    ]);
    expect(objects.map((one) => one.kind)).not.toContain('IngressClass');
  });

  it('makes nothing outside of its release, which the canary of #338 is another one of', async () => {
    const off = { deployment: { enabled: false }, service: { enabled: false }, ingressClass: { enabled: false } };
    const objects = await rendered(off, { release: 'probe-canary', namespace: 'catalyst-probes' });
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)).toEqual([
      'ServiceAccount catalyst-probes/traefik',
      'ClusterRole /traefik-catalyst-probes',
      'ClusterRoleBinding /traefik-catalyst-probes',
    ]);
  });
});
