import type { StepsRun } from '../../src/actions/session/run-steps.js';
import { openSession } from '../../src/actions/session/session.js';
import { runTicket } from '../../src/actions/ticket/run.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { runExitCodes, runFlags } from '../../src/cli/command/run-flags.js';
import { command } from '../../src/support/commands/command.js';

export default class ClusterCreate extends CatalystCommand<StepsRun> {
  static override summary = 'create the network, firewall, load balancer, servers and k3s at Hetzner';
  static override description =
    'Costs money. Creates each part only once: it adopts its own existing resources and, if a response was lost, looks up whether the request took effect.';
  static override examples = ['<%= config.bin %> cluster create --dry-run', '<%= config.bin %> cluster create --yes'];
  static override exitCodes = runExitCodes;
  static override flags = { force: runFlags.force, fresh: runFlags.fresh };

  async run(): Promise<StepsRun> {
    const { flags, context } = await this.open(ClusterCreate);
    if (
      !flags['dry-run'] &&
      !(await context.confirmStart('This creates servers at Hetzner, which cost money. Start?'))
    ) {
      return { runId: context.runId, planHash: '', proven: [] };
    }
    const result = await runTicket(await openSession(context), 'cluster', { ...flags, schedule: 'tickets' });
    context.ending({ about: 'the cluster exists', next: [command('phase run', '1'), command('cluster kubeconfig')] });
    return result;
  }
}
