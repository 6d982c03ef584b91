/** The two kubeconfigs of a lab of clusters that exist: what is asked of them before a lab is started, and what they leave. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock } from '../../support/clock.js';
import { fail } from '../../support/errors.js';
import { labFqdn } from '../lab-info.js';
import type { ExistingClusters } from './existing-engine.js';
import { madeFile, readMade } from './made.js';

/** Paths as the person gave them. */
export type GivenClusters = Partial<ExistingClusters>;

const names = ['mother', 'sovereign'] as const;
const flagOf = { mother: '--mother-kubeconfig', sovereign: '--kubeconfig' };
const filesFile = (directory: string) => join(directory, 'existing', 'kubeconfigs.json');

/**
 * Absolute paths, kept in the lab's directory for `lab down`. Throws E7003 without both files or while an earlier lab's things
 * stand there; what `lookAtClusters` throws; and what `confirm` rejects with when something else is on the clusters.
 */
export async function lookBefore(
  directory: string,
  options: {
    name: string;
    clusters?: GivenClusters;
    signal: AbortSignal;
    confirm?: (what: string) => Promise<void>;
    note?: (text: string) => void;
  },
): Promise<ExistingClusters> {
  const { name, clusters = {}, signal, confirm } = options;
  const lacking = names.filter((one) => !clusters[one]).map((one) => flagOf[one]);
  if (lacking.length > 0)
    throw fail('E7003', `A lab of clusters that exist needs two kubeconfigs: ${lacking.join(' and ')} missing.`, {
      actions: [`catalyst lab up ${name} --engine kubeconfig --mother-kubeconfig FILE --kubeconfig FILE`],
    });
  if (names.some((one) => readMade(madeFile(directory, one)).length > 0))
    throw fail('E7003', `An earlier lab ${name} left its things on its clusters.`, {
      actions: [`catalyst lab down ${name} takes them away`],
    });
  const files = { mother: resolve(clusters.mother!), sovereign: resolve(clusters.sovereign!) };
  const { lookAtClusters, some } = await import('./fitness.js');
  const found = await lookAtClusters(files, { fqdn: labFqdn, signal });
  if (found.length > 0) {
    const what = `This makes a lab beside what is on these clusters already (${some(found)})`;
    if (confirm) await confirm(what);
    else
      throw fail('E4006', `${what}. Nothing was changed.`, {
        actions: [`catalyst lab up ${name} --engine kubeconfig … asks, or takes --confirm`],
      });
  }
  mkdirSync(join(directory, 'existing'), { recursive: true, mode: 0o700 });
  writeFileSync(filesFile(directory), JSON.stringify(files), { mode: 0o600 });
  return files;
}

/**
 * Takes away what a lab made on clusters that exist; 0 for every other lab. Throws E3101 when one does not answer and E7001 when
 * something does not go: the list stays, and the next call goes on.
 */
export async function clearGiven(directory: string, options: { clock: Clock; signal: AbortSignal }): Promise<number> {
  if (!existsSync(filesFile(directory))) return 0;
  const files = JSON.parse(readFileSync(filesFile(directory), 'utf8')) as ExistingClusters;
  const { removeMade } = await import('./remove-made.js');
  const { upstreamOf } = await import('./upstream.js');
  let count = 0;
  for (const one of names) {
    const made = madeFile(directory, one);
    if (readMade(made).length === 0) continue;
    const upstream = upstreamOf(files[one]);
    const { removed, left } = await removeMade(upstream, made, options).finally(() => upstream.close());
    if (left.length > 0)
      throw fail('E7001', `On the cluster at ${upstream.server} this does not go: ${left.join(', ')}.`, {
        actions: ['see what holds it (its finalizers), then the same command again'],
        data: { left },
      });
    rmSync(made);
    count += removed;
  }
  return count;
}
