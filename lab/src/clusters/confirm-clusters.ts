/** The clusters that a lab is made on, confirmed by their context names: typed, or given as `--confirm MOTHER,SOVEREIGN`. */
import type { Output, Prompter } from 'catalyst/actions/session/context.js';
import { fail } from 'catalyst/support/errors/errors.js';
import { answerFor, type ClusterQuestion } from '../existing/given-clusters.js';

/** Shows both clusters first. Throws E4006 when they are not confirmed. */
export async function confirmClusters(
  { prompter, output }: { prompter: Prompter; output: Pick<Output, 'note'> },
  { clusters, found }: ClusterQuestion,
  confirm: string | undefined,
): Promise<void> {
  const both = [
    ['mother', clusters.mother],
    ['Sovereign', clusters.sovereign],
  ] as const;
  for (const [title, { context, server, uid, file }] of both)
    output.note(`${title}: context ${context}, ${server}, kube-system ${uid} (${file})`);
  for (const one of found) output.note(`already there: ${one}`);
  const wanted = answerFor(clusters);
  const refuse = (why: string) =>
    fail('E4006', `A lab creates and deletes objects on both clusters: ${why} Nothing was changed.`, {
      actions: [`add --confirm ${wanted}`],
      data: { confirm: wanted },
    });
  if (confirm !== undefined) {
    if (confirm === wanted) return;
    throw refuse(`--confirm is "${confirm}", not the two contexts (${wanted}).`);
  }
  if (!prompter.available)
    throw refuse(`this needs --confirm ${wanted}, the contexts of the mother and the Sovereign.`);
  for (const [title, { context }] of both) {
    const typed = await prompter.text({
      message: `The lab will create and delete objects on the ${title}'s cluster. Type its context (${context}) to confirm:`,
    });
    if (typed !== context) throw refuse(`"${typed}" was typed, not ${context}.`);
  }
}
