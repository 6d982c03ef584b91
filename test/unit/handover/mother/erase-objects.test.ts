/** Which objects on the mother a decommission deletes: those whose ownership fields name this Sovereign alone, and nothing of anybody else. */
import { describe, expect, it } from 'vitest';
import { eraseObjects, ownObjects } from '../../../../src/handover/mother/erase-objects.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { erasableOf } from '../../../../src/mother/protected/erasable.js';
import { factsOf, readMotherFacts } from '../../../../src/mother/protected/mother-facts.js';
import { nameOfObject } from '../../../../src/mother/protected/ownership.js';
import { protection } from '../../../../src/mother/protected/protected-set.js';
import { memoryCluster, motherCluster, rig, sovereign } from '../rig.js';

const fqdn = 'omantel.omani.works';
const labels = { 'catalyst.openova.io/sovereign': fqdn };

const object = (kind: string, name: string, more: Record<string, unknown> = {}, metadata = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'tools', labels, ...metadata },
  ...more,
});

const own = [
  object('Secret', 'hers'),
  object('ConfigMap', 'hers'),
  object('HelmRepository', 'hers'),
  object('ProvisioningState', 'hers', { spec: { sovereignFQDN: fqdn } }, { labels: {} }),
];
const others = [
  object('Secret', 'of-a-demo', {}, { namespace: 'sme' }),
  object('Secret', 'of-dns', {}, { namespace: 'openova-system' }),
  object('Secret', 'of-another', {}, { labels: { 'catalyst.openova.io/sovereign': 'otech.omani.works' } }),
  object('Secret', 'mentions', { data: { a: btoa(fqdn) } }, { labels: {} }),
  object('ProvisioningState', 'of-both', { spec: { sovereignFQDN: 'otech.omani.works' } }),
  object('ConfigMap', 'catalyst-sovereign-handover-omantel-omani-works', {}, { namespace: 'catalyst' }),
  object('Secret', 'of-a-controller', {}, { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'x' }] }),
  object('Deployment', 'runs'),
  object('PersistentVolumeClaim', 'stores'),
  object('Namespace', 'holds', {}, { namespace: undefined }),
  object('Ingress', 'routes'),
];

function mother() {
  const cluster = motherCluster({});
  for (const one of [...own, ...others])
    cluster.objects.set(`${one.kind} ${one.metadata.namespace ?? ''}/${one.metadata.name}`, one);
  return cluster;
}

/** Each has the label of this Sovereign, and each is used by what stays. */
const used = [
  object('Secret', 'in-a-pod'),
  object('Secret', 'pulls'),
  object('ConfigMap', 'in-a-cron-job'),
  object('ServiceAccount', 'runs-as'),
  object('ServiceAccount', 'reconciles-a-demo', {}, { namespace: 'flux-system' }),
  object('Role', 'of-another-binding'),
  object('RoleBinding', 'gives-rights', { subjects: [{ kind: 'ServiceAccount', name: 'of-another' }] }),
  object('HelmRepository', 'read-by-another', {}, { namespace: 'flux-system' }),
  object('Secret', 'served', {}, { namespace: 'edge' }),
];
const podSpec = {
  serviceAccountName: 'runs-as',
  imagePullSecrets: [{ name: 'pulls' }],
  containers: [{ name: 'x', env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'in-a-pod', key: 'a' } } }] }],
};
const users = [
  object('Deployment', 'runs-for-all', { spec: { replicas: 0, template: { spec: podSpec } } }, { labels: {} }),
  object(
    'CronJob',
    'nightly',
    {
      spec: {
        jobTemplate: {
          spec: { template: { spec: { volumes: [{ name: 'v', configMap: { name: 'in-a-cron-job' } }] } } },
        },
      },
    },
    { labels: {} },
  ),
  object(
    'Kustomization',
    'of-another',
    { spec: { path: './clusters/otech.omani.works', sourceRef: { kind: 'HelmRepository', name: 'read-by-another' } } },
    { namespace: 'flux-system', labels: {} },
  ),
  object(
    'Kustomization',
    'sme-services',
    {
      spec: { serviceAccountName: 'reconciles-a-demo' },
      status: { inventory: { entries: [{ id: 'sme_shop_apps_Deployment' }] } },
    },
    { namespace: 'flux-system', labels: {} },
  ),
  object('RoleBinding', 'of-another', { roleRef: { kind: 'Role', name: 'of-another-binding' } }, { labels: {} }),
  object(
    'Ingress',
    'of-another',
    { spec: { rules: [{ host: 'console.otech.omani.works' }], tls: [{ secretName: 'served' }] } },
    { namespace: 'edge', labels: {} },
  ),
];

