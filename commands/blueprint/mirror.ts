import { Flags } from '@oclif/core';
import { type MirrorResult, mirrorBlueprints } from '../../src/actions/blueprint/mirror.js';
import { pushingCharts } from '../../src/actions/blueprint/push-charts.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { imageRegistries } from '../../src/cli/context/credentials/image-registries.js';
import { switchSpec } from '../../src/cli/context/spec/switch-spec.js';
import { helmCharts, withCharts } from '../../src/cli/text/chart-template.js';

export default class BlueprintMirror extends CatalystCommand<MirrorResult> {
  static override summary = 'copy every pinned chart, and with --images every image, to one registry, by digest';
  static override description =
    'Uses the logins of `helm registry login`. --write records the mirror in the spec, so that the tree pulls everything from it.';
  static override examples = [
    '<%= config.bin %> blueprint mirror --to oci://harbor.omantel.omani.works/charts',
    '<%= config.bin %> blueprint mirror --images --write',
  ];
  static override exitCodes = [3, 4, 5, 7, 9];
  static override flags = {
    to: Flags.string({
      helpValue: 'oci://…',
      description: "registry and path of the charts; default: charts in the Sovereign's Harbor",
    }),
    images: Flags.boolean({ description: 'also copy the images that the charts and the tree name, for all platforms' }),
    'images-to': Flags.string({
      helpValue: 'HOST/PATH',
      dependsOn: ['images'],
      description: "destination of the images; default: mirror in the charts' registry",
    }),
    charts: Flags.string({
      helpValue: 'DIR',
      dependsOn: ['images'],
      description: 'find the image names in these charts instead of pulling the charts again',
    }),
    write: Flags.boolean({ description: 'write the mirror into the spec' }),
    insecure: Flags.boolean({ description: 'the registry speaks plain HTTP' }),
  };

  async run(): Promise<MirrorResult> {
    const { flags, context } = await this.open(BlueprintMirror);
    const { sovereign, path } = await context.spec();
    const blueprints = await context.blueprints();
    const registry = flags.to ?? `oci://harbor.${sovereign.spec.fqdn}/charts`;
    const charts = await helmCharts(context, flags.helm);
    const from = { charts: flags.charts, live: flags.images, helm: flags.helm };
    const result = await withCharts(context, sovereign, from, (rendered) =>
      pushingCharts(context, (act) =>
        mirrorBlueprints(sovereign, blueprints, {
          registry,
          insecure: flags.insecure,
          charts,
          act,
          images:
            flags.images && rendered
              ? { ...imageRegistries(context, flags, registry, sovereign.spec.charts.tokenService), charts: rendered }
              : undefined,
        }),
      ),
    );
    const rows = result.charts.map((chart) => [chart.name, chart.version, chart.digest]);
    const images = result.images.map((image) => [image.image, image.to, image.digest]);
    context.output.page([{ table: { head: ['CHART', 'VERSION', 'DIGEST'], rows } }]);
    if (images.length > 0)
      context.output.page(['', { table: { head: ['IMAGE', 'IN THE MIRROR', 'DIGEST'], rows: images } }]);
    switchSpec(context, path, sovereign, result.spec, flags.write);
    return result;
  }
}
