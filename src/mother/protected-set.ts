/**
 * What must never be written: the SME demos on the mother (platform facts §6). The spec can add to it, never take away.
 * Pure and synchronous, so that the gate can ask before every single mutation.
 */
import type { Sovereign } from '../sovereign/schema.js';
import { isProtectedNamespace } from './protected-namespaces.js';

/** What a write is made on. */
export interface WriteTarget {
  system: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** HTTP methods are told by what they do: PUT and PATCH are `patch`, POST is `create`. */
export type WriteVerb = 'create' | 'apply' | 'patch' | 'delete';

/** One write, as the gate's writers are about to send it. */
export interface Write {
  target: WriteTarget;
  /** Left out of a mutation that is only declared: whether anything at all may be written there. */
  verb?: WriteVerb;
  /** Leaves that a patch or an apply sets or removes: `spec.replicas`, `metadata.annotations[example.org/mark]`. */
  fields?: readonly string[];
}

/** Why a write must not be made, or undefined. */
export type Protects = (write: Write) => string | undefined;

const builtInPages = ['/nova/'];

/** Everything catalyst itself makes on the mother begins so; anything else there belongs to somebody else. */
export const ownPrefix = 'catalyst-sovereign-';

export { isProtectedNamespace };

/** Name of the redirect's Ingress and Middleware, which are the Sovereign's by their label too. */
export const redirectNameOf = (fqdn: string) => `${ownPrefix}redirect-${fqdn.replaceAll('.', '-')}`;

/** Pages that must answer as before, throughout. */
export function protectedPages(sovereign: Sovereign): string[] {
  const console = sovereign.spec.mother.catalyst.consoleUrl.replace(/\/$/, '');
  const base = console.replace('://console.', '://');
  const named = (host: string) => base.replace('://', `://${host}.`);
  return [
    ...new Set([
      ...builtInPages.map((path) => `${console}${path}`),
      `${named('marketplace')}/`,
      `${named('admin')}/nova/`,
      ...sovereign.spec.mother.protected.pages,
    ]),
  ];
}

/** The parent zone that the Sovereign's NS records stand in. */
export function parentZoneOf(sovereign: Sovereign): string {
  return sovereign.spec.parentZone.zone ?? sovereign.spec.pool.domain;
}

/** For the gate. */
export function protection(sovereign: Sovereign): Protects {
  const { fqdn, mother } = sovereign.spec;
  const ownNamespace = mother.catalyst.namespace;
  return ({ target }) => {
    if (target.system === 'dns') return protectsName(target, fqdn, parentZoneOf(sovereign));
    if (target.system !== 'mother') return undefined;
    const namespace = target.kind === 'Namespace' ? target.name : target.namespace;
    if (namespace === 'openova-system' && belongsToSovereign(target, fqdn)) return undefined;
    if (namespace !== undefined && isProtectedNamespace(sovereign, namespace)) {
      return `Namespace ${namespace} belongs to the protected set (the SME demos).`;
    }
    if (target.kind === 'Namespace') return 'catalyst neither makes nor removes namespaces on the mother.';
    const shared = ['Ingress', 'Middleware', 'Certificate', 'Service', 'Secret'];
    if (namespace === ownNamespace && shared.includes(target.kind) && !isOwn(target, fqdn)) {
      return `${target.kind} ${namespace}/${target.name} is shared with the SME demos; catalyst writes only objects of its own.`;
    }
    return undefined;
  };
}

/** Rows and zones in openova-system that belong to this very Sovereign. */
function belongsToSovereign(target: WriteTarget, fqdn: string): boolean {
  return ['Zone', 'PoolAllocation', 'RRset'].includes(target.kind) && target.name.replace(/\.$/, '') === fqdn;
}

function isOwn(target: WriteTarget, fqdn: string): boolean {
  return target.name.startsWith(ownPrefix) || target.name === `sovereign-${fqdn}-kubeconfig`;
}

function protectsName(target: WriteTarget, fqdn: string, parent: string): string | undefined {
  const name = target.name.replace(/\.$/, '');
  if (name === fqdn || name.endsWith(`.${fqdn}`)) return undefined;
  if (name === parent && target.kind.toLowerCase() !== 'zone') return undefined;
  return `${target.kind} ${target.name} does not belong to ${fqdn}.`;
}
