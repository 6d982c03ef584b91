/** The definitions of kinds that came with the engines: Flux's, and those of the projects whose objects the tree holds. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import type { UpstreamCrds } from '../../clusters/cluster-api.js';
import type { Engines } from './cache.js';
import { engines as catalog } from './catalog.js';

/** Looks into the `crds` folder of those engines whose name `wanted` takes. A text is parsed only when its object is asked for: some are very long. */
export function upstreamCrds(
  engines: Pick<Engines, 'data' | 'has'>,
  wanted: (engine: string) => boolean = () => true,
): UpstreamCrds {
  const texts = new Map<string, string>();
  for (const engine of catalog.filter(({ name }) => engines.has(name) && wanted(name))) {
    for (const { to } of engine.data ?? [])
      if (to.startsWith('crds'))
        for (const file of filesIn(engines.data(engine.name, to)))
          for (const text of readFileSync(file, 'utf8').split(/^---$/m)) {
            const name = /^kind: CustomResourceDefinition$/m.test(text) && /^ {2}name: "?([\w.-]+)"?$/m.exec(text)?.[1];
            if (name) texts.set(name, text);
          }
  }
  const objects = new Map<string, KubeObject>();
  return {
    names: () => [...texts.keys()],
    yaml: (name) => texts.get(name),
    object(name) {
      const text = texts.get(name);
      if (text !== undefined && !objects.has(name)) objects.set(name, parseYamlStream(text)[0] as KubeObject);
      return objects.get(name);
    },
  };
}

const filesIn = (path: string): string[] =>
  statSync(path).isFile()
    ? [path]
    : readdirSync(path)
        .filter((file) => /\.ya?ml$/.test(file))
        .map((file) => join(path, file));