describe('the objects that a decommission deletes', () => {
  it('are none that something else uses, whatever their label says', async () => {
    const cluster = mother();
    for (const one of [...used, ...users])
      cluster.objects.set(`${one.kind} ${one.metadata.namespace}/${one.metadata.name}`, one);
    const { world, context } = rig(cluster, memoryCluster([]), () => undefined);
    expect((await ownObjects(world)).map(nameOfObject).sort()).toEqual(own.map(nameOfObject).sort());
    await eraseObjects(world, context.act);
    for (const one of [...used, ...users]) expect([...cluster.objects.values()]).toContain(one);
    const facts = await readMotherFacts(cluster.kube, sovereign());
    const protects = protection(sovereign(), 'run', () => facts);
    for (const { kind, metadata } of used) {
      const target = { system: 'mother' as const, kind, namespace: metadata.namespace, name: metadata.name };
      expect(protects({ target, verb: 'delete' }), metadata.name).toBeDefined();
    }
  });

  it('are those of this Sovereign alone', async () => {
    const { world } = rig(mother(), memoryCluster([]), () => undefined);
    expect((await ownObjects(world)).map(nameOfObject).sort()).toEqual(own.map(nameOfObject).sort());
  });

  it('go, and everything else stays', async () => {
    const cluster = mother();
    const { world, context, acts } = rig(cluster, memoryCluster([]), () => undefined);
    const before = cluster.objects.size;
    await eraseObjects(world, context.act);
    expect(before - cluster.objects.size).toBe(own.length);
    for (const one of others) expect([...cluster.objects.values()]).toContain(one);
    expect(acts).toContain('delete Secret tools/hers on the mother: its ownership fields name this Sovereign alone');
  });

  it('are the only ones that the gate lets go', () => {
    const all = [...own, ...others];
    const nothing = { reconcilers: [], routes: [], middlewares: [], certificates: [], named: [] };
    const facts = factsOf(sovereign(), nothing);
    const erasable = new Set(erasableOf(sovereign(), all, facts.guarded).map(nameOfObject));
    const protects = protection(sovereign(), 'run', () => ({ ...facts, erasable }));
    const refused = (one: KubeObject) => {
      const { name, namespace } = one.metadata;
      return protects({ target: { system: 'mother', kind: one.kind, namespace, name }, verb: 'delete' });
    };
    expect(own.map(refused)).toEqual(own.map(() => undefined));
    const unread = protection(sovereign(), 'run', () => facts);
    const target = { system: 'mother', kind: 'Secret', namespace: 'tools', name: 'hers' } as const;
    expect(unread({ target, verb: 'delete' })).toMatch(/not among what/);
    // the record of the handover has a row of its own
    for (const one of others.filter(({ metadata }) => metadata.namespace !== 'catalyst'))
      expect(refused(one), nameOfObject(one)).toBeDefined();
    const patch = { system: 'mother', kind: 'Secret', namespace: 'tools', name: 'hers' } as const;
    expect(protects({ target: patch, verb: 'patch', fields: ['data'] })).toMatch(/not by patch/);
  });
});
