/** After the walk: the real Crossplane, its packages, and claims as the tree's Compositions have them. */
import { describe, expect, test } from 'vitest';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { hasClaims } from '../../../lab/src/engines/real-parts.js';
import { createHetznerApi } from '../../../src/hetzner/api/create-api.js';
import type { LabInfo } from '../../lab/catalyst.js';
import { apply, fqdn, isRunning, kubectl, kubectlText, until } from '../rig.js';

interface Workspace {
  metadata: { name: string; labels: Record<string, string> };
  spec: {
    providerConfigRef: { name: string };
    forProvider: { module: string; vars: { key: string; value: string }[]; env?: { name: string }[] };
  };
}
const isComposed = hasClaims(findEngines(process.env));

export function crossplane(lab: () => LabInfo): void {
  describe.runIf(isComposed)('the real Crossplane', () => {
    const claim = (kind: string, name: string, parameters: object, more: object = {}) => ({
      apiVersion: 'compose.openova.io/v1alpha1',
      kind,
      metadata: { name, namespace: 'default' },
      spec: { parameters, ...more },
    });
    const composed = async (name: string) => {
      const of = ['workspaces.opentofu.upbound.io', '-l', `crossplane.io/claim-name=${name}`];
      return (await kubectl<{ items: Workspace[] }>(lab().kubeconfigs.sovereign, ['get', ...of])).items;
    };
    const asked = (kind: string, name: string, path: string) =>
      kubectlText(lab().kubeconfigs.sovereign, ['get', kind, name, '-o', `jsonpath={${path}}`]);
    const isSo = (type: string) => `.status.conditions[?(@.type=='${type}')].status`;
    const remove = (...of: string[]) =>
      kubectlText(lab().kubeconfigs.sovereign, ['delete', ...of, '--ignore-not-found']);

    test('pulled its packages, runs what they brought and offers what the tree defines', async () => {
      for (const program of ['crossplane', 'crossplane-rbac-manager', 'function-patch-and-transform'])
        expect(isRunning(lab(), program), program).toBe(true);
      for (const [kind, name] of [
        ['providers.pkg.crossplane.io', 'provider-opentofu'],
        ['functions.pkg.crossplane.io', 'function-patch-and-transform'],
      ] as const) {
        expect(await asked(kind, name, isSo('Installed')), name).toBe('True');
        expect(await asked(kind, name, isSo('Healthy')), name).toBe('True');
        // as our own never says it
        expect(await asked(kind, name, '.status.resolvedPackage')).toBe(await asked(kind, name, '.spec.package'));
      }
      for (const name of ['xnodepools.compose.openova.io', 'xloadbalancers.compose.openova.io']) {
        expect(await asked('xrd', name, isSo('Established')), name).toBe('True');
        expect(await asked('xrd', name, isSo('Offered')), name).toBe('True');
      }
    });

    test('composes what a claim asks for by the Composition of the tree, hands back what came of it, and takes it away', async () => {
      const { hetzner } = lab().endpoints;
      const token = lab().credentials['hcloud-token']!;
      const api = createHetznerApi({ token, endpoint: hetzner!, signal: AbortSignal.timeout(600_000) });
      const there = {
        servers: (await api.list('server')).map(({ name }) => name),
        balancers: (await api.list('load_balancer')).map(({ name }) => name),
      };
      const before = await kubectlText(lab().kubeconfigs.sovereign, ['get', 'nodes', '-o', 'name']);
      await apply(lab().kubeconfigs.sovereign, claim('NodePoolClaim', 'pool', { count: 2, serverType: 'cx53' }));
      await apply(
        lab().kubeconfigs.sovereign,
        claim('LoadBalancerClaim', 'edge', { listenPort: 443, targetPort: 31443, pool: 'workers' }),
      );
      try {
        await until(async () => (await composed('pool')).length === 1 && (await composed('edge')).length === 1);
        const [[pool], [edge]] = [await composed('pool'), await composed('edge')] as [[Workspace], [Workspace]];
        const vars = ({ spec }: Workspace) =>
          Object.fromEntries(spec.forProvider.vars.map((one) => [one.key, one.value]));
        const composite = ({ metadata }: Workspace) => metadata.labels['crossplane.io/composite'];
        expect(vars(pool)).toEqual({ pool: composite(pool), servers: '2', server_type: 'cx53', image: 'ubuntu-24.04' });
        expect(pool.spec.forProvider.env).toMatchObject([{ name: 'TF_VAR_user_data' }]);
        expect(vars(edge)).toEqual({
          ...{ name: composite(edge), type: 'lb11', listen_port: '443', target_port: '31443' },
          targets: 'catalyst.openova.io/pool=workers',
        });
        for (const { spec } of [pool, edge]) {
          expect(spec.providerConfigRef.name).toBe('hcloud');
          expect(spec.forProvider.module).toContain(`"catalyst.openova.io/sovereign":"${fqdn}"`);
        }
        for (const kind of ['nodepoolclaim/pool', 'loadbalancerclaim/edge'])
          await kubectlText(lab().kubeconfigs.sovereign, ['wait', kind, '--for=condition=Ready', '--timeout=60s']);
        const made = (await api.list('server')).filter(({ name }) => !there.servers.includes(name));
        const addresses = made.map(({ public_net }) => public_net.ipv4?.ip).sort();
        expect(addresses).toHaveLength(2);
        await until(async () => {
          const told = (await asked('nodepoolclaim', 'pool', '.status.addresses[*]')).split(' ');
          return told.sort().join() === addresses.join();
        });
        const balancer = (await api.list('load_balancer')).find(({ name }) => name === composite(edge));
        expect(balancer!.labels['catalyst.openova.io/sovereign']).toBe(fqdn);
        await until(
          async () => (await asked('loadbalancerclaim', 'edge', '.status.address')) === balancer!.public_net.ipv4.ip,
        );
        // what they were started with lets them in
        for (const { name } of made)
          await kubectlText(lab().kubeconfigs.sovereign, ['wait', `node/${name}`, '--for=condition=Ready']);
      } finally {
        await remove('nodepoolclaim/pool', 'loadbalancerclaim/edge');
      }
      await until(async () => (await composed('pool')).length + (await composed('edge')).length === 0);
      expect((await api.list('server')).map(({ name }) => name)).toEqual(there.servers);
      expect((await api.list('load_balancer')).map(({ name }) => name)).toEqual(there.balancers);
      await until(
        async () => (await kubectlText(lab().kubeconfigs.sovereign, ['get', 'nodes', '-o', 'name'])) === before,
      );
    });

    test('refuses what the tree does not offer, and tells what is wrong with a Composition', async () => {
      const tooMany = claim('NodePoolClaim', 'many', { count: 51, serverType: 'cx53' });
      await expect(apply(lab().kubeconfigs.sovereign, tooMany)).rejects.toThrow(/spec\.parameters\.count/);
      const broken = {
        apiVersion: 'apiextensions.crossplane.io/v1',
        kind: 'Composition',
        metadata: { name: 'broken' },
        spec: {
          compositeTypeRef: { apiVersion: 'compose.openova.io/v1alpha1', kind: 'XNodePool' },
          mode: 'Pipeline',
          pipeline: [
            {
              step: 'servers',
              functionRef: { name: 'function-patch-and-transform' },
              input: {
                apiVersion: 'pt.fn.crossplane.io/v1beta1',
                kind: 'Resources',
                resources: [{ name: 'servers', base: {}, patchs: [] }],
              },
            },
          ],
        },
      };
      await apply(lab().kubeconfigs.sovereign, broken);
      try {
        const chosen = { compositionRef: { name: 'broken' } };
        await apply(
          lab().kubeconfigs.sovereign,
          claim('NodePoolClaim', 'odd', { count: 0, serverType: 'cx53' }, chosen),
        );
        const why = "{.items[?(@.spec.compositionRef.name=='broken')].status.conditions[?(@.type=='Synced')].message}";
        await until(async () =>
          /unknown field "patchs"/.test(
            await kubectlText(lab().kubeconfigs.sovereign, ['get', 'xnodepools', '-o', `jsonpath=${why}`]),
          ),
        );
      } finally {
        await remove('nodepoolclaim/odd');
        await remove('composition/broken');
      }
      await until(
        async () => (await kubectlText(lab().kubeconfigs.sovereign, ['get', 'xnodepools', '-o', 'name'])) === '',
      );
    });
  });
}
