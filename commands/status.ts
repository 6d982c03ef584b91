import { Flags } from '@oclif/core';
import { unfinishedHandover } from '../src/actions/handover/unfinished.js';
import { requireNotRemoved } from '../src/actions/session/read-journal.js';
import { stateDirIfAny } from '../src/actions/session/state-if-any.js';
import { type StatusResult, statusAsMarkdown, statusOf } from '../src/actions/status.js';
import { watchStatus } from '../src/actions/status-watch.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { ticketTable } from '../src/cli/text/ticket-table.js';

export default class Status extends CatalystCommand<StatusResult> {
  static override summary = 'the §9 table: Ticket, Status, PR(s), Deployed-SHA evidence';
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --format markdown',
    '<%= config.bin %> status --watch',
  ];
  static override exitCodes = [5, 7];
  static override flags = {
    format: Flags.option({
      options: ['table', 'markdown', 'json'] as const,
      default: 'table' as const,
      description: 'how to print it',
    })(),
    watch: Flags.boolean({ description: 'print again whenever the journal grows, until ^C' }),
  };

  async run(): Promise<StatusResult> {
    const { flags, context } = await this.open(Status);
    const stateDir = await stateDirIfAny(context);
    const fqdn = stateDir === undefined ? undefined : (await context.spec()).sovereign.spec.fqdn;
    if (stateDir !== undefined) await requireNotRemoved(stateDir, () => context.credentials());
    const show = (result: StatusResult) => context.output.print(statusText(result, flags.format));
    const handover = stateDir === undefined ? [] : await unfinishedHandover(context, stateDir);
    const first = { ...statusOf(stateDir, fqdn), ...(handover.length > 0 ? { handover } : {}) };
    show(first);
    if (!flags.watch || stateDir === undefined) return first;
    return watchStatus(stateDir, fqdn, context.signal, show);
  }
}

function statusText(result: StatusResult, format: 'table' | 'markdown' | 'json'): string {
  if (format === 'json') return JSON.stringify(result, null, 2);
  if (format === 'markdown') return statusAsMarkdown(result);
  const head = result.handover ? `${result.handover.join('\n')}\n\n` : '';
  const where = result.world?.kind === 'lab' ? ` in the lab ${result.world.name}` : '';
  const tables = `${ticketTable(result.rows)}\n\n${ticketTable(result.steps)}`;
  return `${head}${tables}\n\n${result.proven} of ${result.total} proven${where}`;
}
