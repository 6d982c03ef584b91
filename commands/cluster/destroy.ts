import { Flags } from '@oclif/core';
import { type ClusterDestroyed, clusterDestroy } from '../../src/actions/cluster/destroy.js';
import { purgeAppliedText } from '../../src/actions/purge/apply.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { restoreZoneFlag } from '../../src/cli/command/flags.js';
import { purgeChoices, purgeFlags } from '../../src/cli/command/purge-flags.js';
import { command } from '../../src/support/commands/command.js';

const { 'include-live': _live, buckets: _buckets, ...destroyFlags } = purgeFlags;

export default class ClusterDestroy extends CatalystCommand<ClusterDestroyed> {
  static override summary = 'delete the cluster at Hetzner, by label; works without local state';
  static override description =
    "Deletes first what the cluster's controllers created, while they still run; then every resource that a label, an exact name or inferred ownership ties to this Sovereign.";
  static override examples = [
    '<%= config.bin %> cluster destroy --confirm omantel.omani.works',
    '<%= config.bin %> cluster destroy --restore-zone --confirm omantel.omani.works',
  ];
  static override exitCodes = [4, 5, 7, 8, 9];
  static override flags = {
    ...destroyFlags,
    'restore-zone': restoreZoneFlag,
    confirm: Flags.string({ helpValue: 'FQDN', description: 'the FQDN of the Sovereign; --yes is not enough' }),
  };

  async run(): Promise<ClusterDestroyed> {
    const { flags, context } = await this.open(ClusterDestroy);
    const { includeLive: _, buckets: __, ...choices } = purgeChoices({ 'include-live': true, ...flags });
    const result = await clusterDestroy(context, {
      ...choices,
      confirm: flags.confirm,
      restoreZone: flags['restore-zone'],
    });
    context.output.print(purgeAppliedText(result));
    context.ending({ about: 'the cluster is destroyed', wiped: true, next: [command('status')] });
    return result;
  }
}
