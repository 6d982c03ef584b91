/** Whose a Flux object on the mother is, among look-alikes in every field where the FQDN may turn up. */
import { describe, expect, it } from 'vitest';
import { foldJournal } from '../../../../src/engine/journal-state.js';
import { openHandover } from '../../../../src/handover/handover.js';
import { eraseRetained } from '../../../../src/handover/mother/erase.js';
import { sortReconcilers, suspend, toFreeze } from '../../../../src/handover/mother/freeze.js';
import { neighborOf, requireOwnRedirect } from '../../../../src/handover/mother/redirect.js';
import { changesOnMother } from '../../../../src/handover/mother/undo/mother-changes.js';
import { abortHandover } from '../../../../src/handover/steps/abort.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { discoverCatalyst } from '../../../../src/mother/discover.js';
import { mentionsName, nameOfObject, ownershipOf } from '../../../../src/mother/protected/ownership.js';
import { type MemoryCluster, memoryCluster, motherCluster, rig, sovereign } from '../../handover/rig.js';

const fqdn = 'omantel.omani.works';
const kustomization = (name: string, spec: object, inventory: string[] = [], labels = {}): KubeObject => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'flux-system', labels },
  spec,
  status: { inventory: { entries: inventory.map((id) => ({ id, v: 'v1' })) } },
});
const source = (name: string, url: string): KubeObject => ({
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  metadata: { name, namespace: 'flux-system' },
  spec: { url },
});
const reads = (name: string) => ({ sourceRef: { kind: 'GitRepository', name } });
const labeled = { 'catalyst.openova.io/sovereign': fqdn };
const substitute = (value: string) => ({ postBuild: { substitute: { SOVEREIGN_FQDN: value } } });

const own = [
  kustomization('by-path', { path: `./clusters/${fqdn}/apps` }),
  kustomization('by-label', { path: './x' }, ['sovereign-omantel_app_apps_Deployment'], labeled),
  kustomization('by-variable', substitute(fqdn)),
  kustomization('by-cluster', { kubeConfig: { secretRef: { name: `sovereign-${fqdn}-kubeconfig` } } }, [
    'openova-system_x_apps_Deployment',
  ]),
  source('own-git', `https://gitea.${fqdn}/sovereign/fleet.git`),
];
const protectedOnes = [
  kustomization(
    'sme-services',
    {
      path: './products/catalyst/chart/templates/sme-services',
      ...reads('openova-public'),
      postBuild: { substitute: { CORS_ORIGINS: `https://console.openova.io,https://console.${fqdn}` } },
    },
    ['sme_console_apps_Deployment', '_sme__Namespace'],
  ),
  kustomization('labeled-demo', { path: `./clusters/${fqdn}` }, ['tenant-bakkal_shop_apps_Deployment'], labeled),
  kustomization('applies-demos', { path: `./clusters/${fqdn}` }, [
    'flux-system_sme-services_kustomize.toolkit.fluxcd.io_Kustomization',
  ]),
  kustomization('into-demo', { path: `./clusters/${fqdn}`, targetNamespace: 'marketplace' }),
  kustomization('applies-catalyst', { path: `./clusters/${fqdn}` }, ['catalyst_catalyst-ui_apps_Deployment']),
  source('openova-public', `https://gitea.${fqdn}/mirror.git`),
  kustomization('waited-for', { path: `./clusters/${fqdn}` }),
  kustomization('waiting-demo', { path: './demos', dependsOn: [{ name: 'waited-for' }] }, ['sme_x_apps_Deployment']),
];
const foreign = [
  kustomization('prefix', { path: './clusters/newomantel.omani.works' }),
  kustomization('suffix', { path: './clusters/omantel.omani.works.example/x' }),
  kustomization('wildcard', { path: './clusters/omantel-omani.works' }),
  kustomization('case', { path: './clusters/Omantel.omani.works' }),
  kustomization('deeper', { path: `./archive/clusters/${fqdn}` }),
  kustomization('contradicting', { path: `./clusters/${fqdn}`, ...substitute('otech.omani.works') }),
  kustomization('other-label', { path: `./clusters/${fqdn}` }, [], {
    'catalyst.openova.io/sovereign': 'newomantel.omani.works',
  }),
  kustomization('text-only', { postBuild: { substitute: { ORIGINS: `https://console.${fqdn}` } } }),
  source('shared-git', `https://git.openova.io/clusters/${fqdn}/fleet.git`),
  kustomization('leads-out', { path: `./clusters/${fqdn}/../otech.omani.works` }),
  kustomization('of-another', { path: './clusters/otech.omani.works', ...reads('read-by-another') }),
  source('read-by-another', `https://gitea.${fqdn}/shared.git`),
];
const names = (objects: readonly KubeObject[]) => objects.map((object) => object.metadata.name).sort();

