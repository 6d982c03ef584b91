/**
 * A mother full of look-alikes: names that contain, begin or end with the Sovereign's, dots in other places, other case, other
 * Sovereigns, and the FQDN in a demo's list of origins. None of it is the Sovereign's; all of it must be the same afterwards.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Kube, KubeWriter } from '../../src/kubernetes/client/kube.js';
import { createKube } from '../../src/kubernetes/client/kube-client.js';
import { systemClock } from '../../src/support/clock.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createBinaries } from '../../src/tools/exec/binaries.js';
import { createExec } from '../../src/tools/exec/exec.js';

const fqdn = 'omantel.omani.works';
const label = 'catalyst.openova.io/sovereign';

/** Records, work directories and kubeconfigs on the claim, by path. */
const record = (id: string, name: string) => JSON.stringify({ id, status: 'ready', request: { sovereignFQDN: name } });
const files: Record<string, string> = {
  'deployments/cccccccc00000001.json': record('cccccccc00000001', `new${fqdn}`),
  'deployments/cccccccc00000002.json': record('cccccccc00000002', `${fqdn}.example`),
  'deployments/cccccccc00000003.json': record('cccccccc00000003', 'omantel-omaniXworks'),
  'deployments/cccccccc00000004.json': record('cccccccc00000004', 'Omantel.omani.works'),
  'deployments/cccccccc00000005.json': JSON.stringify({
    id: 'cccccccc00000005',
    request: { sovereignFQDN: 'otech.omani.works' },
    clonedFrom: { sovereignFQDN: fqdn },
  }),
  'deployments/index.json': JSON.stringify([{ sovereignFQDN: fqdn }, { sovereignFQDN: 'otech.omani.works' }]),
  'kubeconfigs/cccccccc00000001.yaml': `server: https://new${fqdn}:6443\n# cloned from ${fqdn}\n`,
  'tofu/newomantel-omani-works/terraform.tfstate': JSON.stringify({ from: fqdn }),
  'audit.log': `created ${fqdn}\ncreated otech.omani.works\n`,
};

const kustomization = (name: string, spec: object, labels = {}) => ({
  apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
  kind: 'Kustomization',
  metadata: { name, namespace: 'flux-system', labels },
  spec: {
    ...{ interval: '1h', path: './products/none', prune: true, suspend: false },
    ...{ sourceRef: { kind: 'GitRepository', name: 'openova-public' } },
    ...spec,
  },
});
const foreign = [
  kustomization('newomantel', { path: `./clusters/new${fqdn}` }),
  kustomization('omantel-example', { path: `./clusters/${fqdn}.example` }),
  kustomization('omantel-dash', { path: './clusters/omantel-omani.works' }),
  kustomization('omantel-case', { path: './clusters/Omantel.omani.works' }),
  kustomization('omantel-label', { path: `./clusters/${fqdn}` }, { [label]: `new${fqdn}` }),
  kustomization(
    'omantel-origins',
    { postBuild: { substitute: { ORIGINS: `https://console.${fqdn}` } } },
    { [label]: 'otech.omani.works' },
  ),
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `sovereign-new${fqdn}-kubeconfig`, namespace: 'catalyst' },
    stringData: { kubeconfig: `server: https://new${fqdn}:6443 # beside ${fqdn}` },
  },
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'otech', namespace: 'catalyst', labels: { [label]: 'otech.omani.works' } },
    data: { origins: `https://console.${fqdn}` },
  },
];
/** Exactly the Sovereign's: this one is to go. */
const own = kustomization('omantel-own', { path: `./clusters/${fqdn}`, suspend: false });

export interface RiggedMother {
  /** Everything of the demos and of other Sovereigns: objects without what controllers change, and files. */
  state(): Promise<Record<string, string>>;
  /** Whether a Kustomization is suspended; undefined when it is gone. */
  suspended(name: string): Promise<boolean | undefined>;
  resume(name: string): Promise<void>;
  /** Annotates a demo, or takes the annotation away. */
  annotate(value: string | null): Promise<void>;
}

export interface RiggedPlace {
  /** Of the lab's mother. */
  kubeconfig: string;
  /** Folder of the lab's claims. */
  claims: string;
}

const kustomizationOf = (name: string) => ({
  ...{ apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
  ...{ namespace: 'flux-system', name },
});
const namespaces = 'sme marketplace website talentmesh stalwart tenant-bakkal openova-system'.split(' ');
const kinds = [
  ...['Service', 'ConfigMap', 'Secret', 'ServiceAccount'].map((kind) => ({ apiVersion: 'v1', kind })),
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' },
  { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
  { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' },
];
const planted = new Set(foreign.map(({ metadata }) => metadata.name));

/** Plants everything. */
export async function rigMother(place: RiggedPlace): Promise<RiggedMother> {
  const { kube, claim } = toolsOf(place);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(claim, path)), { recursive: true });
    writeFileSync(join(claim, path), text);
  }
  await kube.apply([...foreign, own]);
  const CORS_ORIGINS = `https://console.openova.io,https://console.${fqdn}`;
  await kube.patch(kustomizationOf('sme-services'), { spec: { postBuild: { substitute: { CORS_ORIGINS } } } });
  return readRig(place);
}

function toolsOf({ kubeconfig, claims }: RiggedPlace): { kube: Kube & KubeWriter; claim: string } {
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: {}, cacheDir: join(dirname(kubeconfig), 'binaries') });
  const { signal } = new AbortController();
  return {
    kube: createKube({ kubeconfig, kubectl: () => binaries.path('kubectl'), exec, clock: systemClock, signal }),
    claim: join(claims, 'catalyst', 'catalyst-api-deployments'),
  };
}

/** Reads what was planted, and what lives beside it. */
function readRig(place: RiggedPlace): RiggedMother {
  const { kube, claim } = toolsOf(place);
  return {
    async state() {
      const lists = await Promise.all(kinds.map((kind) => kube.list(kind)));
      const wanted = lists.flat().filter(({ metadata: { namespace = '', name } }) => {
        const isFlux = namespace === 'flux-system' && !['omantel-own', 'catalyst-platform'].includes(name);
        return namespaces.includes(namespace) || isFlux || (namespace === 'catalyst' && planted.has(name));
      });
      const objects = wanted.map(({ kind, metadata, status: _status, ...content }) => [
        `${kind} ${metadata.namespace}/${metadata.name}`,
        JSON.stringify([metadata.uid, metadata.labels ?? {}, metadata.annotations ?? {}, content]),
      ]);
      const others = filesIn(claim).filter((path) => path.includes('ce476aaf80731a46'));
      const texts = [...Object.keys(files), ...others].map((path) => [path, readIfThere(join(claim, path))]);
      return Object.fromEntries([...objects, ...texts]) as Record<string, string>;
    },
    async suspended(name) {
      const object = await kube.get(kustomizationOf(name));
      return object && object.spec?.suspend === true;
    },
    resume: async (name) => void (await kube.patch(kustomizationOf(name), { spec: { suspend: false } })),
    async annotate(value) {
      const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'sme', name: 'sme-services-config' };
      await kube.patch(config, { metadata: { annotations: { drifted: value } } });
    },
  };
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return 'gone';
  }
}

const filesIn = (root: string) =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
