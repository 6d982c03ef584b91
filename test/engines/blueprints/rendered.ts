/** What the tree of examples/omantel.yaml hands to a program: values of its release, objects beside it, Secrets that catalyst makes. */
import { join } from 'node:path';
import { finishedFolder } from '../../../lab/src/engines/build/cache.js';
import { engines } from '../../../lab/src/engines/build/catalog.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { blueprints, omantel } from '../../unit/blueprints/rig.js';

export type Profile = 'solo' | 'ha';

export interface Rendered {
  /** Values of the Blueprint's HelmRelease. */
  values: unknown;
  /** An object of the release's folder or of its glue. Throws when it is not there. */
  object(kind: string, name: string): KubeObject;
  all: readonly KubeObject[];
}

/** Path of a program that `npm run engines` has built; undefined, with a warning that its tests are not run, when it has not. */
export function builtProgram(engine: string, program: string): string | undefined {
  const folder = builtFolder(engine);
  return folder && join(folder, 'bin', program);
}

/** The same of the folder in which it stands. */
export function builtFolder(engine: string): string | undefined {
  const found = engines.find((one) => one.name === engine);
  const folder = found && finishedFolder(found, process.env);
  if (!folder) console.warn(`\n${engine} NOT RUN with the rendered configuration: npm run engines -- ${engine}\n`);
  return folder;
}

export async function rendered(name: `bp-${string}`, profile: Profile): Promise<Rendered> {
  const tree = renderTree(
    omantel(() => ({ profile })),
    await blueprints(),
  );
  const folders = [tree.folder(name), tree.folder(`${name}-config`)];
  const all = folders.flatMap((folder) => folder?.files.flatMap((file) => file.objects) ?? []);
  const object = (kind: string, wanted: string) => {
    const found = all.find((one) => one.kind === kind && one.metadata.name === wanted);
    if (!found) throw new Error(`the tree has no ${kind} ${wanted} in ${name}`);
    return found;
  };
  const release = all.find((one) => one.kind === 'HelmRelease');
  return { values: release?.['spec'].values, object, all };
}

/** Text of a key of a Secret that catalyst makes, each generated value in it replaced by what `generated` gives for the last part of its name. */
export async function secretText(
  name: `bp-${string}`,
  { secret, key }: { secret: string; key: string },
  generated: (key: string) => string,
): Promise<string> {
  const blueprint = (await blueprints()).find((one) => one.name === name);
  const recipe = blueprint?.secrets.find((one) => one.name === secret)?.recipes?.[key];
  if (!recipe || !('text' in recipe)) throw new Error(`${name} has no Secret ${secret} with the text ${key}`);
  return recipe.text.replaceAll(/\$\{generated:[^}]*\/([^}/]+)\}/g, (_, last: string) => generated(last));
}
