/**
 * The redirect of #319: an Ingress and a Middleware of its own, for `/sovereign/<id>` and `/sovereign/provision/<id>` of this
 * Sovereign's ids and nothing else of the host that the SME demos share. It needs no record on the mother.
 */
import type { Mutation } from '../../engine/mutation.js';
import type { Kube, KubeObject, KubeRef } from '../../kubernetes/client/kube.js';
import { requireOne } from '../../mother/discover.js';
import { redirectNameOf, runLabel, sovereignLabel } from '../../mother/own-names.js';
import { nameOfObject } from '../../mother/protected/ownership.js';
import { consoleUrl } from '../../sovereign/sovereign-names.js';
import { fail } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';

const traefik = 'traefik.io/v1alpha1';
const ingressApi = 'networking.k8s.io/v1';

export const redirectName = (world: Pick<World, 'sovereign'>) => redirectNameOf(world.sovereign.spec.fqdn);

export const targetOf = (world: Pick<World, 'sovereign'>) => consoleUrl(world.sovereign.spec.fqdn);

const consoleOf = (world: Pick<World, 'sovereign'>) =>
  world.sovereign.spec.mother.catalyst.consoleUrl.replace(/\/$/, '');

export function redirectPaths(ids: readonly string[]): string[] {
  return ids.flatMap((id) => [`/sovereign/${id}`, `/sovereign/provision/${id}`]);
}

export function redirectMutations(world: World, permanent: boolean): { middleware: Mutation; ingress: Mutation } {
  const namespace = world.sovereign.spec.mother.catalyst.namespace;
  const name = redirectName(world);
  const status = permanent ? '301' : '302';
  return {
    middleware: {
      target: { system: 'mother', kind: 'Middleware', namespace, name },
      sentence: `answer ${status} to ${targetOf(world)} by Middleware ${namespace}/${name} on the mother`,
      reversible: true,
    },
    ingress: {
      target: { system: 'mother', kind: 'Ingress', namespace, name },
      sentence: `send /sovereign/<id> and /sovereign/provision/<id> of this Sovereign's ids, and no other path, through it by Ingress ${namespace}/${name} on the mother`,
      reversible: true,
    },
  };
}

const escaped = (text: string) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

/** The two objects. Class, backend and TLS are those of the Ingress that serves /sovereign on the same host now. */
export function redirectObjects(
  world: World,
  ids: readonly string[],
  neighbor: KubeObject,
  permanent: boolean,
): { middleware: KubeObject; ingress: KubeObject } {
  const namespace = world.sovereign.spec.mother.catalyst.namespace;
  const name = redirectName(world);
  const host = new URL(consoleOf(world)).host;
  // The run too: its undo on the mother removes only what this run has made.
  const labels = { [sovereignLabel]: world.sovereign.spec.fqdn, [runLabel]: world.runId };
  const paths = rulesOf(neighbor).flatMap((one) => (one.host === host ? (one.http?.paths ?? []) : []));
  const backend = paths.find(servesSovereign)?.backend;
  const id = ids.map(escaped).join('|');
  return {
    middleware: {
      apiVersion: traefik,
      kind: 'Middleware',
      metadata: { name, namespace, labels },
      spec: {
        redirectRegex: {
          // what follows the id, and the query, lead on to the same place there
          regex: `^https?://${escaped(host)}/sovereign/(?:provision/)?(?:${id})(?:/+([^?]*))?(\\?.*)?$`,
          replacement: `${targetOf(world)}\${1}\${2}`,
          permanent,
        },
      },
    },
    ingress: {
      apiVersion: ingressApi,
      kind: 'Ingress',
      metadata: {
        name,
        namespace,
        labels,
        annotations: {
          'traefik.ingress.kubernetes.io/router.entrypoints': 'websecure',
          'traefik.ingress.kubernetes.io/router.middlewares': `${namespace}-${name}@kubernetescrd`,
          'traefik.ingress.kubernetes.io/router.priority': '300',
          'traefik.ingress.kubernetes.io/router.tls': 'true',
        },
      },
      spec: {
        ...(neighbor.spec?.ingressClassName ? { ingressClassName: neighbor.spec.ingressClassName } : {}),
        ...(neighbor.spec?.tls ? { tls: neighbor.spec.tls } : {}),
        rules: [{ host, http: { paths: redirectPaths(ids).map((path) => ({ path, pathType: 'Prefix', backend })) } }],
      },
    },
  };
}

const rulesOf = (ingress: KubeObject) =>
  (ingress.spec?.rules ?? []) as { host?: string; http?: { paths?: { path?: string; backend?: unknown }[] } }[];

const servesSovereign = ({ path = '' }: { path?: string }) => path.replace(/\/$/, '') === '/sovereign';

/** The Ingress in catalyst's namespace that serves exactly /sovereign on the console's host. Throws E5001 without one, E5010 on several. */
export async function neighborOf(world: World, mother: Kube): Promise<KubeObject> {
  const { namespace } = world.sovereign.spec.mother.catalyst;
  const host = new URL(consoleOf(world)).host;
  const all = await mother.list({ apiVersion: ingressApi, kind: 'Ingress', namespace });
  const found = all.filter((ingress) =>
    rulesOf(ingress).some((rule) => rule.host === host && (rule.http?.paths ?? []).some(servesSovereign)),
  );
  requireOne(`Ingress that serves ${host}/sovereign`, found.map(nameOfObject));
  if (found[0]) return found[0];
  throw fail('E5001', `No Ingress in namespace ${namespace} of the mother serves ${host}/sovereign.`, {
    actions: ['set spec.mother.catalyst.consoleUrl and .namespace'],
  });
}

