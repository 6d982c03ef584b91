import { resolve } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { type PackageRow, packageBlueprints } from '../../src/actions/blueprint/package.js';
import { pushingCharts } from '../../src/actions/blueprint/push-charts.js';
import { archivesIn } from '../../src/blueprints/render/wrapper.js';
import { CatalystCommand } from '../../src/cli/command/base-command.js';
import { helmCharts } from '../../src/cli/text/chart-template.js';

export default class BlueprintPackage extends CatalystCommand<PackageRow[]> {
  static override summary = 'package Blueprints as OpenOva wrapper charts, byte for byte reproducible';
  static override examples = [
    '<%= config.bin %> blueprint package bp-traefik --out ./charts',
    '<%= config.bin %> blueprint package bp-catalyst-platform --push oci://ghcr.io/openova-io',
  ];
  static override exitCodes = [4, 5, 7, 9];
  static override args = { blueprint: Args.string({ description: 'only this Blueprint; default: all 24' }) };
  static override flags = {
    out: Flags.string({ helpValue: 'DIR', default: 'charts', description: 'folder for the archives' }),
    charts: Flags.string({
      helpValue: 'DIR',
      description: 'use these archives of the upstream charts instead of pulling them',
    }),
    push: Flags.string({
      helpValue: 'oci://…',
      description: "push them to this registry, using helm's login",
    }),
    insecure: Flags.boolean({ dependsOn: ['push'], description: 'the registry speaks plain HTTP' }),
  };

  async run(): Promise<PackageRow[]> {
    const { args, flags, context } = await this.open(BlueprintPackage);
    const { sovereign } = await context.spec();
    const blueprints = await context.blueprints();
    const charts = await helmCharts(context, flags.helm);
    const { mirror, insecure } = sovereign.spec.charts;
    const sources = new Map(
      blueprints.flatMap((one) => [one, ...one.releases]).map(({ chart }) => [chart.name, chart]),
    );
    const archive = flags.charts
      ? archivesIn(resolve(flags.charts))
      : (name: string, version: string) =>
          charts.pull({
            source: mirror ?? sources.get(name)!.source,
            name,
            version,
            insecure,
            ...(sources.get(name)?.version === version ? { digest: sources.get(name)?.digest } : {}),
          });
    const request = { only: args.blueprint, out: resolve(flags.out), archive };
    const registry = flags.push;
    const rows = registry
      ? await pushingCharts(context, (act) =>
          packageBlueprints(sovereign, blueprints, {
            ...request,
            push: { registry, insecure: flags.insecure, act },
          }),
        )
      : await packageBlueprints(sovereign, blueprints, request);
    const cells = rows.map((row) => [row.blueprint, row.file, row.sha256]);
    context.output.page([{ table: { head: ['BLUEPRINT', 'FILE', 'SHA256'], rows: cells } }]);
    return rows;
  }
}
