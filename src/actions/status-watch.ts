import { watch } from 'node:fs/promises';
import { type StatusResult, statusOf } from './status.js';

/** Shows the table again at every change of the journal, until the signal; event-driven, no polling. */
export async function watchStatus(
  stateDir: string,
  fqdn: string | undefined,
  signal: AbortSignal,
  show: (result: StatusResult) => void,
): Promise<StatusResult> {
  let last = '';
  try {
    for await (const change of watch(stateDir, { signal })) {
      if (change.filename !== 'journal.jsonl') continue;
      const result = statusOf(stateDir, fqdn);
      const key = JSON.stringify(result);
      if (key !== last) show(result);
      last = key;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return statusOf(stateDir, fqdn);
}
