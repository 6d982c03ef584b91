import { Args, Flags } from '@oclif/core';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { installCompletion, installPath } from '../src/cli/completion/install.js';
import { completionScript, type Shell, shells } from '../src/cli/completion/script.js';

interface Result {
  shell: Shell;
  script: string;
  /** Where it was installed. */
  installed?: string;
}

export default class Completion extends CatalystCommand<Result> {
  static override acts = true;
  static override summary = 'completion for bash, zsh and fish: print it, or install it with --install';
  static override examples = [
    '<%= config.bin %> completion bash --install',
    'source <(<%= config.bin %> completion zsh)',
  ];
  static override args = {
    shell: Args.string({ required: true, options: [...shells], description: 'the shell' }),
  };
  static override flags = {
    install: Flags.boolean({ description: 'install it where the shell looks for completions' }),
  };

  async run(): Promise<Result> {
    const { args, flags, context } = await this.open(Completion);
    const shell = args.shell as Shell;
    const script = completionScript(shell);
    if (!flags.install) {
      context.output.print(script);
      return { shell, script };
    }
    const installed = installPath(shell, context.env);
    if (!context.would(`write ${installed}`)) {
      for (const line of installCompletion(shell, context.env, script)) context.output.print(line);
    }
    return { shell, script, installed };
  }
}
