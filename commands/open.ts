import { Args } from '@oclif/core';
import { openPlace, type Place } from '../src/actions/open.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { openInBrowser } from '../src/cli/context/machine.js';

export default class Open extends CatalystCommand<Place> {
  static override summary = "open one of the Sovereign's addresses, or the evidence report";
  static override description =
    'Prints the address, and opens it in a browser if this machine has a desktop. The host names of a lab resolve only inside the lab.';
  static override examples = [
    '<%= config.bin %> open',
    '<%= config.bin %> open git',
    '<%= config.bin %> open report --lab default',
  ];
  static override args = {
    place: Args.string({ default: 'console', description: 'console, account, git, registry, grafana or report' }),
  };
  static override exitCodes = [3];

  async run(): Promise<Place> {
    const { args, context } = await this.open(Open);
    const place = await openPlace(context, args.place, (address) => openInBrowser(context, address));
    context.output.print(place.address);
    return place;
  }
}
