/** Both clusters, a Gitea, the DNS and the old console in memory, complete enough for every stage from PREPARED to DECOMMISSIONED. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '../../../lab/src/certificates.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { activeSealingKey } from '../../../src/blueprints/render/seal.js';
import type { Confirmation } from '../../../src/engine/confirmation.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { hashOf } from '../../../src/support/hash.js';
import type { Commit, Git, GitWriter } from '../../../src/tools/git/git.js';
import type { HttpAnswer, HttpChange, HttpRequest } from '../../../src/tools/http/http.js';
import { ids, type MemoryCluster, memoryCluster, motherCluster, type Rig, rig, sovereign } from './rig.js';

const fqdn = 'omantel.omani.works';

interface Repository {
  commits: (Commit & { files: Map<string, string> })[];
}

/** Organizations, repositories and tokens, with the calls of its API and the git operations that the handover uses. */
export interface MemoryGitea {
  organizations: Set<string>;
  repositories: Map<string, Repository>;
  tokens: Map<string, string>;
  answer(request: HttpRequest | HttpChange): Partial<HttpAnswer>;
  git: Git & GitWriter;
  /** Somebody else commits a file. */
  commit(author: string, path: string, text: string): string;
}

export function memoryGitea(): MemoryGitea {
  const gitea: MemoryGitea = {
    organizations: new Set(),
    repositories: new Map(),
    tokens: new Map(),
    answer: (request) => answer(gitea, request),
    git: memoryGit(() => [...gitea.repositories.values()][0]),
    commit(author, path, text) {
      const { commits } = [...gitea.repositories.values()][0]!;
      const files = new Map([...(commits[0]?.files ?? []), [path, text] as const]);
      return put(commits, { author: `${author} <${author}@omantel.example>`, own: false, files }, `add ${path}`);
    },
  };
  return gitea;
}

function put(
  commits: Repository['commits'],
  about: Pick<Commit, 'author' | 'own'> & { files: Map<string, string> },
  subject: string,
) {
  const sha = randomBytes(20).toString('hex');
  commits.unshift({ sha, at: '2026-11-22T10:00:00Z', subject, ...about });
  return sha;
}

function memoryGit(repository: () => Repository | undefined): Git & GitWriter {
  const commits = () => repository()?.commits ?? [];
  const own = { author: 'catalyst <catalyst@openova.io>', own: true };
  return {
    publish: async (_remote, _branch, files, message) => {
      const held = new Map(files.map(({ path, text }) => [path, text] as const));
      if (commits()[0] && hashOf([...commits()[0]!.files]) === hashOf([...held])) return commits()[0]!.sha;
      return put(commits(), { ...own, files: held }, message);
    },
    change: () => Promise.reject(new Error('no change expected')),
    head: async () => commits()[0]?.sha,
    read: async () => ({ sha: commits()[0]!.sha, files: commits()[0]!.files }),
    version: async () => 'git version 2.47.0',
    history: async () => commits().map(({ files, ...commit }) => commit),
    copyTo: async () => undefined,
    moveBack: async (_remote, _branch, from, to) => {
      if (commits()[0]?.sha !== from) throw new Error('the branch moved');
      while (commits()[0] && commits()[0]!.sha !== to) commits().shift();
    },
  };
}

function answer(gitea: MemoryGitea, request: HttpRequest | HttpChange): Partial<HttpAnswer> {
  const { url, method = 'GET', headers = {} } = request;
  const body = 'body' in request ? request.body : undefined;
  const path = new URL(url).pathname.replace('/api/v1', '');
  const [, room = '', first = '', second = '', third = ''] = path.split('/');
  const given = body === undefined ? {} : (JSON.parse(String(body)) as Record<string, string>);
  const is = (found: boolean) => ({ status: found ? 200 : 404 });
  const bearer = /^token (.*)$/.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined && ![...gitea.tokens.values()].includes(bearer)) return { status: 401 };
  switch (`${method} ${room}${second && room === 'orgs' ? '/repos' : ''}`) {
    case 'GET version':
      return {};
    case 'GET orgs':
      return is(gitea.organizations.has(first));
    case 'GET orgs/repos':
      return { text: JSON.stringify([...gitea.repositories.keys()].filter((name) => name.startsWith(`${first}/`))) };
    case 'POST orgs':
      gitea.organizations.add(given.username!);
      return { status: 201 };
    case 'POST orgs/repos':
      gitea.repositories.set(`${first}/${given.name}`, { commits: [] });
      return { status: 201 };
    case 'DELETE orgs':
      return is(gitea.organizations.delete(first));
    case 'GET repos':
      return is(gitea.repositories.has(`${first}/${second}`));
    case 'DELETE repos':
      return is(gitea.repositories.delete(`${first}/${second}`));
    case 'POST users': {
      const sha1 = randomBytes(8).toString('hex');
      gitea.tokens.set(given.name!, sha1);
      return { status: 201, text: JSON.stringify({ sha1 }) };
    }
    case 'DELETE users':
      return is(gitea.tokens.delete(third));
    default:
      throw new Error(`unexpected call ${method} ${path}`);
  }
}

