import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, messageOf } from '../support/errors.js';
import type { KubeObject } from '../tools/kube.js';
import type { Blueprint, BlueprintDocuments, SecretNeed } from './blueprint.js';
import { blueprintNames } from './catalogue.js';
import { type Metadata, metadataSchema } from './metadata-schema.js';
import { documentsOf, type ParsedTemplates, readParsed } from './parsed-templates.js';

/**
 * The 24 Blueprints below `root` (a `templates/blueprints` directory), in the order of the WBS §2.
 * Throws E3202 when a folder is missing, one too many, or its blueprint.yaml does not follow the schema.
 */
export async function loadBlueprints(root: string): Promise<Blueprint[]> {
  const entries = await readdir(root, { withFileTypes: true });
  const found = new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name));
  const strangers = [...found].filter((name) => !blueprintNames.includes(name as Blueprint['name']));
  const missing = blueprintNames.filter((name) => !found.has(name));
  if (strangers.length > 0 || missing.length > 0) {
    throw fail('E3202', `${root} does not hold exactly the 24 Blueprints.`, { data: { missing, strangers } });
  }
  const kept = await readParsed(root);
  return Promise.all(blueprintNames.map((name) => loadBlueprint(join(root, name), name, kept)));
}

async function loadBlueprint(folder: string, name: string, kept: ParsedTemplates): Promise<Blueprint> {
  const file = join(folder, 'blueprint.yaml');
  const [document] = await readDocuments(file, kept);
  const parsed = metadataSchema.safeParse(document);
  if (!parsed.success) {
    const findings = parsed.error.issues.map((issue) => `${issue.path.join('.') || '.'}: ${issue.message}`);
    throw fail('E3202', `${file} is not a Blueprint: ${findings.join('; ')}`, { data: { findings } });
  }
  if (parsed.data.name !== name) throw fail('E3202', `${file} names itself ${parsed.data.name}.`);
  return fromMetadata(parsed.data, folder, await readTemplates(folder, kept));
}

function fromMetadata(meta: Metadata, folder: string, documents: BlueprintDocuments): Blueprint {
  const { crds, releases, secrets, ...rest } = meta;
  return {
    ...rest,
    step: meta.ticket ?? meta.name,
    crds: crds.map((crd) => crd.name),
    crdShapes: crds,
    releases: releases.map((release) => ({
      ...release,
      crds: release.crds.map((crd) => crd.name),
      crdShapes: release.crds,
    })),
    secrets: secrets.map(toNeed),
    folder,
    documents,
  };
}

function toNeed(secret: Metadata['secrets'][number]): SecretNeed {
  const { keys, ...rest } = secret;
  return Array.isArray(keys) ? { ...rest, keys } : { ...rest, keys: Object.keys(keys), recipes: keys };
}

/** The Blueprint of that name (with or without `bp-`), or undefined. */
export function findBlueprint(blueprints: readonly Blueprint[], name: string): Blueprint | undefined {
  const full = name.startsWith('bp-') ? name : `bp-${name}`;
  return blueprints.find((blueprint) => blueprint.name === full);
}

async function readTemplates(folder: string, kept: ParsedTemplates): Promise<BlueprintDocuments> {
  const documents: BlueprintDocuments = { values: {}, release: {}, config: {} };
  for (const file of await yamlFiles(folder)) {
    if (file === 'blueprint.yaml') continue;
    const [values] = await readDocuments(join(folder, file), kept);
    documents.values[file.slice(0, -'.yaml'.length)] = (values ?? {}) as Record<string, unknown>;
  }
  for (const part of ['release', 'config'] as const) {
    for (const file of await yamlFiles(join(folder, part))) {
      documents[part][file] = (await readDocuments(join(folder, part, file), kept)) as KubeObject[];
    }
  }
  return documents;
}

async function yamlFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((name) => name.endsWith('.yaml')).sort();
}

async function readDocuments(file: string, kept: ParsedTemplates): Promise<unknown[]> {
  try {
    return documentsOf(await readFile(file, 'utf8'), kept);
  } catch (error) {
    throw fail('E3202', `${file} cannot be read as YAML: ${messageOf(error)}`, { cause: error });
  }
}
