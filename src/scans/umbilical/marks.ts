/**
 * What catalyst itself puts on the Sovereign for a while and that names the mother: the egress block and the names it makes unknown.
 * It is recognized by the run that its marks name and by being nothing else than what catalyst makes; a mark alone excuses nothing. Pure.
 */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { jobLabel, runLabel, sovereignLabel } from '../../mother/own-names.js';
import type { OwnMark } from '../scan.js';

/** Of everything that belongs to the egress block (src/verification/experiment/egress-objects.ts). */
export const blockName = 'catalyst-egress-block';
export const blockJob = 'lift-egress';
export const untilAnnotation = 'catalyst.openova.io/until';
export const blockNamesKey = `${blockName}.server`;
/** Of the names that the block lets out: nothing of it is skipped by the scan. */
export const allowedNamesKey = 'catalyst-egress-allow.server';

export interface MarkedPart {
  mark: OwnMark;
  /** What of the object is the mark; the rest is looked at as any other. Left out where the scan looks at all of it. */
  path?: string;
}

export function ownMarkOf(object: KubeObject, fqdn: string, now: Date): MarkedPart | undefined {
  if (object.kind === 'ConfigMap') return unknownNamesOf(object);
  const { labels = {}, annotations = {}, name } = object.metadata;
  const run = labels[runLabel];
  const marked = labels[jobLabel] === blockJob && labels[sovereignLabel] === fqdn && name === blockName;
  if (!marked || run === undefined || object.kind !== 'CiliumClusterwideNetworkPolicy') return undefined;
  const until = annotations[untilAnnotation];
  const expired = until !== undefined && Date.parse(until) <= now.getTime();
  const mark = { where: `${object.kind} ${name}`, run, ...(until ? { until } : {}), expired };
  // what a policy denies is reached by nothing; what it allows, exceptions from a deny among it, is looked at
  return { mark, ...(hasExceptions(object) ? {} : { path: 'spec.egressDeny' }) };
}

const hasExceptions = ({ spec }: KubeObject): boolean =>
  ((spec?.egressDeny ?? []) as { toCIDRSet?: { except?: unknown }[] }[]).some((rule) =>
    (rule.toCIDRSet ?? []).some(({ except }) => except !== undefined),
  );

/** CoreDNS is told that names are unknown, and nothing else: no forward, no answer of its own. */
function unknownNamesOf({ kind, metadata, data }: KubeObject): MarkedPart | undefined {
  const text: unknown = data?.[blockNamesKey];
  if (metadata.namespace !== 'kube-system' || metadata.name !== 'coredns-custom' || typeof text !== 'string')
    return undefined;
  const [, run, names, rest] = /^# run (\S+)\n([^{}]*)\{([\s\S]*)$/.exec(text) ?? [];
  if (
    run === undefined ||
    names === undefined ||
    !/^\s*template ANY ANY \{\s*rcode NXDOMAIN\s*\}\s*\}\s*$/.test(rest ?? '')
  )
    return undefined;
  return {
    mark: { where: `${kind} ${metadata.namespace}/${metadata.name} ${blockNamesKey}`, run, expired: false },
    path: `data.${blockNamesKey}`,
  };
}