/** Throws E5011 when an object of the redirect's name is not this Sovereign's: FQDNs can differ and have the same slug. */
export async function requireOwnRedirect(world: World, mother: Kube): Promise<void> {
  const { fqdn } = world.sovereign.spec;
  for (const ref of Object.values(redirectRefs(world))) {
    const object = await mother.get(ref);
    const owner = object?.metadata.labels?.[sovereignLabel];
    if (!object || owner === fqdn) continue;
    throw fail(
      'E5011',
      `${nameOfObject(object)} on the mother belongs to ${owner ?? 'nobody that its label names'}, not to ${fqdn}.`,
      {
        actions: [`kubectl -n ${ref.namespace} get ${ref.kind.toLowerCase()} ${ref.name} -o yaml`],
      },
    );
  }
}

export const redirectRefs = (world: World): { middleware: KubeRef; ingress: KubeRef } => {
  const namespace = world.sovereign.spec.mother.catalyst.namespace;
  const name = redirectName(world);
  return {
    middleware: { apiVersion: traefik, kind: 'Middleware', namespace, name },
    ingress: { apiVersion: ingressApi, kind: 'Ingress', namespace, name },
  };
};

export function removeRedirectMutation(ref: KubeRef): Mutation {
  return {
    target: { system: 'mother', kind: ref.kind, namespace: ref.namespace, name: ref.name },
    sentence: `delete ${ref.kind} ${ref.namespace}/${ref.name} on the mother: the redirect`,
  };
}

/** Removes what there is of it: the Ingress first, which leads to the Middleware. */
export async function removeRedirect(world: World, act: Act): Promise<void> {
  const mother = await world.mother();
  const { ingress, middleware } = redirectRefs(world);
  for (const ref of [ingress, middleware])
    if (await mother.get(ref))
      await act(removeRedirectMutation(ref), async (writers) => (await writers.mother()).delete(ref));
}

export interface PageSample {
  path: string;
  status: number;
  location?: string;
  hash: string;
}

/** Paths of the shared host that must stay byte for byte: the demos, the console of other Sovereigns, a strange id. */
const untouched = [
  '/',
  '/nova/',
  '/nova/api/healthz',
  '/sovereign/',
  '/sovereign/wizard',
  '/sovereign/0000000000000000',
  '/sovereign/provision/0000000000000000',
];

export async function samplePages(world: Pick<World, 'sovereign' | 'http'>, paths = untouched): Promise<PageSample[]> {
  return Promise.all(
    paths.map(async (path) => {
      const { status, headers, text } = await world.http({
        url: `${consoleOf(world)}${path}`,
        timeoutMs: 15_000,
        again: true,
      });
      return { path, status, location: headers.location, hash: sha256(text).slice(0, 16) };
    }),
  );
}

/** What may follow an id, and where it then leads. */
const tails = ['', '?tab=jobs&from=mail', '/cloud/architecture?node=cp1'] as const;

/** Addresses that must be redirected, each with where to. Pure. */
const redirected = (ids: readonly string[], target: string) =>
  redirectPaths(ids).flatMap((path) =>
    tails.map((tail) => ({ path: `${path}${tail}`, target: `${target}${tail.replace(/^\//, '')}` })),
  );

/** How each of them answers. */
export function sampleRedirect(
  world: Pick<World, 'sovereign' | 'http'>,
  ids: readonly string[],
): Promise<PageSample[]> {
  return samplePages(
    world,
    redirected(ids, targetOf(world)).map(({ path }) => path),
  );
}

/** Why the redirect is not what it must be; empty when it is. `status` is 301 once permanent. */
export async function checkRedirect(
  world: Pick<World, 'sovereign' | 'http'>,
  ids: readonly string[],
  status: readonly number[] = [301],
): Promise<string[]> {
  return redirectProblems(await sampleRedirect(world, ids), { ids, target: targetOf(world), status });
}

export interface Redirected {
  ids: readonly string[];
  target: string;
  status?: readonly number[];
}

/** The same by pages that were sampled; one that was not is a problem too. Pure. */
export function redirectProblems(pages: readonly PageSample[], { ids, target, status = [301] }: Redirected): string[] {
  return redirected(ids, target).flatMap((wanted) => {
    const page = pages.find(({ path }) => path === wanted.path);
    if (!page) return [`${wanted.path} was not asked for`];
    if (status.includes(page.status) && page.location === wanted.target) return [];
    return [`${page.path} answers ${page.status}${page.location ? ` to ${page.location}` : ''}`];
  });
}

export function pageDifferences(before: readonly PageSample[], after: readonly PageSample[]): string[] {
  return before.flatMap((page) => {
    const now = after.find((one) => one.path === page.path);
    const same = now?.status === page.status && now.hash === page.hash && now.location === page.location;
    return same ? [] : [`${page.path}: ${page.status} ${page.hash} → ${now?.status} ${now?.hash}`];
  });
}
