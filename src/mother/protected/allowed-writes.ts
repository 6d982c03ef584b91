/** Every write that catalyst makes on the mother or in her DNS: one table, by object and field, with why each is there. What is not in it is refused. Pure. */

import type { Target } from '../../engine/mutation.js';
import type { Write, WriteVerb } from '../../engine/protects.js';
import { bareName, isAtOrBelow, parentZoneOf } from '../../sovereign/spec/protected-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { command } from '../../support/commands/command.js';
import { claimScripts } from '../jobs/claim-scripts.js';
import {
  claimJobName,
  frozenBy,
  frozenFrom,
  leaseName,
  recordNameOf,
  redirectNameOf,
  undoName,
  undoStem,
} from '../own-names.js';
import { erasableKinds } from './erasable.js';
import type { MotherFacts } from './mother-facts.js';
import { kubeconfigSecretOf } from './ownership.js';

export interface AllowedWrite {
  what: string;
  /** Why catalyst may write it. */
  reason: string;
  kinds: readonly string[];
  verbs: readonly WriteVerb[];
  /** Fields that may be written; left out: the whole object, which is catalyst's own. */
  fields?: readonly string[];
  /** Of a write to a protected thing: what puts it back, armed before the write. */
  undo?: string;
  is(write: Write, about: About): boolean;
}

/** The row that a write is of. */
export const rowOf = (write: Write, about: About): AllowedWrite | undefined =>
  allowedWrites.find(({ kinds, is }) => kinds.includes(write.target.kind) && is(write, about));

export interface About {
  sovereign: Sovereign;
  /** This run's, which names what it makes. */
  runId: string;
  facts: MotherFacts;
}

