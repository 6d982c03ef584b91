/** Objects below a path of a checkout: a kustomization.yaml's resources when there is one, else every YAML file. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';

/** @throws Error `path not found` as kustomize-controller says it */
export async function readManifests(checkout: string, path: string): Promise<KubeObject[]> {
  const folder = join(checkout, normalize(`/${path}`));
  const there = await stat(folder).catch(() => undefined);
  if (!there?.isDirectory()) throw new Error(`kustomization path not found: stat ${path}: no such file or directory`);
  return readFolder(folder);
}

async function readFolder(folder: string): Promise<KubeObject[]> {
  const plan = await readFile(join(folder, 'kustomization.yaml'), 'utf8').catch(() => undefined);
  if (plan !== undefined) {
    const { resources = [] } = (parseYamlStream(plan)[0] ?? {}) as { resources?: string[] };
    const parts = await Promise.all(resources.map((resource) => readEntry(join(folder, resource))));
    return parts.flat();
  }
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();
  return (await Promise.all(names.map((name) => readEntry(join(folder, name))))).flat();
}

async function readEntry(path: string): Promise<KubeObject[]> {
  if ((await stat(path)).isDirectory()) return readFolder(path);
  if (!/\.ya?ml$/.test(path)) return [];
  const values = parseYamlStream(await readFile(path, 'utf8')) as KubeObject[];
  return values.filter((value) => value?.kind && value.apiVersion);
}
