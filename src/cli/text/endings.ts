/** What the commands of the walk add to the summary of their run: what was done, the verdict, what to type next. */

import type { Rehearsed } from '../../actions/rehearsal/rehearse.js';
import type { Ending } from '../../actions/session/context.js';
import type { DodResult } from '../../actions/verify/dod.js';
import type { WizardResult } from '../../actions/wizard.js';
import { command } from '../../support/commands/command.js';
import { statedText } from '../../verification/dod/grade.js';
import { phases } from '../../walk/wbs.js';
import type { Block, Cell } from './page.js';
import type { Tone } from './paint.js';

export function wizardEnding({ until, verdict, independence, report, bundle }: WizardResult): Ending {
  const whole = until === phases.length - 1;
  return {
    about: [`phases 0 to ${until}`, whole && independence && `independence: ${independence}`]
      .filter(Boolean)
      .join(' · '),
    ...(whole ? { verdict, report, bundle } : {}),
    next: whole ? [command('status'), command('credentials show')] : [command('wizard')],
  };
}

export function phaseEnding(id: number): Ending {
  const after = phases.find((phase) => phase.id === id + 1);
  const title = phases.find((phase) => phase.id === id)?.title;
  return { about: `phase ${id} ${title}`, next: [after ? command('phase run', after.id) : command('status')] };
}

export function rehearsalEnding({ throwaway, until, bundle, report }: Rehearsed): Ending {
  return {
    about: `rehearsal: phases 0 to ${until} of ${throwaway} built and proven, then wiped; nothing of it is left`,
    report,
    bundle,
    wiped: true,
    next: until < 6 ? [command('rehearse')] : [command('wizard'), command('verify dod')],
  };
}

/** Of what passed; a part that passed is PARTIAL, and the whole completes it. */
export function dodEnding({
  verdict,
  items,
  complete,
  report,
  bundle,
  grade,
  blockers = [],
  accepted,
}: DodResult): Ending {
  const independence = grade === undefined ? undefined : `independence: ${statedText({ grade, blockers, accepted })}`;
  const taken = items.filter(({ status }) => status !== 'left-out');
  return {
    about: complete
      ? independence
      : `${taken.length === 1 ? 'the item that was chosen passes' : `all ${taken.length} items that were chosen pass`}; the others were not checked`,
    verdict,
    report,
    bundle,
    next: complete ? [command('status')] : [command('verify dod')],
  };
}

const states: Readonly<Record<DodResult['items'][number]['status'], [string, Tone]>> = {
  pass: ['pass', 'good'],
  fail: ['FAIL', 'bad'],
  'not-checked': ['not checked', 'warn'],
  'left-out': ['left out', 'dim'],
};

/** The result of an item as every table shows it. */
export function itemLook(status: string): Cell {
  const [text, tone] = states[status as keyof typeof states] ?? [status, undefined];
  return { text, tone };
}

/** Each item with its result; why it failed is with the verdict, and in the report. */
export function dodTable({ items }: DodResult): Block {
  const rows = items.map(({ id, status, title }) => [id, itemLook(status), title]);
  return { table: { head: ['ITEM', 'RESULT', 'WHAT'], rows } };
}

/** What differs from the verdict that --since names. */
export function sinceBlocks({ at, changes }: NonNullable<DodResult['since']>): Block[] {
  if (changes.length === 0) return [`Nothing has changed since the verdict of ${at}.`];
  const rows = changes.map(({ what, before, after }) => [what, before, after]);
  return [`Changed since the verdict of ${at}:`, { table: { head: ['WHAT', 'BEFORE', 'NOW'], rows, cut: true } }];
}
