import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { exec, helm, inScratch } from '../../../test/unit/blueprints/charts-rig.js';
import { blueprints } from '../../../test/unit/blueprints/rig.js';
import { stubCharts } from '../../src/stub-charts/stub.js';

const traefik = async () => (await blueprints()).filter((one) => one.name === 'bp-traefik');

/** What the stub of Traefik's chart renders with these values. */
const rendered = (values: object, { release = 'traefik', namespace = 'traefik' } = {}) =>
  inScratch(async (scratch) => {
    const file = join(scratch, 'traefik.tgz');
    const [chart] = await stubCharts(await traefik());
    await writeFile(file, chart!.tgz);
    const args = ['template', release, file, '-n', namespace, '--values', '-'];
    const { stdout } = await exec({ file: await helm(), args, stdin: JSON.stringify(values) });
    return parseYamlStream(stdout) as KubeObject[];
  });
const argumentsIn = (objects: readonly KubeObject[]) =>
  [...(objects.find((one) => one.kind === 'DaemonSet')!.spec.template.spec.containers[0].args as string[])].sort();

// read off the rendering of chart 41.3.0 itself with the Blueprint's values
const ofTheChartItself = [
  '--api.dashboard=true',
  '--entryPoints.metrics.address=:9100/tcp',
  '--entryPoints.traefik.address=:8080/tcp',
  '--entryPoints.web.address=:8000/tcp',
  '--entryPoints.web.http.redirections.entryPoint.permanent=true',
  '--entryPoints.web.http.redirections.entryPoint.scheme=https',
  '--entryPoints.web.http.redirections.entryPoint.to=:443',
  '--entryPoints.web.proxyProtocol.trustedIPs=10.0.1.0/24',
  '--entryPoints.websecure.address=:8443/tcp',
  '--entryPoints.websecure.http.tls=true',
  '--entryPoints.websecure.proxyProtocol.trustedIPs=10.0.1.0/24',
  '--entryPoints.websecure.transport.respondingTimeouts.readTimeout=4h',
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

describe("the stub of Traefik's chart", () => {
  it("makes of the Blueprint's values what the chart itself makes of them", async () => {
    const [blueprint] = await traefik();
    const text = JSON.stringify(blueprint!.documents.values['values']).replaceAll('${network.subnet}', '10.0.1.0/24');
    const values = JSON.parse(text) as object;
    const objects = await rendered(values);
    expect(argumentsIn(objects)).toEqual(ofTheChartItself);
    expect(objects.find((one) => one.kind === 'IngressClass')).toMatchObject({
      metadata: { name: 'traefik', annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      spec: { controller: 'traefik.io/ingress-controller' },
    });
  });

  it('puts its Pods and opens its NodePorts where the values say', async () => {
    const one = (objects: readonly KubeObject[], kind: string) => objects.find((object) => object.kind === kind);
    const plain = await rendered({});
    const workload = plain.find(({ spec }) => spec?.template)!.kind;
    expect(one(plain, workload)!.spec.template.spec.nodeSelector).toEqual({});
    expect(one(plain, 'Service')!.spec.externalTrafficPolicy).toBe('Cluster');
    const nodeSelector = { 'node-role.kubernetes.io/control-plane': 'true' };
    const placed = await rendered({ nodeSelector, service: { spec: { externalTrafficPolicy: 'Local' } } });
    expect(one(placed, workload)!.spec.template.spec.nodeSelector).toEqual(nodeSelector);
    expect(one(placed, 'Service')!.spec.externalTrafficPolicy).toBe('Local');
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
