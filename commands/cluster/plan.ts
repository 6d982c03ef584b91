import { type ClusterPlan, clusterPlan, clusterPlanText } from '../../src/actions/cluster/plan.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class ClusterPlanCommand extends CatalystCommand<ClusterPlan> {
  static override summary = 'what the cluster at Hetzner would be, what it costs, and whether it can be had';
  static override examples = ['<%= config.bin %> cluster plan'];
  static override exitCodes = [4, 5, 6, 7, 8];

  async run(): Promise<ClusterPlan> {
    const { context } = await this.open(ClusterPlanCommand);
    const plan = await clusterPlan(context);
    context.output.print(clusterPlanText(plan));
    return plan;
  }
}
