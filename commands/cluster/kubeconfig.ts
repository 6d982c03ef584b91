import { Flags } from '@oclif/core';
import { clusterKubeconfig, type KubeconfigResult } from '../../src/actions/cluster/kubeconfig.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';

export default class ClusterKubeconfig extends CatalystCommand<KubeconfigResult> {
  static override summary = 'the kubeconfig of the Sovereign, on stdout or into a file (0600)';
  static override examples = ['<%= config.bin %> cluster kubeconfig --out omantel.kubeconfig'];
  static override exitCodes = [4];
  static override revealsSecrets = true;
  static override flags = { out: Flags.string({ helpValue: 'FILE', description: 'write it to this file instead' }) };

  async run(): Promise<KubeconfigResult> {
    const { flags, context } = await this.open(ClusterKubeconfig);
    const result = await clusterKubeconfig(context, flags.out);
    if (result.file) context.output.print(`written to ${result.file}`);
    else if (!this.jsonEnabled()) process.stdout.write(result.kubeconfig ?? '');
    return result;
  }
}
