/** The two kinds of confirmation: a plain yes, and the Sovereign's FQDN typed before anything is destroyed (product.md §7). */
import type { Prompter } from '../../actions/session/context.js';
import type { Confirm } from '../../engine/confirmation.js';
import { fail } from '../../support/errors/errors.js';
import { GoBack } from './go-back.js';

interface ByName {
  what: string;
  fqdn: string;
  /** Value of --confirm. */
  confirm?: string;
  /** True in a lab, which needs no answer; a wrong one is refused there too. */
  lab?: boolean;
}

const refusal = ({ what, fqdn }: ByName, why: string) =>
  fail('E4006', `${what}: ${why} Nothing was changed.`, {
    actions: [`add --confirm ${fqdn}`],
    data: { confirm: fqdn },
  });

/** True when the name was given, or need not be; false when it is to be typed. Throws E4006 where it is wrong or cannot be. */
function isConfirmed(prompter: Prompter, request: ByName): boolean {
  const { fqdn, confirm, lab } = request;
  if (confirm !== undefined && confirm !== fqdn) throw refusal(request, `--confirm is "${confirm}", not ${fqdn}.`);
  if (confirm !== undefined || lab) return true;
  if (!prompter.available) throw refusal(request, `this needs --confirm ${fqdn}; --yes is not enough.`);
  return false;
}

async function askName(prompter: Prompter, request: ByName): Promise<void> {
  const { what, fqdn } = request;
  const check = (typed: string) => typed === fqdn || `That is not ${fqdn}. Type it, or press ^C to change nothing.`;
  const typed = await prompter.text({ message: `${what}. Type ${fqdn} to confirm:`, check }).catch(whenBack);
  if (typed !== fqdn)
    throw refusal(request, typed === undefined ? 'it was not confirmed.' : `"${typed}" was typed, not ${fqdn}.`);
}

/** Esc is no answer. */
function whenBack(error: unknown): undefined {
  if (!(error instanceof GoBack)) throw error;
}

export async function confirmByName(prompter: Prompter, request: ByName): Promise<void> {
  if (!isConfirmed(prompter, request)) await askName(prompter, request);
}

/**
 * Answers what the steps of a run ask. `show` prints the details; `hold` stops the live display while a person types.
 * Throws E4006 at once where a step could not be answered later.
 */
export function confirmInRun(
  prompter: Prompter,
  request: ByName,
  { show, hold }: { show: (line: string) => void; hold: () => () => void },
): Confirm {
  const confirmed = isConfirmed(prompter, request);
  return async ({ what, details }) => {
    const release = confirmed ? () => undefined : hold();
    try {
      for (const line of details) show(line);
      if (!confirmed) await askName(prompter, { ...request, what });
    } finally {
      release();
    }
  };
}

export async function confirmStart(
  prompter: Prompter,
  { message, yes }: { message: string; yes: boolean },
): Promise<boolean> {
  if (yes) return true;
  if (!prompter.available) {
    throw fail('E1002', `"${message}" needs an answer, and there is no terminal to prompt on.`, {
      actions: ['add --yes'],
      data: { flag: '--yes' },
    });
  }
  return prompter.confirm({ message, default: true });
}
