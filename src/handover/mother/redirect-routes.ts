/**
 * That the redirect touches nothing else, by the content of every route on the mother: its own two objects are exactly what catalyst makes,
 * no other object uses them or leads to the Sovereign, and the pages of every protected route are still their own.
 */
import pLimit from 'p-limit';
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import { readMotherFacts } from '../../mother/protected/mother-facts.js';
import { mentionsName, nameOfObject } from '../../mother/protected/ownership.js';
import { routeKinds } from '../../mother/protected/routes.js';
import { hashOf } from '../../support/hash.js';
import type { World } from '../../world/world.js';
import { neighborOf, redirectName, redirectObjects, redirectRefs } from './redirect.js';

export interface RedirectRoutes {
  /** What is wrong with objects. */
  problems: string[];
  /** How many were read. */
  objects: number;
  /** Pages that were asked for, with where they lead. */
  pages: { url: string; location?: string }[];
}

const middlewareKind = { apiVersion: 'traefik.io/v1alpha1', kind: 'Middleware' };

export async function redirectRoutes(world: World, mother: Kube, ids: readonly string[]): Promise<RedirectRoutes> {
  const lists = await Promise.all(
    [...routeKinds, middlewareKind].map(async (of) =>
      (await mother.list(of)).map((one): KubeObject => ({ ...one, kind: of.kind })),
    ),
  );
  const objects = lists.flat();
  const own = new Set(Object.values(redirectRefs(world)).map((ref) => `${ref.kind} ${ref.namespace}/${ref.name}`));
  const others = objects.filter((object) => !own.has(nameOfObject(object)));
  const { fqdn } = world.sovereign.spec;
  const name = redirectName(world);
  const problems = [
    ...(await changedObjects(world, mother, ids)),
    ...others
      .filter((object) => mentionsName(textOf(object), name) || textOf(object).includes(`-${name}@`))
      .map((object) => `${nameOfObject(object)} uses the redirect too`),
    ...others
      .filter((object) => mentionsName(JSON.stringify(redirectsOf(object)), fqdn))
      .map((object) => `${nameOfObject(object)} redirects to ${fqdn} too`),
  ];
  const urls = await pagesOf(world, mother);
  const limit = pLimit(8);
  const pages = await Promise.all(
    urls.map((url) =>
      limit(async () => {
        const { location } = (await world.http({ url, timeoutMs: 15_000, again: true })).headers;
        return { url, ...(location === undefined ? {} : { location }) };
      }),
    ),
  );
  return { problems, objects: objects.length, pages };
}

/** What of the redirect's own two objects is not as catalyst makes them for these ids. */
async function changedObjects(world: World, mother: Kube, ids: readonly string[]): Promise<string[]> {
  const expected = redirectObjects(world, ids, await neighborOf(world, mother), true);
  const problems: string[] = [];
  for (const [part, ref] of Object.entries(redirectRefs(world))) {
    const wanted = expected[part as keyof typeof expected];
    const live = await mother.get(ref);
    if (!live) problems.push(`${nameOfObject(wanted)} is not there`);
    else if (hashOf(live.spec) !== hashOf(wanted.spec) || routing(live) !== routing(wanted))
      problems.push(`${nameOfObject(wanted)} differs from what catalyst creates: ${JSON.stringify(shown(live))}`);
  }
  return problems;
}

/** Annotations that an ingress controller reads. */
const routing = ({ metadata }: KubeObject) =>
  hashOf(
    Object.entries(metadata.annotations ?? {})
      .filter(([key]) => key.includes('ingress.kubernetes.io'))
      .sort(),
  );

/** What of it decides which addresses it takes. */
const shown = ({ spec }: KubeObject) =>
  spec?.redirectRegex?.regex ??
  (spec?.rules ?? []).flatMap((rule: { host?: string; http?: { paths?: { path?: string }[] } }) =>
    (rule.http?.paths ?? []).map(({ path }) => `${rule.host ?? '*'}${path ?? '/'}`),
  );

const textOf = ({ metadata, spec }: KubeObject) => JSON.stringify([metadata.annotations ?? {}, spec ?? {}]);

/** Those of its parts that send a visitor elsewhere. */
function redirectsOf({ kind, metadata, spec = {} }: KubeObject): unknown[] {
  if (kind === 'Middleware') return [spec.redirectRegex, spec.redirectScheme, spec.plugin].filter(Boolean);
  if (kind === 'HTTPRoute')
    return ((spec.rules ?? []) as { filters?: { type?: string }[] }[])
      .flatMap(({ filters = [] }) => filters)
      .filter(({ type }) => type === 'RequestRedirect');
  return Object.entries(metadata.annotations ?? {}).filter(([key]) => /redirect|rewrite|snippet|app-root/.test(key));
}

/** Every page of a protected route, and one below it. */
async function pagesOf({ sovereign }: World, mother: Kube): Promise<string[]> {
  const { pages } = await readMotherFacts(mother, sovereign);
  const below = pages.map((url) => `${url.replace(/\/$/, '')}/orders`);
  return [...new Set([...pages, ...below])];
}
