/** What the lab's servers were asked, as writes that can be held against the journal. Pure. */
import { isOwn, type LoggedLine } from '../../lab/src/requests/request-log.js';
import type { Write } from './attribution.js';

/** POSTs that change nothing of what anybody keeps. */
export const noWrites: readonly { is: RegExp; why: string }[] = [
  {
    is: /^ingress POST \/realms\/[^/]+\/protocol\/openid-connect\/token$/,
    why: 'signs in to the Sovereign’s Keycloak (docs/decisions/0009 names it among the readers)',
  },
];

/** Who a real API server knows to be a part of its own cluster: controllers, operators, Pods. */
const ofCluster = /^system:(serviceaccount|node|kube-scheduler|kube-controller-manager|apiserver)\b/;

/** The lines of a request log in which somebody other than the lab itself changed something. A refusal changed nothing. */
export function writesOf(log: string): Write[] {
  return log
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as LoggedLine)
    .filter(({ mutating, userAgent, status }) => mutating && !isOwn({ userAgent }) && status < 400)
    .filter(({ user = '' }) => !ofCluster.test(user))
    .filter(({ server, method, path }) => !noWrites.some(({ is }) => is.test(`${server} ${method} ${path}`)))
    .map((line) => ({
      at: Date.parse(line.at),
      object: objectOf(line),
      by: line.userAgent.split('/')[0]!,
      removes: line.method === 'DELETE' || line.path.endsWith('/eviction'),
      told: `${line.at} ${line.server} ${line.method} ${line.path} (${line.userAgent.split(' ')[0]})`,
    }));
}

/** `sovereign secrets valkey/valkey-auth`, `hetzner server x`, `s3 object bucket/key`, `registry repository library/x`. */
function objectOf({ server, method, path, object = '' }: LoggedLine): string {
  const cluster = /^kubernetes\/(.+)$/.exec(server)?.[1];
  if (cluster) {
    // The built-in API server logs `Secret/namespace/name`, the audit of a real one `secrets namespace/name`.
    const [, kind = '', name = ''] = /^([^/ ]+)[/ ]?(.*)$/.exec(object) ?? [];
    return `${cluster} ${pluralOf(kind)} ${name}`;
  }
  if (server === 'mother-ingress' && path.includes('/zones/')) return `dns ${object}`;
  if (server !== 'ingress') return `${server} ${object}`;
  if (path.startsWith('/v2/')) return `registry ${object}`;
  // Gitea's API names what is made in the body, so the lab knows no more than what it is.
  if (object === '') return `git ${method} ${path}`;
  return `git ${object}`;
}

/** The resource of a kind, in either spelling. */
export function pluralOf(kind: string): string {
  const word = kind.toLowerCase();
  if (/[a-rt-z]s$/.test(word)) return word;
  if (/(ss|x|ch)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
