/** Help with the exit codes a command can return (product.md §4). */
import type { Command, Config } from '@oclif/core';
import { CommandHelp, Help, type HelpSectionRenderer } from '@oclif/core/help';
import { exitMeanings } from '../../support/errors/exit-meanings.js';
import { exitStatuses } from '../../support/errors/exit-statuses.js';
import { asStarted } from '../text/invocation.js';
import { sharedFlags } from './flags.js';
import { pageWidth, versionMark } from './root-help.js';

/** Usage in one line, the command's own flags first, the shared ones in one line, exit codes last. */
class CommandHelpWithExitCodes extends CommandHelp {
  protected override defaultUsage(): string {
    const args = Object.values(this.command.args ?? {}).filter(({ hidden }) => !hidden);
    return [this.command.id, ...args.map((arg) => this.arg(arg)), '[flags]'].join(' ');
  }

  /** What the summary does not have yet. */
  protected override description(): string | undefined {
    return this.command.description ? this.wrap(this.command.description) : undefined;
  }

  protected override flags(flags: Command.Flag.Any[]): [string, string | undefined][] | undefined {
    return super.flags(flags.filter(({ name }) => !(name in sharedFlags) && name !== 'json'));
  }

  protected override sections(): { generate: HelpSectionRenderer; header: string }[] {
    return [
      ...super.sections(),
      { header: 'SHARED FLAGS', generate: (_data, header) => ({ header, body: this.wrap(sharedLine) }) },
      {
        header: 'EXIT CODES',
        generate: (_data, header) => ({ header, body: exitRows(withTimeout(this.command.exitCodes)) }),
      },
    ];
  }
}

const sharedLine = `${[...Object.keys(sharedFlags), 'json'].map((name) => `--${name}`).join(' ')}; what each does: catalyst explain flags`;

/** Rows of the table: 0, 1, 2 and 130 always, the others when the command declares them. */
export function exitRows(declared: unknown): [string, string][] {
  const codes = Array.isArray(declared) ? [0, 1, 2, 130, ...(declared as number[])] : Object.values(exitStatuses);
  return [...new Set(codes)].sort((a, b) => a - b).map((code) => [String(code), exitMeanings[code] ?? '']);
}

/** Every command has --timeout. */
const withTimeout = (declared: unknown) =>
  Array.isArray(declared) ? [...declared, exitStatuses.unfinished] : declared;

/** What a newcomer needs of all that follows. */
const startHere: [string, string][] = [
  ['catalyst wizard --lab default', 'the whole walk on the built-in lab'],
  ['catalyst doctor', 'whether this machine has what a run needs'],
  ['catalyst init', 'the questions for a real Sovereign'],
  ['catalyst explain umbilical', 'what a word means that catalyst prints'],
];

export class CatalystHelp extends Help {
  protected override log(...words: string[]): void {
    super.log(...words.map((word) => asStarted(word)));
  }

  protected override CommandHelpClass = CommandHelpWithExitCodes;

  override formatRoot(): string {
    return `${super.formatRoot()}\n\n${this.section('START HERE', startHere)}`;
  }

  /** Without the plugin's own command for what `completion` does. */
  protected override get sortedCommands(): Command.Loadable[] {
    return super.sortedCommands.filter(({ id }) => id !== 'autocomplete');
  }
}

/** What `--help` alone prints, without the headings' weight, for the build to keep (root-help.ts). */
export async function rootPage(config: Config): Promise<string> {
  const lines: string[] = [];
  class KeptHelp extends CatalystHelp {
    protected override log(...words: string[]): void {
      lines.push(words.join(' '));
    }
  }
  await new KeptHelp(config, { maxWidth: pageWidth, stripAnsi: true }).showHelp([]);
  return `${lines.join('\n').replace(config.userAgent, versionMark)}\n`;
}
