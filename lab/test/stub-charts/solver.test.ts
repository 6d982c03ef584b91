import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { exec, helm, inScratch } from '../../../test/unit/blueprints/charts-rig.js';
import { blueprints } from '../../../test/unit/blueprints/rig.js';
import { stubCharts } from '../../src/stub-charts/stub.js';

const solver = 'cert-manager-webhook-pdns';
const values = `groupName: acme.example.org\ncertManager: {namespace: cert-manager, serviceAccountName: cert-manager}\n`;

/** What helm makes of a chart, as `Kind name`. */
const rendered = (name: string, options: { solver?: boolean }) =>
  inScratch(async (dir) => {
    const charts = await stubCharts(await blueprints(), undefined, options);
    const [archive, file] = [join(dir, 'chart.tgz'), join(dir, 'values.yaml')];
    await writeFile(archive, charts.find((one) => one.name === name)!.tgz);
    await writeFile(file, values);
    const { stdout } = await exec({
      file: await helm(),
      args: ['template', name, archive, '--namespace', 'cert-manager', '--values', file],
    });
    return parseYamlStream(stdout) as KubeObject[];
  });
const called = (objects: readonly KubeObject[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

it('asks for an API group only where something answers for it, and gives cert-manager the right to call it', async () => {
  const emulated = called(await rendered(solver, {}));
  expect(emulated.filter((one) => /^(APIService|Issuer|Certificate) /.test(one))).toEqual([]);

  const objects = await rendered(solver, { solver: true });
  const find = (kind: string, name: string) => objects.find((one) => one.kind === kind && one.metadata.name === name);
  expect(find('APIService', 'v1alpha1.acme.example.org')).toMatchObject({
    metadata: { annotations: { 'cert-manager.io/inject-ca-from': `cert-manager/${solver}-webhook-tls` } },
    spec: { group: 'acme.example.org', service: { name: solver, namespace: 'cert-manager' } },
  });
  expect(find('Certificate', `${solver}-ca`)?.spec).toMatchObject({ isCA: true, secretName: `${solver}-ca` });
  expect(find('Certificate', `${solver}-webhook-tls`)?.spec.dnsNames).toContain(`${solver}.cert-manager.svc`);
  expect(find('ClusterRoleBinding', `${solver}:domain-solver`)?.['subjects']).toEqual([
    { kind: 'ServiceAccount', name: 'cert-manager', namespace: 'cert-manager' },
  ]);
  // who serves as an API group asks the API server who calls, and what he may
  expect(find('ClusterRoleBinding', `${solver}-cert-manager:auth-delegator`)?.['roleRef'].name).toBe(
    'system:auth-delegator',
  );
  expect(
    find('RoleBinding', `${solver}-cert-manager:extension-apiserver-authentication-reader`)?.metadata.namespace,
  ).toBe('kube-system');
  // its Pod starts once there is a certificate to serve with
  expect(find('Deployment', solver)?.spec.template.spec.volumes[0].secret.secretName).toBe(`${solver}-webhook-tls`);
});

it('gives each program of cert-manager an account, its webhook the one Secret of its own', async () => {
  const objects = await rendered('cert-manager', {});
  const names = ['cert-manager', 'cert-manager-webhook', 'cert-manager-cainjector'];
  const accounts = objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
  expect(accounts.sort()).toEqual([...names].sort());
  const deployments = objects.filter(({ kind }) => kind === 'Deployment');
  for (const { metadata, spec } of deployments) expect(spec.template.spec.serviceAccountName).toBe(metadata.name);
  const [role] = objects.filter(({ kind }) => kind === 'Role');
  expect(role?.metadata).toMatchObject({ name: 'cert-manager-webhook', namespace: 'cert-manager' });
  expect(role?.['rules'][0]).toMatchObject({ resources: ['secrets'], resourceNames: ['cert-manager-webhook-ca'] });
});
