import { type ClusterStatus, clusterStatus, clusterStatusText } from '../../src/actions/cluster/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class ClusterStatusCommand extends CatalystCommand<ClusterStatus> {
  static override summary = 'the cluster as Hetzner and Kubernetes see it';
  static override examples = ['<%= config.bin %> cluster status --json'];
  static override exitCodes = [4, 5, 8];

  async run(): Promise<ClusterStatus> {
    const { context } = await this.open(ClusterStatusCommand);
    const status = await clusterStatus(context);
    context.output.print(clusterStatusText(status));
    return status;
  }
}
