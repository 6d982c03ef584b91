import { Flags } from '@oclif/core';
import { type Watched, watchRun } from '../src/actions/watch/watch.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { openInBrowser } from '../src/cli/context/machine.js';

export default class Watch extends CatalystCommand<Watched> {
  static override summary = 'follow a run in a browser on this machine, live and read-only, until ^C';
  static override description =
    'Prints an address on 127.0.0.1 that contains a secret token, and opens it if this machine has a desktop. The page shows phases, steps, waits, probes and evidence, also of a run that another terminal started.';
  static override examples = [
    '<%= config.bin %> watch',
    '<%= config.bin %> watch --lab default',
    '<%= config.bin %> watch --port 8080 --no-open',
  ];
  static override exitCodes = [5];
  static override flags = {
    port: Flags.integer({
      min: 1,
      max: 65_535,
      helpValue: 'N',
      description: 'port to listen on; default: any free port',
    }),
    open: Flags.boolean({ default: true, allowNo: true, description: 'open it in a browser, if there is one' }),
  };

  async run(): Promise<Watched> {
    const { flags, context } = await this.open(Watch);
    const open = flags.open ? (address: string) => openInBrowser(context, address) : undefined;
    return watchRun(context, { port: flags.port ?? 0, open });
  }
}