function rigged(): MemoryCluster {
  const mother = motherCluster({
    inventory: () => ({ ids: [], count: 0, total: 0, rows: [], inFlight: [], hash: 'h' }),
  });
  for (const object of [...own, ...protectedOnes, ...foreign])
    mother.objects.set(nameOfObject(object), structuredClone(object));
  return mother;
}
const noZone = (call: string) => {
  if (call.endsWith('/zones')) return { headers: { 'content-type': 'application/json' }, text: '[]' };
  return call.includes('/zones/') ? { status: 404 } : undefined;
};

describe('a name in a text', () => {
  it.each([
    [`https://console.${fqdn}/`, true],
    [`see ${fqdn}.`, true],
    [fqdn.toUpperCase(), true],
    ['newomantel.omani.works', false],
    ['omantel.omani.works.example', false],
    ['omantelXomani.works', false],
    ['omantel-omani.works', false],
  ])('%s is a mention: %s', (text, is) => expect(mentionsName(text, fqdn)).toBe(is));
});

describe("this Sovereign's Flux objects on the mother", () => {
  it('are those that ownership fields name exactly, and none that reconciles a demo or catalyst', async () => {
    const { world } = rig(rigged(), memoryCluster([]), noZone);
    const sorted = await sortReconcilers(world);
    expect(names(sorted.own)).toEqual(names(own));
    expect(sorted.leftAlone.map(({ object }) => object.metadata.name).sort()).toEqual(
      [
        ...names(protectedOnes).filter((name) => name !== 'waiting-demo'),
        ...[
          'case',
          'contradicting',
          'deeper',
          'leads-out',
          'other-label',
          'read-by-another',
          'shared-git',
          'text-only',
        ],
      ].sort(),
    );
    const why = (name: string) => sorted.leftAlone.find(({ object }) => object.metadata.name === name)?.why;
    expect(why('sme-services')).toMatch(/protected set: it applies Deployment sme\/console/);
    expect(why('openova-public')).toMatch(/sme-services reads it/);
    expect(why('contradicting')).toMatch(/another Sovereign/);
    expect(why('read-by-another')).toMatch(/Kustomization flux-system\/of-another uses it/);
    expect(why('waited-for')).toMatch(/protected set: .*waiting-demo reads it/);
  });

  it('alone are suspended and deleted; everything else stays, field by field', async () => {
    const mother = rigged();
    const before = structuredClone(new Map(mother.objects));
    const { world, context } = rig(mother, memoryCluster([]), noZone);
    for (const object of await toFreeze(world)) await suspend(mother.kube, object, 'run12345');
    // an administrator resumes one: deleted while active, Flux would prune what it applies
    mother.objects.get('Kustomization flux-system/by-cluster')!.spec.suspend = false;
    let active = 0;
    mother.onWrite = ((next) => (verb, object) => {
      if (verb === 'delete' && object.kind === 'Kustomization' && object.spec.suspend !== true) active += 1;
      next?.(verb, object);
    })(mother.onWrite);
    await eraseRetained(await openHandover(world, context));
    expect(active).toBe(0);
    for (const object of own) expect(mother.objects.has(nameOfObject(object))).toBe(false);
    for (const object of [...protectedOnes, ...foreign])
      expect(mother.objects.get(nameOfObject(object))).toEqual(before.get(nameOfObject(object)));
  });

  it('are restored by abort exactly as they were, `suspend: false` included', async () => {
    const mother = rigged();
    mother.objects.get('Kustomization flux-system/by-path')!.spec.suspend = false;
    const before = structuredClone(new Map(mother.objects));
    const { world, context } = rig(mother, memoryCluster([]), noZone);
    for (const object of await toFreeze(world)) await suspend(mother.kube, object, 'run12345');
    await abortHandover(world, { journal: () => foldJournal([]) }).run(context);
    for (const object of own) {
      const { metadata, spec } = mother.objects.get(nameOfObject(object))!;
      expect({ ...metadata, annotations: undefined }).toEqual({
        ...before.get(nameOfObject(object))!.metadata,
        annotations: undefined,
      });
      expect(Object.keys(metadata.annotations ?? {})).toEqual([]);
      expect(spec).toEqual(before.get(nameOfObject(object))!.spec);
    }
  });

  it('are not called resumed by abort when one of them may not be resumed any more', async () => {
    const mother = rigged();
    const { world, context } = rig(mother, memoryCluster([]), noZone);
    for (const object of await toFreeze(world)) await suspend(mother.kube, object, 'run12345');
    const reader = kustomization('came-later', { path: './clusters/otech.omani.works', ...reads('own-git') });
    mother.objects.set(nameOfObject(reader), reader);
    const abort = abortHandover(world, { journal: () => foldJournal([]) });
    await abort.run(context);
    expect(await abort.isDone(context)).toEqual({ done: false });
    await expect(abort.proof(context)).rejects.toMatchObject({
      code: 'E4009',
      message: expect.stringMatching(/suspended GitRepository flux-system\/own-git .*came-later uses it/),
    });
    expect(await changesOnMother(world, undefined)).toEqual([
      'Flux GitRepository flux-system/own-git is marked by the handover and suspended',
    ]);
  });

  it('own a Secret, a ProvisioningState and a redirect by the whole FQDN only', () => {
    const secret = (name: string) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'catalyst' } });
    expect(ownershipOf(secret(`sovereign-${fqdn}-kubeconfig`), fqdn)).toBe('own');
    expect(ownershipOf(secret(`sovereign-new${fqdn}-kubeconfig`), fqdn)).toBe('other');
    const state = (sovereignFQDN: string) => ({
      ...{ apiVersion: 'catalyst.openova.io/v1alpha1', kind: 'ProvisioningState', metadata: { name: 'x' } },
      spec: { sovereignFQDN },
    });
    expect(ownershipOf(state(fqdn), fqdn)).toBe('own');
    expect(ownershipOf(state(`${fqdn}.example`), fqdn)).toBe('other');
  });
});

