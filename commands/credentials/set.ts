import { Args, Flags } from '@oclif/core';
import { setCredential } from '../../src/actions/credentials/set.js';
import { requireCredentialName } from '../../src/actions/credentials/store.js';
import { openSession } from '../../src/actions/session/session.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { readSecret } from '../../src/cli/context/credentials/read-secret.js';

interface Result {
  name: string;
  kept: boolean;
  /** What the proof saw; left out with --no-verify. */
  proof?: string;
}

export default class CredentialsSet extends CatalystCommand<Result> {
  static override summary = 'capture a credential: prove it with a real call, then store it encrypted';
  static override description =
    'Enter the value at a hidden prompt, through a pipe or from a file, never on the command line.';
  static override examples = [
    '<%= config.bin %> credentials set hcloud-token',
    '<%= config.bin %> credentials set s3-secret-key --from-file key.txt',
  ];
  static override exitCodes = [4, 5, 7, 8, 9];
  static override args = {
    name: Args.string({ required: true, description: 'hcloud-token, s3-access-key, s3-secret-key, registry-token …' }),
  };
  static override flags = {
    'from-file': Flags.string({ helpValue: 'FILE', description: 'read the value from a file; - reads stdin' }),
    'no-verify': Flags.boolean({ description: 'store it without proving it' }),
  };

  async run(): Promise<Result> {
    const { args, flags, context } = await this.open(CredentialsSet);
    const name = requireCredentialName(args.name);
    const raw = await readSecret(name, {
      file: flags['from-file'],
      prompter: context.prompter,
      stdin: process.stdin,
      signal: context.signal,
    });
    context.redactor.register(raw.trim());
    const session = await openSession(context);
    const proof = await setCredential(session, await context.credentials(), {
      name,
      value: raw,
      verify: !flags['no-verify'],
    });
    const kept = !context.options.dryRun;
    context.output.print(`${name} ${kept ? 'kept' : 'would be kept'}${proof ? `: ${proof}` : ''}`);
    return { name, kept, ...(proof ? { proof } : {}) };
  }
}
