import { existsSync } from 'node:fs';
import { Args } from '@oclif/core';
import { type Explanation, explain } from '../src/actions/explain.js';
import { CatalystCommand } from '../src/cli/command/base-command.js';
import { explainPage, labHint } from '../src/cli/text/explain.js';
import { sharedFlagsExplained } from '../src/cli/text/shared-flags.js';

export default class Explain extends CatalystCommand<Explanation> {
  static override summary =
    'explain a field of the spec, a ticket, a phase, a Blueprint, an item of the Definition of Done, a term or an error code';
  static override examples = [
    '<%= config.bin %> explain spec.hetzner.controlPlane.type',
    '<%= config.bin %> explain 374',
    '<%= config.bin %> explain bp-harbor',
    '<%= config.bin %> explain D17',
    '<%= config.bin %> explain umbilical',
    '<%= config.bin %> explain E1101',
  ];
  static override args = {
    topic: Args.string({
      description: 'spec.fqdn, 374, "phase 3", bp-harbor, D17, umbilical, E1101; default: list all topics',
    }),
    number: Args.string({ description: 'the number after phase or ticket, or the second word of a term' }),
  };

  async run(): Promise<Explanation> {
    const { args, flags, context } = await this.open(Explain);
    const topic = [args.topic, args.number].filter(Boolean).join(' ') || undefined;
    const result = topic === 'flags' ? sharedFlagsExplained() : await explain(topic, context.blueprints);
    context.output.page(explainPage(result));
    const chosen = [flags.lab, flags.spec, flags.sovereign].some((flag) => flag !== undefined);
    const hint = chosen || existsSync('sovereign.yaml') ? undefined : labHint(result);
    if (hint) context.output.note(`\n${hint}`);
    return result;
  }
}
