import { join } from 'node:path';
import { Flags } from '@oclif/core';
import { type MirrorResult, mirrorCharts } from '../../src/actions/blueprint-mirror.js';
import { pushingCharts } from '../../src/actions/push-charts.js';
import { loadBlueprints } from '../../src/blueprints/load.js';
import { CatalystCommand } from '../../src/cli/base-command.js';
import { helmCharts } from '../../src/cli/chart-template.js';
import { textTable } from '../../src/cli/text-table.js';

export default class BlueprintMirror extends CatalystCommand<MirrorResult> {
  static override summary = 'copies every pinned chart to one registry, by digest';
  static override examples = ['<%= config.bin %> blueprint mirror --to oci://harbor.omantel.omani.works/charts'];
  static override exitCodes = [4, 5, 7, 9];
  static override flags = {
    to: Flags.string({
      helpValue: 'oci://…',
      description: "registry and path; default: charts in the Sovereign's Harbor",
    }),
    insecure: Flags.boolean({ description: 'the registry speaks plain HTTP' }),
  };

  async run(): Promise<MirrorResult> {
    const { flags, context } = await this.open(BlueprintMirror);
    const { sovereign } = await context.spec();
    const blueprints = await loadBlueprints(join(context.root, 'templates', 'blueprints'));
    const registry = flags.to ?? `oci://harbor.${sovereign.spec.fqdn}/charts`;
    const charts = helmCharts(context, flags.helm);
    const result = await pushingCharts(context, (act) =>
      mirrorCharts(sovereign, blueprints, { registry, insecure: flags.insecure, charts, act }),
    );
    const rows = result.charts.map((chart) => [chart.name, chart.version, chart.digest]);
    context.output.print(textTable(['Chart', 'Version', 'Digest'], rows));
    context.output.note(
      `Write spec.charts.mirror: ${registry} into the spec, and the tree takes its charts from there.`,
    );
    return result;
  }
}
