import { Args, Flags } from '@oclif/core';
import { type LintResult, lintBlueprints } from '../../src/actions/blueprint/lint.js';
import type { Context } from '../../src/actions/session/context.js';
import { stateDirIfAny } from '../../src/actions/session/state-if-any.js';
import { noteRendered } from '../../src/actions/ticket/levels.js';
import { startOrderRule } from '../../src/blueprints/lint/start-order.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { lintServer } from '../../src/cli/context/clusters/lint-server.js';
import { lintText } from '../../src/cli/text/blueprint.js';
import { chartLockOf, withCharts } from '../../src/cli/text/chart-template.js';
import { fail } from '../../src/support/errors/errors.js';

export default class BlueprintLint extends CatalystCommand<LintResult> {
  static override summary = 'check the rendered tree; with flags also against the real charts, or on a real API server';
  static override description =
    'Changes nothing. --server sends the tree to a cluster as a server-side dry-run, which stores nothing; objects of the protected set are never sent.';
  static override examples = [
    '<%= config.bin %> blueprint lint',
    '<%= config.bin %> blueprint lint bp-harbor --charts ./charts',
    '<%= config.bin %> blueprint lint --live',
    '<%= config.bin %> blueprint lint --server mother',
  ];
  static override exitCodes = [3, 5, 7];
  static override args = { blueprint: Args.string({ description: 'only this Blueprint' }) };
  static override flags = {
    charts: Flags.string({
      helpValue: 'DIR',
      exclusive: ['live'],
      description: 'the real charts, unpacked as <name>/ or as archives <name>-<version>.tgz',
    }),
    live: Flags.boolean({ description: 'pull the real charts from their pinned sources' }),
    server: Flags.string({
      helpValue: 'MOTHER',
      description: 'server-side dry-run on this cluster: mother (or its name in the spec) or sovereign',
    }),
  };

  async run(): Promise<LintResult> {
    const { args, flags, context } = await this.open(BlueprintLint);
    const { sovereign } = await context.spec();
    const blueprints = await context.blueprints();
    const server = flags.server === undefined ? undefined : await lintServer(context, sovereign, flags.server);
    const lock = await chartLockOf(context);
    const result = await withCharts(context, sovereign, flags, (charts) =>
      lintBlueprints(sovereign, blueprints, { only: args.blueprint, lock, charts, server }),
    );
    context.output.print(lintText(result, args.blueprint === undefined ? blueprints.length : 1));
    await noteLevels(context, result, blueprints);
    const errors = result.findings.filter((finding) => finding.severity === 'error');
    if (errors.length > 0) {
      const isOrder = errors.every(({ rule }) => rule === startOrderRule);
      if (isOrder) throw fail('E3207', errors.map(({ message }) => `${message}.`).join('\n'), { data: { result } });
      throw fail('E3203', `Blueprint rules violated: ${errors.length}.`, { data: { result } });
    }
    return result;
  }
}

/** Which Blueprints rendered against their real charts is a level of done that `status` shows. */
async function noteLevels(
  context: Context,
  { charts, findings }: LintResult,
  blueprints: readonly { name: string }[],
): Promise<void> {
  const stateDir = await stateDirIfAny(context);
  if (stateDir === undefined || charts.length === 0 || context.options.dryRun) return;
  const looked = blueprints
    .filter(({ name }) => charts.some(({ blueprint }) => blueprint === name))
    .map(({ name }) => ({
      blueprint: name,
      ok: !findings.some(({ blueprint, severity }) => blueprint === name && severity === 'error'),
    }));
  noteRendered(stateDir, looked, context.clock.now());
}
