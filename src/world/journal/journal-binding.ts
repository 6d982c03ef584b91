/** What a journal belongs to: a Sovereign, a world (one lab, or the real one), a mother. Its first line says so. */
import { dirname } from 'node:path';
import type { Journal } from '../../engine/journal.js';
import type { JournalEntry } from '../../engine/journal-entry.js';
import { clusterNames } from '../../hetzner/names.js';
import { journalHeadPath } from '../../sovereign/state/lock.js';
import type { WorldIdentity } from '../../sovereign/world-identity.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';

export interface Binding {
  fqdn: string;
  /** Absent until something was reached that tells. */
  world?: WorldIdentity;
  /** UID of the mother's kube-system, once read. */
  motherUid?: string;
  /** UID of the Sovereign's kube-system, once read; that of another counts only after a control plane was created. */
  clusterUid?: string;
  /** The project at Hetzner, once it has a marker; counts until that is deleted or made again. */
  hetznerProject?: HetznerProject;
}

export interface HetznerProject {
  /** Id of the marker. */
  marker: number;
  /** Fingerprint of the token that last saw it: a token never changes its project. */
  token: string;
}

/** Folds the `bound` lines; undefined for a journal that has none: empty, or of catalyst 0.1.0. */
export function bindingOf(entries: readonly JournalEntry[]): Binding | undefined {
  const bound: Partial<Binding> = {};
  for (const entry of entries) {
    if (entry.kind === 'bound') Object.assign(bound, entry.inputs);
    else if (createsControlPlane(entry, bound.fqdn)) delete bound.clusterUid;
    else if (entry.kind === 'begin' && isOfMarker(entry.target, bound.fqdn)) delete bound.hetznerProject;
  }
  const { fqdn, ...rest } = bound;
  return typeof fqdn === 'string' ? { fqdn, ...rest } : undefined;
}

/** A cluster is built or built again: from here on it is another one. */
function createsControlPlane({ kind, target, inputs }: JournalEntry, fqdn: string | undefined): boolean {
  if (kind !== 'begin' || target?.system !== 'hetzner' || target.kind !== 'server' || fqdn === undefined) return false;
  return (
    target.name === clusterNames(fqdn).controlPlane(1) &&
    typeof inputs?.sentence === 'string' &&
    inputs.sentence.startsWith('create ')
  );
}

/** Whether a change makes or deletes the marker of the Sovereign's project. */
export function isOfMarker(target: JournalEntry['target'], fqdn: string | undefined): boolean {
  if (target?.system !== 'hetzner' || target.kind !== 'placement_group' || fqdn === undefined) return false;
  return target.name === clusterNames(fqdn).marker;
}

/** Throws E4030 when the journal belongs to another Sovereign, world or mother. What either side does not know is not compared. */
export function requireBinding(entries: readonly JournalEntry[], path: string, expected: Binding): void {
  const bound = bindingOf(entries);
  if (!bound) {
    requireDerived(entries, path, expected);
    return;
  }
  if (bound.fqdn !== expected.fqdn) throw foreign(path, bound.fqdn, expected.fqdn);
  const { world, motherUid, clusterUid } = bound;
  if (world && expected.world && idOf(world) !== idOf(expected.world))
    throw foreign(path, `${bound.fqdn} in ${nameOf(world)}`, `${expected.fqdn} in ${nameOf(expected.world)}`);
  if (motherUid && expected.motherUid && motherUid !== expected.motherUid)
    throw foreign(path, `the mother cluster with UID ${motherUid}`, `the one with UID ${expected.motherUid}`);
  if (clusterUid && expected.clusterUid && clusterUid !== expected.clusterUid)
    throw fail(
      'E4033',
      `The kubeconfig of ${bound.fqdn} leads to the cluster with UID ${expected.clusterUid}; the journal recorded ${clusterUid} when it was created. Nothing was changed.`,
      {
        actions: [
          'check --kubeconfig (CATALYST_KUBECONFIG): it must lead to the cluster that catalyst created, or be left out',
          `or, if that cluster is to be built again: ${command('cluster destroy')}, then ${command('resume')}`,
        ],
        data: { recorded: clusterUid, found: expected.clusterUid },
      },
    );
}

/** Checks the binding and writes down what of it is new: all of it on a new journal. Throws E4030 as above. */
export function bind(journal: Journal, expected: Binding): void {
  requireBinding(journal.entries, journal.path, expected);
  const bound = bindingOf(journal.entries);
  const known = Object.entries(expected).filter(([, value]) => value !== undefined);
  const fresh = known.filter(([name]) => bound?.[name as keyof Binding] === undefined);
  if (fresh.length > 0) journal.append({ kind: 'bound', inputs: Object.fromEntries(fresh) });
}

/**
 * A journal of catalyst 0.1.0 says nowhere what it belongs to. But its network at Hetzner is named after its Sovereign, and the API
 * server of a lab was on loopback, where that of a real Sovereign never is. Other journals hold no proof that could mislead.
 */
function requireDerived(entries: readonly JournalEntry[], path: string, { fqdn, world }: Binding): void {
  const networks = entries.flatMap(({ target }) =>
    target?.system === 'hetzner' && target.kind === 'network' && ownNetwork.test(target.name) ? [target.name] : [],
  );
  const strange = [...new Set(networks)].filter((name) => name !== clusterNames(fqdn).network);
  if (strange.length > 0) throw foreign(path, `the Sovereign with the network ${strange.join(', ')}`, fqdn);
  const { server } =
    entries.findLast(({ kind, step }) => kind === 'proof' && step === 'cluster')?.evidence?.facts ?? {};
  if (world?.kind === 'real' && loopback.test(String(server)))
    throw foreign(path, `a lab, whose cluster was ${server}`, `${fqdn} in ${nameOf(world)}`);
}

const ownNetwork = /^catalyst-.+-net$/;
const loopback = /^https:\/\/(127\.|localhost|\[::1\])/;

const idOf = (world: WorldIdentity) => (world.kind === 'lab' ? world.id : 'real');
const nameOf = (world: WorldIdentity) =>
  world.kind === 'lab' ? `the lab ${world.name} (${world.id.slice(0, 8)})` : 'the real world';

function foreign(path: string, bound: string, expected: string) {
  const head = journalHeadPath(dirname(path));
  return fail(
    'E4030',
    `The journal ${path} belongs to ${bound}, but this command is for ${expected}. Nothing was changed.`,
    {
      actions: [
        'give each Sovereign and world a state directory of its own: --state-dir DIR (CATALYST_STATE_DIR)',
        `or, if the journal was put there by mistake, move it away: mv ${path} ${path}.foreign; mv ${head} ${head}.foreign; ${command('journal repair', { confirm: expected })}`,
      ],
      data: { path, bound, expected },
    },
  );
}
