/** What a write is, and the only four kinds of write to protected things: one table, by object and field, each with its undo. Pure. */
import { bareName, isAtOrBelow, parentZoneOf } from '../sovereign/protected-names.js';
import type { Sovereign } from '../sovereign/schema.js';
import type { MotherFacts } from './mother-facts.js';

/** What a write is made on. */
export interface WriteTarget {
  system: string;
  kind: string;
  name: string;
  namespace?: string;
}

/** HTTP methods by what they do: PUT and PATCH are `patch`, POST is `create`. */
export type WriteVerb = 'create' | 'apply' | 'patch' | 'delete';

/** One write, as the gate's writers are about to send it. */
export interface Write {
  target: WriteTarget;
  /** Left out of a mutation that is only declared: whether anything at all may be written there. */
  verb?: WriteVerb;
  /** Leaves that a patch or an apply sets or removes: `spec.replicas`, `metadata.annotations[example.org/mark]`. */
  fields?: readonly string[];
}

/** Everything catalyst itself makes on the mother begins so; the name alone allows nothing. */
export const ownPrefix = 'catalyst-sovereign-';

/** Name of the redirect's Ingress and Middleware, which are the Sovereign's by their label too. */
export const redirectNameOf = (fqdn: string) => `${ownPrefix}redirect-${fqdn.replaceAll('.', '-')}`;

export interface AllowedWrite {
  what: string;
  kinds: readonly string[];
  verbs: readonly WriteVerb[];
  /** Fields that may be written; left out: the whole object, which is catalyst's own. */
  fields?: readonly string[];
  /** What puts it back, armed before the write. */
  undo: string;
  is(target: WriteTarget, about: About): boolean;
}

export interface About {
  sovereign: Sovereign;
  facts?: MotherFacts;
}

/** `Kind namespace/name`. */
export const keyOf = ({ kind, namespace, name }: WriteTarget) => `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

/** The only four kinds of write to protected things, by object and field. */
export const allowedWrites: readonly AllowedWrite[] = [
  {
    what: 'replicas of catalyst-api',
    kinds: ['Deployment'],
    verbs: ['patch'],
    fields: ['spec.replicas'],
    undo: 'a Job on the mother scales it back; startCatalyst does so earlier',
    is: ({ system, namespace, name }, { sovereign }) => {
      const { catalyst } = sovereign.spec.mother;
      return system === 'mother' && namespace === catalyst.namespace && name === catalyst.deployment;
    },
  },
  {
    what: 'suspension of the Kustomization that owns catalyst-api',
    kinds: ['Kustomization'],
    verbs: ['patch'],
    fields: ['spec.suspend'],
    undo: 'a Job on the mother resumes it; startCatalyst does so earlier',
    is: (target, { facts }) => target.system === 'mother' && facts?.owner === keyOf(target),
  },
  {
    what: "this Sovereign's redirect",
    kinds: ['Ingress', 'Middleware'],
    verbs: ['create', 'apply', 'patch', 'delete'],
    undo: 'catalyst handover redirect --remove',
    is: (target, { sovereign, facts }) => {
      const { fqdn, mother } = sovereign.spec;
      const { system, namespace, name } = target;
      const named = system === 'mother' && namespace === mother.catalyst.namespace && name === redirectNameOf(fqdn);
      // one that exists and belongs to another Sovereign of the same slug is not this Sovereign's
      return named && (facts?.redirect.has(keyOf(target)) === true || !facts?.guarded.has(keyOf(target)));
    },
  },
  {
    what: 'record sets at and below the FQDN in the parent zone',
    kinds: ['RRset'],
    verbs: ['patch'],
    undo: 'catalyst ticket run 374 writes the delegation again; the records that it replaced are in the journal',
    is: ({ name, namespace }, { sovereign }) => {
      const zone = bareName(namespace ?? parentZoneOf(sovereign));
      return zone === bareName(parentZoneOf(sovereign)) && isAtOrBelow(bareName(name), bareName(sovereign.spec.fqdn));
    },
  },
];
