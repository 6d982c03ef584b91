/** Where the Sovereign gets from what runs and reconciles: charts, Git, packages and images. Not its own: it breaks L3 at least. Pure. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import type { Finding } from '../scan.js';
import { isOfOpenova } from './matcher.js';

/** By object for sources, by registry for images. */
export interface Sources {
  findings: Finding[];
  /** How many objects pull from each registry that is not the Sovereign's. */
  images: Map<string, Set<string>>;
}

export const noSources = (): Sources => ({ findings: [], images: new Map() });

const mirror = 'mirror it to the Sovereign: spec.charts.mirror, or spec.blueprints.<bp>.source and .images';

/** Notes what the object pulls from elsewhere. @param isOwn tells whether a host is the Sovereign's */
export function noteSources(object: KubeObject, where: string, isOwn: (host: string) => boolean, found: Sources): void {
  const url = sourceOf(object);
  if (url !== undefined && !isOwn(hostIn(url)))
    found.findings.push({
      id: `${where} source ${hostIn(url)}`,
      where,
      what: `is fetched from ${withoutLogin(url)}`,
      breaks: 'nothing new is fetched while that source is down',
      remedy: mirror,
      grade: isOpenova(url) ? 'L2' : 'L3',
    });
  for (const image of imagesOf(object)) {
    const registry = registryOf(image);
    if (isOwn(registry.split('/')[0]!)) continue;
    found.images.set(registry, (found.images.get(registry) ?? new Set()).add(where));
  }
}

/** A finding for each registry. */
export function imageFindings({ images }: Sources): Finding[] {
  return [...images].sort().map(([registry, users]) => ({
    id: `images ${registry}`,
    where: `images of ${users.size} objects`,
    what: `are pulled from ${registry}`,
    breaks: 'a node without these images cannot start their Pods while that registry is down',
    remedy: mirror,
    grade: isOfOpenova(registry) ? ('L2' as const) : ('L3' as const),
  }));
}

/** Address that a Flux source or a Crossplane package fetches from; undefined for any other object. */
export function sourceOf({ apiVersion, spec = {} }: KubeObject): string | undefined {
  if (apiVersion.startsWith('source.toolkit.fluxcd.io/')) return text(spec.url ?? spec.endpoint);
  if (apiVersion.startsWith('pkg.crossplane.io/')) return text(spec.package ?? spec.image);
  return undefined;
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
/** True for an address below OpenOva's account. */
export const isOpenova = (url: string) => /[/:]openova-io(\/|$)/.test(url.toLowerCase());

/** Images of all containers that a Pod or what makes Pods names. */
export function imagesOf({ kind, spec = {} }: KubeObject): string[] {
  const pod = kind === 'Pod' ? spec : (spec.template?.spec ?? spec.jobTemplate?.spec?.template?.spec);
  const containers = ['containers', 'initContainers', 'ephemeralContainers'].flatMap(
    (field) => (pod?.[field] ?? []) as { image?: string }[],
  );
  return containers.flatMap(({ image }) => (image ? [image] : []));
}

/** `ghcr.io/openova-io` for OpenOva's account; of any other image the registry alone. */
export function registryOf(image: string): string {
  const [first = '', second = ''] = image.toLowerCase().split('/');
  const named = image.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const host = named ? first : 'docker.io';
  return named && second === 'openova-io' ? `${host}/openova-io` : host;
}

/** Host of a URL, of `git@host:path`, or of an image name. */
export function hostIn(url: string): string {
  if (URL.canParse(url) && url.includes('://')) return new URL(url).hostname.toLowerCase();
  return (/^(?:[^@/]+@)?([^:/]+)/.exec(url)?.[1] ?? url).toLowerCase();
}

function withoutLogin(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
