/** What the Sovereign's Git sources hold: every file on every branch that one of them reads, or that something commits to. */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { nameOfObject } from '../../mother/protected/ownership.js';
import type { GitRemote } from '../../tools/git/git.js';
import { NotLooked } from '../cluster/objects.js';
import type { Finding, Scanned, Unlooked } from '../scan.js';
import type { ScanPlace } from '../scan-places.js';
import { searchText, type Wanted } from '../text/search.js';
import { isOfOpenova } from './matcher.js';

const admin = { apiVersion: 'v1', kind: 'Secret', namespace: 'gitea', name: 'gitea-admin' };

interface Branch {
  /** Path below the Sovereign's Gitea, `sovereign/fleet.git`. */
  repository: string;
  branch: string;
  /** Objects that read it. */
  readers: string[];
}

export interface GitTrees {
  places: ScanPlace[];
  /** Of sources that are not the Sovereign's own: each is a finding, and what it brings is looked at as objects. */
  foreign: Unlooked[];
}

/** One place for each branch, and for each source that names none. */
export async function gitTrees(look: Scanned, kube: Kube, wanted: Wanted): Promise<GitTrees> {
  const sources = await kube.list({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' });
  const branches = new Map<string, Branch>();
  const trees: GitTrees = { places: [], foreign: [] };
  for (const source of sources) {
    const repository = ownPath(String(source.spec?.url ?? ''), look.sovereign.spec.fqdn);
    const branch = branchOf(source);
    if (repository === undefined) {
      const why = "not the Sovereign's own Gitea; what it brings is looked at as objects of the cluster";
      trees.foreign.push({ place: `Git tree of ${nameOfObject(source)}`, why });
      continue;
    }
    if (branch === undefined) {
      trees.places.push(withoutBranch(source));
      continue;
    }
    const key = `${repository} ${branch}`;
    const known = branches.get(key) ?? { repository, branch, readers: [] };
    known.readers.push(nameOfObject(source));
    branches.set(key, known);
  }
  trees.places.push(...[...branches.values()].map((one) => branchPlace(look, kube, one, wanted)));
  return trees;
}

/** `sovereign/fleet.git` of its address inside or outside of the cluster; undefined for another server. */
function ownPath(url: string, fqdn: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname } = new URL(url);
  const own = hostname === `gitea.${fqdn}` || /^gitea-http\.gitea(\.svc(\.cluster\.local)?)?$/.test(hostname);
  return own ? pathname.replace(/^\//, '') : undefined;
}

function branchOf({ spec = {} }: KubeObject): string | undefined {
  const { branch, tag, semver, name, commit } = (spec.ref ?? {}) as Record<string, string | undefined>;
  if (commit || name || semver || tag) return undefined;
  return branch ?? 'master';
}

function withoutBranch(source: KubeObject): ScanPlace {
  return {
    place: `Git tree of ${nameOfObject(source)}`,
    how: 'every file on the branch that it reads',
    look: async () => {
      throw new NotLooked('could not look', 'it reads a tag or a commit and no branch, so its files were not read');
    },
  };
}

function branchPlace(look: Scanned, kube: Kube, { repository, branch, readers }: Branch, wanted: Wanted): ScanPlace {
  const { fqdn } = look.sovereign.spec;
  return {
    place: `Git tree ${repository} branch ${branch}`,
    how: `every file at its head, as ${readers.join(', ')} reads it`,
    async look() {
      const secret = await kube.get(admin);
      const read = (key: string) => Buffer.from(String(secret?.data?.[key] ?? ''), 'base64').toString();
      const remote: GitRemote = {
        url: `https://gitea.${fqdn}/${repository}`,
        username: read('username'),
        password: read('password'),
      };
      const { sha, files } = await look.git.read(remote, branch);
      const findings = [...files].flatMap(([path, text]) =>
        referencesInFile({ where: `${repository} ${branch}`, path, text }, wanted),
      );
      return {
        findings: findings.map((one) => ({ ...one, what: `${one.what} at commit ${sha.slice(0, 12)}` })),
        count: files.size,
      };
    },
  };
}

interface File {
  where: string;
  path: string;
  text: string;
}

function referencesInFile({ where, path, text }: File, wanted: Wanted): Finding[] {
  const { matches, tooMuch } = searchText(text, wanted, 'text');
  if (tooMuch !== undefined) throw new NotLooked('could not look', `${path}: ${tooMuch}`);
  return matches.map(({ key }) => ({
    id: `${where} ${path} ${key}`,
    where: `${where}: ${path}`,
    what: `names ${key}`,
    breaks: 'Flux applies it with the next commit or restart',
    remedy: 'change it in the GitOps tree',
    grade: isOfOpenova(key) ? ('L2' as const) : ('L1' as const),
  }));
}
