import { clearScreenDown, cursorTo } from 'node:readline';
import { Flags } from '@oclif/core';
import { unfinishedHandover } from '../src/actions/handover/unfinished.js';
import { sovereignsHere } from '../src/actions/journal/sovereigns-here.js';
import { requireNotRemoved } from '../src/actions/session/read-journal.js';
import { stateDirIfAny } from '../src/actions/session/state-if-any.js';
import { type StatusResult, statusAsMarkdown, statusOf } from '../src/actions/status.js';
import { watchStatus } from '../src/actions/status-watch.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { stateDirOf } from '../src/cli/context/spec/spec-path.js';
import { statusPage } from '../src/cli/text/status.js';

export default class Status extends CatalystCommand<StatusResult> {
  static override summary = 'how far the Sovereign is, what to do next, and the table of WBS §9';
  static override examples = [
    '<%= config.bin %> status',
    '<%= config.bin %> status --format markdown',
    '<%= config.bin %> status --watch',
    '<%= config.bin %> status --all',
  ];
  static override exitCodes = [5, 7];
  static override flags = {
    format: Flags.option({
      options: ['table', 'markdown', 'json'] as const,
      default: 'table' as const,
      description: 'output format',
    })(),
    watch: Flags.boolean({ description: 'print again whenever the journal grows, until ^C' }),
    all: Flags.boolean({
      exclusive: ['watch'],
      description: 'every Sovereign with state on this machine',
    }),
  };

  async run(): Promise<StatusResult> {
    const { flags, context } = await this.open(Status);
    if (flags.all) {
      const sovereigns = sovereignsHere(stateDirOf(flags, context.env), context.clock.now());
      const all = { ...statusOf(undefined), sovereigns };
      if (flags.format === 'table') context.output.page(statusPage(all));
      else context.output.print(statusText(all, flags.format));
      return all;
    }
    const stateDir = await stateDirIfAny(context);
    const fqdn = stateDir === undefined ? undefined : (await context.spec()).sovereign.spec.fqdn;
    if (stateDir !== undefined) await requireNotRemoved(stateDir, () => context.credentials());
    const inPlace = flags.watch && process.stdout.isTTY && flags.format === 'table' && !context.options.json;
    const show = (result: StatusResult) => {
      if (inPlace) clearPage();
      if (flags.format === 'table')
        context.output.page(statusPage(result, flags.watch ? context.clock.now() : undefined));
      else context.output.print(statusText(result, flags.format));
    };
    const handover = stateDir === undefined ? [] : await unfinishedHandover(context, stateDir);
    const first = { ...statusOf(stateDir, fqdn), ...(handover.length > 0 ? { handover } : {}) };
    show(first);
    if (!flags.watch || stateDir === undefined) return first;
    return watchStatus(stateDir, fqdn, context.signal, show);
  }
}

/** What is shown again stands where it stood. */
function clearPage(): void {
  cursorTo(process.stdout, 0, 0);
  clearScreenDown(process.stdout);
}

function statusText(result: StatusResult, format: 'markdown' | 'json'): string {
  return format === 'json' ? JSON.stringify(result, null, 2) : statusAsMarkdown(result);
}
