/** Images that no `image` field of a chart names, because its programs start them: the tree takes them from a mirror by values. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { parseYamlStream } from '../../../support/yaml/read-yaml.js';
import { parseImage } from '../../../tools/oci/image-name.js';
import { isMap, mergeValues, type Values } from '../../render/merge.js';
import { stringsIn } from '../../render/strings.js';
import type { StartedImage } from '../blueprint.js';
import type { ImageSwitch } from './image-switch.js';

/** Values that name the mirror for each of these that is switched. The tag stays: programs put name and tag together themselves. */
export function switchStarted(values: Values, started: readonly StartedImage[], images: ImageSwitch): Values {
  return started.reduce((result, { image, registry, repository }) => {
    const to = Object.hasOwn(images, image) ? images[image]!.split('@')[0]! : undefined;
    if (to === undefined) return result;
    if (registry === undefined) return mergeValues(result, at(repository, to));
    const slash = to.indexOf('/');
    return mergeValues(mergeValues(result, at(registry, to.slice(0, slash))), at(repository, to.slice(slash + 1)));
  }, values);
}

/**
 * What the chart in that folder starts with these values, each with its tag; `undefined` for one that its values name
 * otherwise than the Blueprint says. A chart that leaves the tag out takes its own appVersion (Helm's convention).
 */
export async function startedBy(
  folder: string,
  values: Values,
  started: readonly StartedImage[],
): Promise<{ said: StartedImage; image: string | undefined }[]> {
  if (started.length === 0) return [];
  const [defaults, chart] = await Promise.all(['values.yaml', 'Chart.yaml'].map((file) => mapIn(join(folder, file))));
  const all = mergeValues(defaults!, values);
  return started.map((said) => {
    const name = [said.registry ? read(all, said.registry) : '', read(all, said.repository)].filter(Boolean).join('/');
    const tag = read(all, said.tag) || String(chart!['appVersion'] ?? '');
    return { said, image: name === said.image && tag !== '' ? `${name}:${tag}` : undefined };
  });
}

const reference = /(?<![\w/@.-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?::\d+)?\/[a-z0-9._/-]+(?::\w[\w.-]*|@sha256:[0-9a-f]{64})/g;

/** Image references of the objects that stand outside `image` fields: arguments, environment, configuration. */
export function elsewhereIn(objects: readonly KubeObject[]): { where: string; image: string }[] {
  return objects
    .filter(({ kind }) => kind !== 'CustomResourceDefinition')
    .flatMap((object) =>
      [...stringsIn(object)]
        .filter(({ key }) => key !== 'image')
        .flatMap(({ path, text }) =>
          (text.match(reference) ?? [])
            .filter((image) => parseImage(image))
            .map((image) => ({ where: `${object.kind} ${object.metadata.name}: ${path}`, image })),
        ),
    );
}

const at = (path: string, value: string): Values =>
  path.split('.').reduceRight<unknown>((below, key) => ({ [key]: below }), value) as Values;

function read(values: Values, path: string): string {
  const found = path.split('.').reduce<unknown>((map, key) => (isMap(map) ? map[key] : undefined), values);
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

async function mapIn(file: string): Promise<Values> {
  const [document] = parseYamlStream(await readFile(file, 'utf8').catch(() => '{}'));
  return isMap(document) ? document : {};
}
