/** What is so, whatever the record contains: what the Sovereign's Flux reads, and who answers for its zone. */
import { gitUrl } from '../../blueprints/render/variables.js';
import type { World } from '../../world/world.js';
import { checkDelegation, type Delegation } from './delegation.js';

/** The GitRepository that the Sovereign's Flux reconciles itself from. */
export interface Source {
  /** True when it is the Sovereign's own Gitea. */
  own: boolean;
  url?: string;
  branch?: string;
  /** Name of the Secret that it signs in with. */
  secret?: string;
  /** Revision that it fetched: `main@sha1:…`. */
  revision?: string;
  suspended?: boolean;
}

export interface ActualState {
  source: Source;
  delegation: Pick<Delegation, 'ok' | 'summary' | 'nameServers'>;
}

export const sourceRef = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  namespace: 'flux-system',
  name: 'flux-system',
};

/** Without a source nothing is read. Throws what the Sovereign's API throws: a cluster that does not answer proves nothing. */
export async function readSource(world: Pick<World, 'kube' | 'sovereign'>): Promise<Source> {
  const object = await (await world.kube()).get(sourceRef);
  if (!object) return { own: false };
  const { url = '', ref, secretRef, suspend } = object.spec ?? {};
  return {
    own: isOwnGitea(String(url), world),
    url,
    branch: ref?.branch,
    secret: secretRef?.name,
    revision: object.status?.artifact?.revision,
    suspended: suspend === true,
  };
}

export async function readActualState(world: World): Promise<ActualState> {
  const [source, { ok, summary, nameServers }] = await Promise.all([readSource(world), checkDelegation(world)]);
  return { source, delegation: { ok, summary, nameServers } };
}

/** By its host: the Service inside the cluster, in any of its spellings, or the public name. */
function isOwnGitea(url: string, { sovereign }: Pick<World, 'sovereign'>): boolean {
  const inside = new URL(gitUrl(sovereign)).hostname;
  const host = (URL.canParse(url) ? new URL(url).hostname : '').toLowerCase();
  return host === `gitea.${sovereign.spec.fqdn}` || (host !== '' && (inside === host || inside.startsWith(`${host}.`)));
}

/** For a person: "its own Gitea, http://… branch main at main@sha1:…". */
export function sourceText({ own, url, branch, revision, suspended }: Source): string {
  if (url === undefined) return 'no GitRepository flux-system/flux-system';
  const where = `${own ? 'its own Gitea, ' : ''}${url}${branch ? ` branch ${branch}` : ''}`;
  return `${where}${revision ? ` at ${revision}` : ', nothing fetched yet'}${suspended ? ', suspended' : ''}`;
}
