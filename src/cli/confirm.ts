/** The two kinds of confirmation: a plain yes, and the Sovereign's FQDN typed before anything is destroyed (product.md §7). */
import type { Prompter } from '../actions/context.js';
import { fail } from '../support/errors.js';

export async function confirmByName(
  prompter: Prompter,
  { what, fqdn, confirm, lab }: { what: string; fqdn: string; confirm?: string; lab?: boolean },
): Promise<void> {
  const refuse = (why: string) =>
    fail('E4006', `${what}: ${why} Nothing was changed.`, {
      actions: [`add --confirm ${fqdn}`],
      data: { confirm: fqdn },
    });
  if (lab) return;
  if (confirm !== undefined) {
    if (confirm === fqdn) return;
    throw refuse(`--confirm says "${confirm}", not ${fqdn}.`);
  }
  if (!prompter.available) throw refuse(`this needs --confirm ${fqdn}; --yes is not enough.`);
  const typed = await prompter.text({ message: `${what}. Type ${fqdn} to confirm:` });
  if (typed !== fqdn) throw refuse(`"${typed}" was typed, not ${fqdn}.`);
}

export async function confirmStart(
  prompter: Prompter,
  { message, yes }: { message: string; yes: boolean },
): Promise<boolean> {
  if (yes) return true;
  if (!prompter.available) {
    throw fail('E1002', `"${message}" needs an answer, and there is no terminal to ask on.`, {
      actions: ['add --yes'],
      data: { flag: '--yes' },
    });
  }
  return prompter.confirm({ message, default: true });
}
