/** The spec that takes charts and images from a mirror: written, or shown for the person to write. */
import type { MirrorResult } from '../../../actions/blueprint/mirror.js';
import type { Context } from '../../../actions/session/context.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { writeSpec } from '../../../sovereign/spec/write-spec.js';
import { toYaml } from '../../../support/yaml/write-yaml.js';

export function switchedSpec(sovereign: Sovereign, mirror: MirrorResult['spec']): Sovereign {
  const blueprints = { ...sovereign.spec.blueprints };
  for (const [name, { images }] of Object.entries(mirror.blueprints))
    blueprints[name] = { ...blueprints[name], images };
  return {
    ...sovereign,
    spec: { ...sovereign.spec, charts: { ...sovereign.spec.charts, ...mirror.charts }, blueprints },
  };
}

export function switchSpec(
  context: Pick<Context, 'output' | 'options'>,
  path: string,
  sovereign: Sovereign,
  mirror: MirrorResult['spec'],
  write: boolean,
): void {
  if (!write) {
    context.output.note(
      `To make the tree pull from the mirror, put this in the spec (--write does it):\n${toYaml({ spec: mirror })}`,
    );
  } else if (context.options.dryRun) {
    context.output.note(`would write the mirror into ${path}`);
  } else {
    writeSpec(path, switchedSpec(sovereign, mirror));
    context.output.note(`${path} now names the mirror.`);
  }
}
