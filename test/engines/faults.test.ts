/**
 * What goes wrong while the walk goes on, on one pair of real clusters: catalyst killed, programs of the cluster killed, servers
 * that answer wrongly. Each ends well by itself, or in an error that says what to do.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { issueCertificate } from '../../lab/src/certificates.js';
import { kubeconfigText } from '../../lab/src/engines/pki.js';
import { type Catalyst, catalystAtHome, type LabInfo } from '../lab/catalyst.js';
import { apply, catalystOnEngines, folderOfSovereign, kubectl, kubectlText, processesOf, until } from './rig.js';

let catalyst: Catalyst;
let lab: LabInfo;
beforeAll(async () => {
  catalyst = catalystOnEngines('faults');
  lab = await catalyst.up();
});
afterAll(() => catalyst.close());

const engines = () => join(dirname(lab.kubeconfigs.sovereign), 'engines');
const sovereign = () => folderOfSovereign(lab);
const pidOf = (program: string) => processesOf(join(engines(), sovereign()!))[program];
const hasProgram = (program: string) => {
  try {
    return pidOf(program) !== undefined;
  } catch {
    return false;
  }
};

test('catalyst killed with -9 at several moments, then kube-apiserver under the resumed walk: one of everything, all proven', async () => {
  const walk = ['wizard', '--lab', catalyst.lab, '--yes', '--until', '2'];
  const resume = ['resume', '--lab', catalyst.lab];
  await catalyst.run(walk, { killAt: until(() => sovereign() !== undefined) });
  await catalyst.run(resume, { killAt: until(() => hasProgram('helm-controller')) });
  await catalyst.run(resume, { killAt: until(() => isInstalling('bp-cert-manager')) });
  const resumed = catalyst.run(resume);
  await until(() => isInstalling('bp-powerdns'));
  const before = pidOf('kube-apiserver')!;
  process.kill(before, 'SIGKILL');
  const ended = await resumed;
  expect(ended.code, ended.stderr.slice(-3000)).toBe(0);
  await until(() => pidOf('kube-apiserver') !== before);

  const { items } = await kubectl<{ items: object[] }>(lab.kubeconfigs.sovereign, ['get', 'nodes']);
  expect(items).toHaveLength(3);
  const { document } = await catalyst.json<{ id: number; status: string }[]>(['phase', 'list', '--lab', catalyst.lab]);
  const proven = document.result.filter((phase) => phase.id <= 2).map((phase) => phase.status);
  expect(proven).toEqual(['done', 'done', 'done']);
});

async function isInstalling(release: string): Promise<boolean> {
  const listed = ['get', 'helmreleases', '-n', 'flux-system', '-o', 'name'];
  const names = await kubectlText(lab.kubeconfigs.sovereign, listed);
  return names.includes(`/${release}\n`);
}

describe('a program of the cluster', () => {
  test('etcd paused: the phase waits and goes on', async () => {
    const phase = catalyst.run(['ticket', 'run', '375', '--lab', catalyst.lab]);
    const pid = pidOf('etcd')!;
    process.kill(pid, 'SIGSTOP');
    await new Promise((resolve) => setTimeout(resolve, 5000));
    process.kill(pid, 'SIGCONT');
    const ended = await phase;
    expect(ended.code, ended.stderr.slice(-3000)).toBe(0);
  });

  test('helm-controller killed during an install: the release is Ready in the end', async () => {
    const ticket = catalyst.run(['ticket', 'run', '378', '--lab', catalyst.lab]);
    await until(() => isInstalling('bp-crossplane'));
    process.kill(pidOf('helm-controller')!, 'SIGKILL');
    const ended = await ticket;
    expect(ended.code, ended.stderr.slice(-3000)).toBe(0);
  });
});

describe('what answers wrongly', () => {
  test('a registry that answers 500 for a while', async () => {
    await catalyst.run([
      'lab',
      'fault',
      'status',
      '--status',
      '500',
      '--server',
      'registry',
      '--count',
      '3',
      '--lab',
      catalyst.lab,
    ]);
    const ended = await catalyst.run(['ticket', 'run', '379', '--lab', catalyst.lab]);
    expect(ended.code, ended.stderr.slice(-3000)).toBe(0);
  });

  test('a webhook that refuses is named, and once it is gone the ticket is proven', async () => {
    await apply(lab.kubeconfigs.sovereign, refusing);
    const refused = await catalyst.run(['ticket', 'run', '380', '--lab', catalyst.lab, '--timeout', '60s']);
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('refuses.example.org');
    await kubectlText(lab.kubeconfigs.sovereign, ['delete', 'validatingwebhookconfiguration', refusing.metadata.name]);
    const ended = await catalyst.run(['ticket', 'run', '380', '--lab', catalyst.lab]);
    expect(ended.code, ended.stderr.slice(-3000)).toBe(0);
  });
});

describe('who asks', () => {
  test('a role that lacks one verb: the error names verb and resource', async () => {
    for (const object of almostEverything) await apply(lab.kubeconfigs.sovereign, object);
    const { status } = await kubectl<{ status: { token: string } }>(lab.kubeconfigs.sovereign, [
      ...['create', 'token', 'almost', '-n', 'default'],
    ]);
    const file = await kubeconfig('almost', { token: status.token });
    const { code, stderr } = await runWith(file);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/cannot (patch|create) resource "helmreleases"/);
  });

  test('an expired client certificate is told as one', async () => {
    const pki = (name: string) => readFileSync(join(engines(), sovereign()!, 'pki', name), 'utf8');
    const day = 86_400_000;
    const credentials = await issueCertificate(
      {
        commonName: 'late',
        organization: 'system:masters',
        notBefore: new Date(Date.now() - 2 * day),
        notAfter: new Date(Date.now() - day),
      },
      { certificate: pki('ca.crt'), key: pki('ca.key') },
    );
    const file = await kubeconfig('late', credentials);
    const { code, stderr } = await runWith(file);
    expect([4, 5]).toContain(code);
    expect(stderr).toMatch(/expired|Unauthorized|credentials/i);
  });
});

/** As on a Sovereign that is no lab of ours to name, with credentials of its own: with --lab a kubeconfig of somebody else is refused. */
async function runWith(kubeconfig: string) {
  const { spec, kubeconfigs, credentials } = lab;
  const real = catalystAtHome('faults-real', {
    XDG_STATE_HOME: catalyst.home,
    XDG_CONFIG_HOME: join(catalyst.home, 'config'),
    HCLOUD_TOKEN: credentials['hcloud-token']!,
    AWS_ACCESS_KEY_ID: credentials['s3-access-key']!,
    AWS_SECRET_ACCESS_KEY: credentials['s3-secret-key']!,
    CATALYST_REGISTRY_TOKEN: credentials['registry-token']!,
  });
  const files = ['--kubeconfig', kubeconfig, '--mother-kubeconfig', kubeconfigs.mother];
  const state = join(dirname(spec), 'state');
  const ended = await real.run(['ticket', 'run', '382', '--spec', spec, '--state-dir', state, ...files]);
  rmSync(real.home, { recursive: true });
  return ended;
}

