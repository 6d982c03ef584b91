/** Commands that start the lab of `--lab`: those that act. One that only reads starts nothing for a mistyped name. */
import type { CommandId } from '../../../support/commands/command.js';

const acting: readonly CommandId[] = [
  'wizard',
  'init',
  'rehearse',
  'resume',
  'purge apply',
  'cluster create',
  'cluster destroy',
  'phase run',
  'ticket run',
  'ticket set',
  'blueprint mirror',
  'credentials set',
  'credentials forget',
  'credentials rotate',
  'credentials rekey',
  'handover finalize',
  'handover abort',
  'handover decommission',
  'handover redirect',
  'verify dod',
];

/** @param words of the command, `catalyst` included */
export const startsLab = (words: string): boolean => acting.some((id) => words === `catalyst ${id}`);