const flux = (kind: string, name: string, spec: Record<string, unknown>): KubeObject => ({
  apiVersion: kind === 'HelmRelease' ? 'helm.toolkit.fluxcd.io/v2' : 'kustomize.toolkit.fluxcd.io/v1',
  kind,
  metadata: { name, namespace: 'flux-system' },
  spec,
});

let sealing: Promise<string> | undefined;
const sealingCertificate = () => {
  sealing ??= issueCertificate({ commonName: 'sealing', rsa: true }).then(({ certificate }) => certificate);
  return sealing;
};

export interface WholeRig extends Rig {
  /** What the Job on the mother answers that tries every old kubeconfig. */
  trial: { kubeconfigs: Record<string, unknown> };
  mother: MemoryCluster;
  own: MemoryCluster;
  gitea: MemoryGitea;
  /** What was confirmed, in order. */
  confirmed: Confirmation[];
  /** Everything that a handover may change, as plain data. */
  snapshot(): unknown;
}

/** Flux on the Sovereign reconciles at once what Gitea has. */
export async function wholeRig(): Promise<WholeRig> {
  const rows = [`ours deployments/${ids[0]}.json`, `ours kubeconfigs/${ids[0]}.yaml`];
  const inventory = { ids, count: rows.length, total: rows.length, rows, hash: 'h', inFlight: [] };
  const facts = { total: 1, records: { [ids[0]!]: { status: 'ready', consoleURL: `https://console.${fqdn}` } } };
  const trial = { kubeconfigs: {} };
  let erased = false;
  let zoneThere = true;
  const mother = motherCluster({
    inventory: () => (erased ? { ...inventory, count: 0, total: 0, rows: [] } : inventory),
    facts: () => facts,
    'try-credentials': () => trial,
    erase: () => {
      erased = true;
      return { deleted: rows.length, left: 0 };
    },
  });
  for (const object of [
    flux('Kustomization', 'omantel-infra', { path: './omantel', postBuild: { substitute: { SOVEREIGN_FQDN: fqdn } } }),
    flux('HelmRelease', 'omantel-watch', {
      suspend: false,
      kubeConfig: { secretRef: { name: `sovereign-${fqdn}-kubeconfig` } },
    }),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shop', namespace: 'sme' }, data: { a: 'b' } },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'shop', namespace: 'sme' }, spec: { replicas: 1 } },
    console,
  ])
    mother.objects.set(`${object.kind} ${object.metadata.namespace}/${object.metadata.name}`, object);
  const admin = { username: btoa('admin'), password: btoa('pass-pass-pass') };
  const own = memoryCluster([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: 'uid-own' } },
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'cp1' }, status: ready },
    {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: 'charts', namespace: 'flux-system' },
      spec: { url: 'oci://charts.example/openova' },
    },
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'gitea-admin', namespace: 'gitea' }, data: admin },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'key', namespace: 'kube-system', labels: labelOf(activeSealingKey) },
      data: { 'tls.crt': btoa(await sealingCertificate()), 'tls.key': btoa('the key') },
    },
  ]);
  const gitea = memoryGitea();
  own.onWrite = (_verb, object) => {
    if (!/fluxcd/.test(object.apiVersion)) return;
    const revision = `main@sha1:${[...gitea.repositories.values()][0]?.commits[0]?.sha}`;
    object.status = {
      conditions: [{ type: 'Ready', status: 'True' }],
      artifact: { revision },
      lastAppliedRevision: revision,
    };
  };
  const base = rig(mother, own, () => undefined);
  const confirmed: Confirmation[] = [];
  const clusters = [mother, own];
  let now = Date.parse('2026-11-22T10:00:00Z');
  Object.assign(base.world, {
    // Waiting takes no time, and every deadline comes.
    clock: {
      now: () => new Date(now),
      sleep: async (ms: number) => {
        now += ms;
      },
    },
    git: gitea.git,
    blueprints: [],
    tree: async () => renderTree(sovereign(), []),
    stateDir: mkdtempSync(join(tmpdir(), 'handover-')),
    dns: dnsOf,
    http: async (request: HttpRequest | HttpChange): Promise<HttpAnswer> => {
      const { hostname, pathname } = new URL(request.url);
      const plain = { status: 200, headers: {}, text: '' };
      if (hostname === `gitea.${fqdn}`) return { ...plain, ...gitea.answer(request) };
      if (pathname.endsWith('/zones'))
        return { ...plain, text: JSON.stringify(zoneThere ? [{ name: `${fqdn}.` }] : []) };
      if (pathname.endsWith('/cryptokeys')) return { ...plain, text: '[]' };
      if (request.method === 'DELETE' && pathname.includes('/zones/')) {
        zoneThere = false;
        return { ...plain, status: 204 };
      }
      if (zoneThere && pathname.includes('/zones/') && pathname.includes(fqdn))
        return { ...plain, text: JSON.stringify({ name: `${fqdn}.`, kind: 'Native', rrsets: [] }) };
      if (pathname.includes('/zones/')) return { ...plain, status: 404 };
      if (pathname.includes('/pool/')) return { ...plain, text: '{}' };
      if (erased && pathname.includes('/deployments/')) return { ...plain, status: 404 };
      if (pathname.includes('/deployments/'))
        return { ...plain, text: JSON.stringify({ id: ids[0], status: 'ready' }) };
      return { ...plain, ...redirected(mother, request.url) };
    },
  });
  return {
    ...base,
    trial,
    context: {
      ...base.context,
      confirm: async (request) => void confirmed.push(request),
      run: { by: 'me@here', planHash: 'plan-hash' },
    },
    mother,
    own,
    gitea,
    confirmed,
    snapshot: () => ({
      clusters: clusters.map(({ objects }) =>
        [...objects].filter(([key]) => !/^(Job|Pod) /.test(key)).sort(([a], [b]) => (a < b ? -1 : 1)),
      ),
      organizations: [...gitea.organizations],
      repositories: [...gitea.repositories].map(([name, { commits }]) => [name, commits.map(({ sha }) => sha)]),
      tokens: [...gitea.tokens.keys()],
    }),
  };
}