/** `Kind namespace/name`. */
export const keyOf = ({ kind, namespace, name }: Target) => `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

/** True for an object of that name in catalyst's namespace on the mother. */
const isNamed = ({ target }: Write, { sovereign }: About, name: string) =>
  target.system === 'mother' && target.namespace === sovereign.spec.mother.catalyst.namespace && target.name === name;

/** The only four kinds of write to protected things. */
export const protectedWrites: readonly (AllowedWrite & { undo: string })[] = [
  {
    what: 'replicas of catalyst-api',
    reason:
      'it serves records from memory and writes them back, so erasing files and proving independence require that it is stopped',
    kinds: ['Deployment'],
    verbs: ['patch'],
    fields: ['spec.replicas'],
    undo: 'a Job on the mother scales it back; startCatalyst does so earlier',
    is: (write, about) => isNamed(write, about, about.sovereign.spec.mother.catalyst.deployment),
  },
  {
    what: 'suspension of the Kustomization that owns catalyst-api',
    reason: 'Flux would start catalyst-api again',
    kinds: ['Kustomization'],
    verbs: ['patch'],
    fields: ['spec.suspend'],
    undo: 'a Job on the mother resumes it; startCatalyst does so earlier',
    is: ({ target }, { facts }) => target.system === 'mother' && facts.owner === keyOf(target),
  },
  {
    what: "this Sovereign's redirect",
    reason: 'the old addresses of this Sovereign lead to it',
    kinds: ['Ingress', 'Middleware'],
    verbs: ['create', 'apply', 'patch', 'delete'],
    undo: `a Job on the mother removes it unless this run has seen it work; later: ${command('handover redirect', { remove: true })}`,
    is: (write, about) => isNamed(write, about, redirectNameOf(about.sovereign.spec.fqdn)),
  },
  {
    what: 'record sets at and below the FQDN in the parent zone',
    reason: "the parent zone refers to the Sovereign's own name servers",
    kinds: ['RRset'],
    // deleted: the DS of the zone before, which other keys do not match, and the delegation when that zone comes back
    verbs: ['patch', 'delete'],
    undo: `${command('ticket run', '374')} writes the delegation again; the records that it replaced are in the journal`,
    is: ({ target: { name, namespace } }, { sovereign }) => {
      const zone = bareName(namespace ?? parentZoneOf(sovereign));
      return zone === bareName(parentZoneOf(sovereign)) && isAtOrBelow(bareName(name), bareName(sovereign.spec.fqdn));
    },
  },
];

/** What catalyst makes there for itself. */
const ownWrites: readonly AllowedWrite[] = [
  {
    what: 'the Lease on the mother',
    reason: 'one run at a time acts on the mother; it names the Sovereign and the run',
    kinds: ['Lease'],
    verbs: ['create', 'patch', 'delete'],
    is: (write, about) => isNamed(write, about, leaseName),
  },
  {
    what: 'short Jobs on the claim of catalyst-api',
    reason: 'its files are read and erased only from a Pod that mounts it',
    kinds: ['Job'],
    verbs: ['create', 'delete'],
    is: (write, about) => {
      const run = write.verb === undefined ? undefined : about.runId;
      return Object.keys(claimScripts).some((script) => isNamed(write, about, claimJobName(script, run)));
    },
  },
  {
    what: 'the armed undo',
    reason: 'it puts back what is stopped, or a redirect that nobody has seen work, when this process cannot',
    kinds: ['Job', 'ServiceAccount', 'Role', 'RoleBinding'],
    verbs: ['apply', 'delete'],
    is: isUndo,
  },
  {
    what: 'the record of the handover',
    reason: 'both clusters record its progress',
    kinds: ['ConfigMap'],
    verbs: ['apply', 'delete'],
    is: (write, about) => isNamed(write, about, recordNameOf(about.sovereign.spec.fqdn)),
  },
];

/** What is this Sovereign's by exact identity. */
const sovereignWrites: readonly AllowedWrite[] = [
  {
    what: 'Flux objects of this Sovereign',
    reason: 'the mother stops reconciling what is handed over; their ownership fields name it and no other',
    kinds: ['Kustomization', 'HelmRelease', 'GitRepository'],
    verbs: ['patch', 'delete'],
    fields: ['spec.suspend', `metadata.annotations[${frozenBy}]`, `metadata.annotations[${frozenFrom}]`],
    is: ({ target }, { facts }) => target.system === 'mother' && facts.own.has(keyOf(target)),
  },
  {
    what: 'objects whose ownership fields name this Sovereign and no other',
    reason: 'the mother keeps nothing that is its alone; no kind of them runs, routes or stores something',
    kinds: erasableKinds.map(({ kind }) => kind),
    verbs: ['delete'],
    is: ({ target }, { facts }) => target.system === 'mother' && facts.erasable?.has(keyOf(target)) === true,
  },
  {
    what: 'the kubeconfig of this Sovereign',
    reason: 'access that the mother must not keep; its name is the whole FQDN',
    kinds: ['Secret'],
    verbs: ['delete'],
    is: (write, about) => isNamed(write, about, kubeconfigSecretOf(about.sovereign.spec.fqdn)),
  },
  {
    what: "the mother's own zone of this Sovereign's name",
    reason:
      "as long as it is there the mother answers from it and never refers to the Sovereign's servers; its name is the whole FQDN, its content was exported, and it is created again from that",
    kinds: ['Zone'],
    verbs: ['delete', 'create'],
    is: ({ target }, { sovereign }) =>
      target.system === 'mother' && bareName(target.name) === bareName(sovereign.spec.fqdn),
  },
];

/** All of it, protected things first. */
export const allowedWrites: readonly AllowedWrite[] = [...protectedWrites, ...ownWrites, ...sovereignWrites];

/** Whether a mutation can be of the row of erasable objects alone. What is erasable takes ten lists more, which are read for no other one. */
export function asksErasable(target: Target, about: About): boolean {
  const isOfKind = target.system === 'mother' && erasableKinds.some(({ kind }) => kind === target.kind);
  return isOfKind && rowOf({ target }, { ...about, facts: { ...about.facts, erasable: undefined } }) === undefined;
}

/** Where catalyst runs, and where the Kustomization lies that is resumed; a run deletes also what an earlier one of its Sovereign left. */
function isUndo({ target, verb }: Write, { sovereign, runId, facts }: About): boolean {
  const { fqdn, mother } = sovereign.spec;
  const { system, kind, namespace = '', name } = target;
  const places = [mother.catalyst.namespace];
  if (kind.startsWith('Role') && facts.owner) places.push(facts.owner.slice('Kustomization '.length).split('/')[0]!);
  if (system !== 'mother' || !places.includes(namespace)) return false;
  if (verb === undefined) return name === undoStem(fqdn);
  if (name === undoName({ fqdn, runId })) return true;
  return verb === 'delete' && name.startsWith(`${undoStem(fqdn)}-`) && facts.made.get(keyOf(target)) === 'own';
}
