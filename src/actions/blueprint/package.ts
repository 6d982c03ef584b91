import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blueprint } from '../../blueprints/catalog/blueprint.js';
import { requireBlueprint } from '../../blueprints/catalog/catalog.js';
import { type ChartArchive, wrapBlueprint } from '../../blueprints/render/wrapper.js';
import { ifMade } from '../../engine/dry-run.js';
import type { Mutation } from '../../engine/mutation.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { sha256 } from '../../support/hash.js';
import type { Act } from '../../world/step.js';

export interface PackageRow {
  blueprint: string;
  file: string;
  sha256: string;
  vendored: string[];
  /** Digest in the registry, when it was pushed. */
  pushed?: string;
}

export interface PackageRequest {
  /** One Blueprint; left out: all 24. */
  only?: string;
  out: string;
  archive: ChartArchive;
  /** Registry to push to, through the gate. */
  push?: { registry: string; insecure: boolean; act: Act };
}

/** Writes each Blueprint as a wrapper chart below `out`, and pushes it when asked. */
export async function packageBlueprints(
  sovereign: Sovereign,
  blueprints: readonly Blueprint[],
  { only, out, archive, push }: PackageRequest,
): Promise<PackageRow[]> {
  const chosen = only ? [requireBlueprint(blueprints, only)] : blueprints;
  await mkdir(out, { recursive: true });
  const rows: PackageRow[] = [];
  for (const blueprint of chosen) {
    const made = await wrapBlueprint(blueprint, sovereign, archive);
    await writeFile(join(out, made.file), made.bytes);
    const pushed = push
      ? await ifMade(
          push.act(pushMutation(made.name, made.version, push.registry), ({ registry }) =>
            registry.pushChart(made.file, made.bytes, push.registry, push.insecure),
          ),
        )
      : undefined;
    const { file, vendored } = made;
    rows.push({ blueprint: blueprint.name, file: join(out, file), sha256: sha256(made.bytes), vendored, pushed });
  }
  return rows;
}

export function pushMutation(name: string, version: string, registry: string): Mutation {
  return {
    target: { system: 'registry', kind: 'Chart', name: `${name}:${version}` },
    sentence: `push chart ${name} ${version} to ${registry}`,
  };
}
