/** The two clusters of a lab on existing clusters: fixed by identity at `lab up`, compared at every later use, cleared at `lab down`. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from 'catalyst/support/clock.js';
import { command } from 'catalyst/support/commands/command.js';
import { fail } from 'catalyst/support/errors/errors.js';
import { labFqdn } from '../start/lab-info.js';
import { inventoryFile, readInventory } from './inventory.js';

export interface FixedCluster {
  /** Absolute path of its kubeconfig, and the context in it. */
  file: string;
  context: string;
  server: string;
  /** Of its kube-system namespace. */
  uid: string;
}
export type FixedClusters = Record<'mother' | 'sovereign', FixedCluster>;
/** Paths as the person gave them. */
export type GivenClusters = Partial<Record<'mother' | 'sovereign', string>>;

/** What is confirmed before a lab is made on two clusters. */
export interface ClusterQuestion {
  clusters: FixedClusters;
  /** What else is on them, by cluster. */
  found: readonly string[];
}

const names = ['mother', 'sovereign'] as const;
const flagOf = { mother: '--mother-kubeconfig', sovereign: '--kubeconfig' };
const titleOf = { mother: 'mother', sovereign: 'Sovereign' };
const fixedFile = (directory: string) => join(directory, 'existing', 'clusters.json');

/** What `lab up` fixed in that directory; undefined for every other lab. */
export function readFixed(directory: string): FixedClusters | undefined {
  if (!existsSync(fixedFile(directory))) return undefined;
  return JSON.parse(readFileSync(fixedFile(directory), 'utf8')) as FixedClusters;
}

/**
 * Looks at both clusters, has them confirmed and fixes them for this lab. Throws E7003 without both files or while an earlier lab's
 * things are there; what `lookAtClusters` throws; E4006, or what `confirm` rejects with, when they are not confirmed.
 */
export async function fixClusters(
  directory: string,
  options: {
    name: string;
    clusters?: GivenClusters;
    signal: AbortSignal;
    confirm?: (question: ClusterQuestion) => Promise<void>;
  },
): Promise<FixedClusters> {
  const { name, clusters: given = {}, signal, confirm } = options;
  const lacking = names.filter((one) => !given[one]).map((one) => flagOf[one]);
  if (lacking.length > 0)
    throw fail('E7003', `A lab on existing clusters needs two kubeconfigs: ${lacking.join(' and ')} missing.`, {
      actions: [
        command('lab up', name, {
          engine: 'kubeconfig',
          'mother-kubeconfig': given.mother ?? 'FILE',
          kubeconfig: given.sovereign ?? 'FILE',
        }),
      ],
    });
  if (names.some((one) => readInventory(inventoryFile(directory, one)).length > 0))
    throw fail('E7003', `An earlier lab ${name} left objects on its clusters.`, {
      actions: [command('lab down', name)],
    });
  const files = { mother: resolve(given.mother!), sovereign: resolve(given.sovereign!) };
  const { lookAtClusters } = await import('./fitness.js');
  const question = await lookAtClusters(files, { fqdn: labFqdn, signal });
  const { clusters } = question;
  if (!confirm)
    throw fail('E4006', `The two clusters of the lab ${name} are not confirmed yet. Nothing was changed.`, {
      actions: [
        command('lab up', name, {
          engine: 'kubeconfig',
          'mother-kubeconfig': files.mother,
          kubeconfig: files.sovereign,
          confirm: answerFor(clusters),
        }),
      ],
    });
  await confirm(question);
  mkdirSync(join(directory, 'existing'), { recursive: true, mode: 0o700 });
  writeFileSync(fixedFile(directory), JSON.stringify(clusters, null, 2), { mode: 0o600 });
  return clusters;
}

/** The value of --confirm: both context names. */
export const answerFor = ({ mother, sovereign }: FixedClusters) => `${mother.context},${sovereign.context}`;

/**
 * Compares the clusters of a lab with those that `lab up` fixed, and so those that flags name now. Throws E7011 when a kubeconfig
 * leads to another cluster by now, E3101 when one does not answer.
 */
export async function requireFixed(directory: string, given: GivenClusters, signal: AbortSignal): Promise<void> {
  const fixed = readFixed(directory);
  if (!fixed) return;
  const { upstreamOf } = await import('./upstream.js');
  const look = async (one: 'mother' | 'sovereign', file: string, context?: string) => {
    const upstream = upstreamOf(file, context);
    try {
      await requireUid(titleOf[one], upstream, fixed[one], signal);
    } finally {
      upstream.close();
    }
  };
  await Promise.all(
    names.flatMap((one) => {
      const now = given[one];
      return [look(one, fixed[one].file, fixed[one].context), ...(now === undefined ? [] : [look(one, resolve(now))])];
    }),
  );
}

async function requireUid(
  title: string,
  upstream: import('./upstream.js').Upstream,
  { uid, server }: FixedCluster,
  signal: AbortSignal,
): Promise<void> {
  const { identityOf } = await import('./fitness.js');
  const found = await identityOf(upstream, signal);
  if (found === uid) return;
  throw fail(
    'E7011',
    `The kubeconfig of the ${title} (context ${upstream.context}, ${upstream.server}) leads to another cluster than the one that this lab was made on (${server}): the UID of kube-system is ${found}, not ${uid}. Nothing was changed.`,
    { actions: ['give the kubeconfig that lab up was given', 'or use another lab for that cluster: --lab second'] },
  );
}

/**
 * Removes what a lab made on existing clusters; 0 for every other lab. Throws E3101 when one does not answer, E7011 when it is
 * another cluster by now, and E7001 when something cannot be deleted: the list stays, and the next call continues.
 */
export async function clearGiven(directory: string, options: { clock: Clock; signal: AbortSignal }): Promise<number> {
  const fixed = readFixed(directory);
  if (!fixed) return 0;
  const { removeInventory } = await import('./cleanup.js');
  const { upstreamOf } = await import('./upstream.js');
  let count = 0;
  for (const one of names) {
    const made = inventoryFile(directory, one);
    if (readInventory(made).length === 0) continue;
    const upstream = upstreamOf(fixed[one].file, fixed[one].context);
    try {
      await requireUid(titleOf[one], upstream, fixed[one], options.signal);
      const { removed, left } = await removeInventory(upstream, made, options);
      if (left.length > 0)
        throw fail(
          'E7001',
          `On the cluster at ${upstream.server} these objects cannot be deleted: ${left.join(', ')}.`,
          {
            actions: ['check what keeps it (its finalizers), then run the same command again'],
            data: { left },
          },
        );
      rmSync(made);
      count += removed;
    } finally {
      upstream.close();
    }
  }
  return count;
}