/** Serves the old console; the redirect is made beside it. */
const console: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'console', namespace: 'catalyst' },
  spec: {
    ingressClassName: 'traefik',
    tls: [{ hosts: ['console.openova.io'], secretName: 'console-tls' }],
    rules: [
      { host: 'console.openova.io', http: { paths: [{ path: '/sovereign', backend: { service: { name: 'ui' } } }] } },
    ],
  },
};

/** What the ingress controller of the mother makes of the Middleware, where there is one and an Ingress leads to it. */
function redirected({ objects }: MemoryCluster, url: string): Partial<HttpAnswer> {
  const of = (kind: string) => objects.get(`${kind} catalyst/catalyst-sovereign-redirect-omantel-omani-works`);
  const { regex, replacement, permanent } = (of('Ingress') && of('Middleware')?.spec?.redirectRegex) ?? {};
  const matched = regex === undefined ? null : new RegExp(regex).exec(url);
  if (!matched) return {};
  const location = replacement.replaceAll(/\$\{(\d)\}/g, (_: string, group: string) => matched[Number(group)] ?? '');
  return { status: permanent ? 301 : 302, headers: { location } };
}

const ready = { conditions: [{ type: 'Ready', status: 'True' }] };

const labelOf = (selector: string) => Object.fromEntries([selector.split('=') as [string, string]]);

/** The parent delegates to the Sovereign's own server, which answers for the zone. */
const dnsOf = async ({ type }: { type: string }) => ({
  authoritative: true,
  answers: type === 'SOA' ? [{ name: fqdn, type: 'SOA', data: { serial: 1 } }] : [],
  authorities: [{ name: fqdn, type: 'NS', data: `ns1.${fqdn}` }],
  additionals: [{ name: `ns1.${fqdn}`, type: 'A', data: '203.0.113.10' }],
});
