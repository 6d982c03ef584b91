import { Flags } from '@oclif/core';
import { type SupportBundleResult, supportBundle } from '../src/actions/support-bundle.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';

export default class SupportBundle extends CatalystCommand<SupportBundleResult> {
  static override summary = 'pack files for diagnosis: allow-listed, redacted, with a list of what was left out';
  static override examples = [
    '<%= config.bin %> support-bundle',
    '<%= config.bin %> support-bundle --out bundle.tar.gz',
  ];
  static override exitCodes = [4, 5];
  static override flags = {
    out: Flags.string({
      helpValue: 'FILE',
      description: 'where to write it; default: catalyst-support-<time>.tar.gz in this folder',
    }),
  };

  async run(): Promise<SupportBundleResult> {
    const { flags, context } = await this.open(SupportBundle);
    const result = await supportBundle(context, flags);
    const { file, files, redacted, left } = result;
    context.output.print(`${file}: ${files.length} files`);
    for (const { file: path, values } of redacted) context.output.print(`redacted  ${path}  ${values}`);
    for (const { file: path, reason } of left) context.output.print(`left out  ${path}  ${reason}`);
    return result;
  }
}
