import { type ClusterStatus, clusterStatus, type Health } from '../../src/actions/cluster/status.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import type { Block, Cell } from '../../src/cli/text/page.js';
import type { Tone } from '../../src/cli/text/paint.js';
import { command } from '../../src/support/commands/command.js';

export default class ClusterStatusCommand extends CatalystCommand<ClusterStatus> {
  static override summary = 'the cluster as Hetzner and Kubernetes see it';
  static override examples = ['<%= config.bin %> cluster status --json'];
  static override exitCodes = [4, 5, 8];

  async run(): Promise<ClusterStatus> {
    const { context } = await this.open(ClusterStatusCommand);
    const status = await clusterStatus(context);
    context.output.page(clusterStatusPage(status));
    return status;
  }
}

const looks: Record<Health, [string, Tone]> = { good: ['✔', 'good'], missing: ['◌', 'dim'], bad: ['✖', 'bad'] };

/** Before there is a cluster its API has nothing wrong. */
export function clusterStatusPage({ fqdn, parts, api, reached, nodes }: ClusterStatus): Block[] {
  const row = (what: string, name: string, health: Health, state: string): Cell[] => {
    const [mark, tone] = looks[health];
    return [what, name, { text: `${mark} ${state}`, tone }];
  };
  const isThere = parts.some(({ health }) => health === 'good');
  const rows = [
    ...parts.map(({ type, name, state, health, address }) =>
      row(type.replaceAll('_', ' '), name, health, `${state}${address ? ` at ${address}` : ''}`),
    ),
    row('Kubernetes API', fqdn, reached ? 'good' : isThere ? 'bad' : 'missing', api),
    ...nodes.map(({ name, ready, version }) =>
      row('node', name, ready ? 'good' : 'bad', `${ready ? 'Ready' : 'not Ready'} ${version ?? ''}`.trim()),
    ),
  ];
  const taken = parts.some((part) => part.taken)
    ? ['', `What has a name of the cluster and is not catalyst's is in its way; what can go: ${command('purge plan')}`]
    : [];
  return [{ table: { head: ['PART', 'NAME', 'STATE'], rows } }, ...taken];
}