describe('several objects for one role', () => {
  const stops = async (mother: MemoryCluster, names: RegExp) =>
    expect(discoverCatalyst(mother.kube, sovereign())).rejects.toMatchObject({
      code: 'E5010',
      exitCode: 7,
      message: expect.stringMatching(names),
    });
  const deployment = (mother: MemoryCluster) => mother.objects.get('Deployment catalyst/catalyst-api')!;

  it('stop the run: two Deployments on one claim', async () => {
    const mother = motherCluster({});
    const second = structuredClone(deployment(mother));
    second.metadata.name = 'catalyst-api-next';
    mother.objects.set(nameOfObject(second), second);
    await stops(mother, /catalyst-api.*catalyst-api-next/);
  });

  it('stop the run: two claims, none of them the one of the spec', async () => {
    const mother = motherCluster({});
    deployment(mother).spec.template.spec.volumes = ['a', 'b'].map((claimName) => ({
      name: claimName,
      persistentVolumeClaim: { claimName },
    }));
    await stops(mother, /a, b/);
  });

  it('stop the run: two Kustomizations that apply catalyst-api', async () => {
    const mother = motherCluster({});
    const second = structuredClone(mother.objects.get('Kustomization flux-system/catalyst-platform')!);
    second.metadata.name = 'catalyst';
    mother.objects.set(nameOfObject(second), second);
    await stops(mother, /catalyst-platform.*flux-system\/catalyst/);
  });

  it('stop the run: two Ingresses for /sovereign; a longer path is another one', async () => {
    const serving = (name: string, path: string): KubeObject => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, namespace: 'catalyst' },
      spec: { rules: [{ host: 'console.openova.io', http: { paths: [{ path, backend: {} }] } }] },
    });
    const mother = memoryCluster([serving('console-sovereign', '/sovereign'), serving('docs', '/sovereign-docs')]);
    const { world } = rig(mother, memoryCluster([]), noZone);
    expect((await neighborOf(world, mother.kube)).metadata.name).toBe('console-sovereign');
    mother.objects.set('second', serving('second', '/sovereign/'));
    await expect(neighborOf(world, mother.kube)).rejects.toMatchObject({ code: 'E5010' });
  });

  it('and a redirect of the same slug that is another Sovereign’s is not written to', async () => {
    const mother = memoryCluster([
      {
        ...{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
        metadata: {
          ...{ name: 'catalyst-sovereign-redirect-omantel-omani-works', namespace: 'catalyst' },
          labels: { 'catalyst.openova.io/sovereign': 'omantel-omani.works' },
        },
      },
    ]);
    const { world } = rig(mother, memoryCluster([]), noZone);
    await expect(requireOwnRedirect(world, mother.kube)).rejects.toMatchObject({ code: 'E5011', exitCode: 7 });
  });
});
