import { expect, it } from 'vitest';
import { renderTree } from '../../../src/blueprints/render/render.js';
import type { Sovereign } from '../../../src/sovereign/spec/schema.js';
import { blueprints, omantel } from './rig.js';

async function valuesOf(name: string, change?: (spec: Sovereign['spec']) => Partial<Sovereign['spec']>) {
  const tree = renderTree(omantel(change), await blueprints());
  const objects = tree.folder(name)!.files.flatMap((file) => file.objects);
  return objects.find(({ kind }) => kind === 'HelmRelease')!.spec.values;
}

const three = () => ({ profile: 'ha' as const });

it('three raft members are on three nodes, one waits for no other', async () => {
  const { server } = await valuesOf('bp-openbao', three);
  expect(server.ha.replicas).toBe(3);
  expect(server.affinity).toContain('requiredDuringSchedulingIgnoredDuringExecution');
  expect((await valuesOf('bp-openbao')).server.affinity).toBe('');
});

it('is reachable from outside by choice of the spec alone', async () => {
  expect((await valuesOf('bp-openbao')).server.ingress.enabled).toBe(false);
  const chosen = await valuesOf('bp-openbao', () => ({
    blueprints: { 'bp-openbao': { values: { server: { ingress: { enabled: true } } } } },
  }));
  expect(chosen.server.ingress).toMatchObject({ enabled: true, hosts: [{ host: 'bao.omantel.omani.works' }] });
});

it('neither the unseal key nor what opens its sealed copy is in the backups of Velero', async () => {
  const excluded = { 'velero.io/exclude-from-backup': 'true' };
  const openbao = (await blueprints()).find(({ name }) => name === 'bp-openbao')!;
  expect(openbao.secrets.find(({ name }) => name === 'openbao-unseal')?.labels).toEqual(excluded);
  expect((await valuesOf('bp-sealed-secrets')).privateKeyLabels).toEqual(excluded);
});
