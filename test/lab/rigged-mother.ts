/**
 * A mother full of look-alikes: names that contain, begin or end with the Sovereign's, dots in other places, other case, other
 * Sovereigns, and the FQDN in a demo's list of origins. None of it is the Sovereign's; all of it must be the same afterwards.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const fqdn = 'omantel.omani.works';
const label = 'catalyst.openova.io/sovereign';

interface Item {
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string>; uid?: string; annotations?: object };
  spec?: unknown;
  data?: unknown;
  rules?: unknown;
}

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
  exists(kind: string, name: string): Promise<boolean>;
  resume(name: string): Promise<void>;
}

export interface RiggedPlace {
  /** Of the lab's mother. */
  kubeconfig: string;
  /** Folder of the lab's claims. */
  claims: string;
}

/** Plants everything. */
export async function rigMother(place: RiggedPlace): Promise<RiggedMother> {
  const { kubectl, claim, merge } = toolsOf(place);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(claim, path)), { recursive: true });
    writeFileSync(join(claim, path), text);
  }
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [...foreign, own] }));
  await merge('sme-services', {
    postBuild: { substitute: { CORS_ORIGINS: `https://console.openova.io,https://console.${fqdn}` } },
  });
  return readRig(place);
}

function toolsOf({ kubeconfig, claims }: RiggedPlace) {
  const kubectl = async (args: readonly string[], input?: string) => {
    const child = run('kubectl', ['--kubeconfig', kubeconfig, ...args], { maxBuffer: 64 << 20 });
    child.child.stdin?.end(input ?? '');
    return (await child).stdout;
  };
  const merge = (name: string, spec: object) =>
    kubectl(['patch', 'kustomization', name, '-n', 'flux-system', '--type=merge', '-p', JSON.stringify({ spec })]);
  return { kubectl, merge, claim: join(claims, 'catalyst', 'catalyst-api-deployments') };
}

/** Reads what was planted, and what lives beside it. */
export function readRig(place: RiggedPlace): RiggedMother {
  const { kubectl, claim, merge } = toolsOf(place);
  const namespaces = 'sme marketplace website talentmesh stalwart tenant-bakkal openova-system'.split(' ');
  const kinds = 'deployments,services,configmaps,secrets,serviceaccounts,ingresses,middlewares.traefik.io,certificates';
  return {
    async state() {
      const lists = await Promise.all([
        ...namespaces.map((namespace) => kubectl(['get', kinds, '-n', namespace, '-o', 'json'])),
        kubectl(['get', 'kustomizations', '-n', 'flux-system', '-o', 'json']),
        kubectl(['get', 'secret,configmap', '-n', 'catalyst', '-o', 'json']),
      ]);
      const wanted = new Set(foreign.map(({ metadata }) => metadata.name));
      const items = lists
        .flatMap((text) => (JSON.parse(text) as { items: Item[] }).items)
        .filter(({ metadata: { namespace = '', name } }) => {
          if (namespace === 'catalyst') return wanted.has(name);
          return namespace !== 'flux-system' || !['omantel-own', 'catalyst-platform'].includes(name);
        });
      const objects = items.map(({ kind, metadata, spec, data, rules }) => [
        `${kind} ${metadata.namespace}/${metadata.name}`,
        JSON.stringify([metadata.uid, metadata.labels, metadata.annotations, spec, data, rules]),
      ]);
      const kept = Object.keys(files).map((path) => [path, readIfThere(join(claim, path))]);
      const others = filesIn(claim).filter((path) => path.includes('ce476aaf80731a46'));
      const otech = others.map((path) => [path, readIfThere(join(claim, path))]);
      return Object.fromEntries([...objects, ...kept, ...otech]) as Record<string, string>;
    },
    exists: async (kind, name) =>
      (await kubectl(['get', kind, '-n', 'flux-system', '--ignore-not-found', '-o', 'name', name])).trim() !== '',
    resume: async (name) => void (await merge(name, { suspend: false })),
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