async function kubeconfig(name: string, credentials: Parameters<typeof kubeconfigText>[0]['credentials']) {
  const file = join(catalyst.home, `${name}.kubeconfig`);
  const authority = readFileSync(join(engines(), sovereign()!, 'pki', 'ca.crt'), 'utf8');
  writeFileSync(file, kubeconfigText({ name, server: lab.endpoints['sovereign']!, authority, credentials }), {
    mode: 0o600,
  });
  return file;
}

const refusing = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'refuses' },
  webhooks: [
    {
      name: 'refuses.example.org',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      timeoutSeconds: 2,
      rules: [
        {
          apiGroups: ['helm.toolkit.fluxcd.io'],
          apiVersions: ['*'],
          resources: ['helmreleases'],
          operations: ['CREATE'],
        },
      ],
      clientConfig: { url: 'https://127.0.0.1:1/refuse' },
    },
  ],
};

const almostEverything = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'almost', namespace: 'default' } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'almost' },
    rules: [
      { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
      {
        apiGroups: ['', 'apps', 'batch', 'source.toolkit.fluxcd.io', 'rbac.authorization.k8s.io'],
        resources: ['*'],
        verbs: ['*'],
      },
      { apiGroups: ['helm.toolkit.fluxcd.io'], resources: ['*'], verbs: ['create', 'delete', 'update'] },
      { nonResourceURLs: ['*'], verbs: ['get'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'almost' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'almost' },
    subjects: [{ kind: 'ServiceAccount', name: 'almost', namespace: 'default' }],
  },
];
