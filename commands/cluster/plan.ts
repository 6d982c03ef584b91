import { type ClusterPlan, clusterPlan, clusterPlanText } from '../../src/actions/cluster/plan.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class ClusterPlanCommand extends CatalystCommand<ClusterPlan> {
  static override summary = 'the planned cluster at Hetzner: its parts, cost and availability';
  static override examples = ['<%= config.bin %> cluster plan'];
  static override exitCodes = [4, 5, 6, 7, 8];

  async run(): Promise<ClusterPlan> {
    const { context } = await this.open(ClusterPlanCommand);
    const plan = await clusterPlan(context);
    context.output.print(clusterPlanText(plan));
    return plan;
  }
}
