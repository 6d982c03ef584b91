/** What of a Sovereign stays on the mother because it is not catalyst's to remove: commits in her Git, and backups of before the erasure. */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { nameOfObject } from '../../mother/protected/ownership.js';
import type { GitRemote } from '../../tools/git/git.js';
import { discoverKinds } from '../cluster/kinds.js';
import { eachObject, NotLooked } from '../cluster/objects.js';
import type { Finding, Scanned, Unlooked } from '../scan.js';
import type { ScanPlace } from '../scan-places.js';
import { searchText } from '../text/search.js';
import { type OwnTraces, ownWanted } from './traces.js';

/** Where no program outside can look; each says what a person checks. */
export const unreadablePlaces: readonly Unlooked[] = [
  {
    place: 'logs of the mother (Pods, Loki) and events',
    why: 'deleted by their own retention; check that none contains a token: single lines cannot be removed',
  },
  {
    place: "the registrar's own DNS records (Dynadot)",
    why: "catalyst has no key of the mother's account there, and an earlier catalyst-api wrote records of a Sovereign into it; check its DNS settings of the parent domain for the Sovereign's name and *.<name>, which answer again if the domain is ever moved back to the registrar's servers",
  },
  {
    place: 'browser storage of whoever used the wizard of the mother',
    why: "no program reads it; clear the site data of the mother's console",
  },
  {
    place: 'password manager: the item with the Hetzner token',
    why: 'no program reads it; delete it once the token is revoked',
  },
];

/** One place for each branch that a source of the mother's Flux reads. */
export async function motherGitPlaces(look: Scanned, traces: OwnTraces): Promise<ScanPlace[]> {
  const mother = await look.mother();
  const sources = await mother.list({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository' });
  return sources.map((source) => ({
    place: `Git of the mother, as ${nameOfObject(source)} reads it`,
    how: `every file at the head of its branch: clusters/${traces.fqdn}, and what names the Sovereign`,
    look: () => filesOf(look, mother, source, traces),
  }));
}

async function filesOf(
  look: Scanned,
  mother: Kube,
  source: KubeObject,
  traces: OwnTraces,
): Promise<{ findings: Finding[]; count: number }> {
  const where = nameOfObject(source);
  const { branch, tag, semver, commit, name } = (source.spec?.ref ?? {}) as Record<string, string | undefined>;
  if (tag || semver || commit || name)
    throw new NotLooked('could not look', `${where} reads a tag or a commit and no branch`);
  const { sha, files } = await look.git.read(await remoteOf(mother, source), branch ?? 'master');
  const wanted = ownWanted(traces);
  const folder = `clusters/${traces.fqdn}/`;
  const own = [...files.keys()].filter((path) => path.startsWith(folder));
  const others = [...files]
    .filter(([path, text]) => !path.startsWith(folder) && searchText(text, wanted, 'text').matches.length > 0)
    .map(([path]) => path);
  const kept = (id: string, what: string): Finding => ({
    id: `git ${where} ${id}`,
    where: `Git of ${where}`,
    what,
    breaks: 'nothing: no credential is in a commit',
    remedy: 'ask whoever keeps that repository to remove it; its history stays',
    accepted: `not catalyst's to remove: commits of the mother's Git, seen at ${sha.slice(0, 12)} on ${look.clock.now().toISOString().slice(0, 10)}`,
  });
  const findings = [
    ...(own.length > 0 ? [kept(folder, `${own.length} files in ${folder}`)] : []),
    ...others.map((path) => ({ ...kept(path, `${path} names the Sovereign`), mention: true as const })),
  ];
  return { findings, count: files.size };
}

async function remoteOf(mother: Kube, source: KubeObject): Promise<GitRemote> {
  const name: unknown = source.spec?.secretRef?.name;
  const secret =
    typeof name === 'string'
      ? await mother.get({ apiVersion: 'v1', kind: 'Secret', namespace: source.metadata.namespace, name })
      : undefined;
  const read = (key: string) => Buffer.from(String(secret?.data?.[key] ?? ''), 'base64').toString();
  return { url: String(source.spec?.url ?? ''), username: read('username'), password: read('password') };
}

/** Backups and snapshots that were taken while the mother still had the Sovereign's state. */
export async function backupPlaces(look: Scanned, erasedAt: string | undefined): Promise<ScanPlace[]> {
  const mother = await look.mother();
  const { kinds } = await discoverKinds(mother);
  return kinds
    .filter(({ kind }) => /^(Backup|VolumeSnapshot|ETCDSnapshotFile)$/.test(kind))
    .map((kind) => ({
      place: `${kind.plural} of the mother that are older than the erasure`,
      how: `listed in all namespaces: those made before ${erasedAt ?? 'now'}`,
      async look() {
        const findings: Finding[] = [];
        const limit = Date.parse(erasedAt ?? look.clock.now().toISOString());
        const count = await eachObject(mother, kind, (object) => {
          const made = object.metadata.creationTimestamp ?? '';
          if (!(Date.parse(made) > limit)) findings.push(backupFinding(object, made));
        });
        return { findings, count };
      },
    }));
}

function backupFinding(object: KubeObject, made: string): Finding {
  const where = nameOfObject(object);
  const expires: unknown = object.status?.expiration;
  return {
    id: `backup ${where}`,
    where,
    what: `taken on ${made.slice(0, 10)}, when the mother may have held state of the Sovereign`,
    breaks: 'whoever restores it can read its tokens, until they are revoked',
    remedy: 'revoke the tokens that the mother was given; the backup is deleted by its own retention',
    accepted: `not catalyst's to remove: a backup of the mother's${typeof expires === 'string' ? `, which expires on ${expires.slice(0, 10)}` : ''}`,
  };
}
