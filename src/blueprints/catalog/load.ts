import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { type OwnChart, readOwnChart, treeSource } from '../charts/own-chart.js';
import type { Blueprint, BlueprintDocuments, SecretNeed } from './blueprint.js';
import { blueprintNames } from './catalog.js';
import type { Metadata } from './metadata-schema.js';
import { documentsOf, metadataOf, type ParsedTemplates, readParsed } from './parsed-templates.js';

/**
 * The 24 Blueprints below `root` (a `templates/blueprints` directory), in the order of the WBS §2.
 * Throws E3202 when a folder is missing, one too many, or its blueprint.yaml does not follow the schema. Files are read one
 * after the other: several hundred small ones take longer to hand to other threads than to read.
 */
export async function loadBlueprints(root: string): Promise<Blueprint[]> {
  const entries = readdirSync(root, { withFileTypes: true });
  const found = new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name));
  const strangers = [...found].filter((name) => !blueprintNames.includes(name as Blueprint['name']));
  const missing = blueprintNames.filter((name) => !found.has(name));
  if (strangers.length > 0 || missing.length > 0) {
    throw fail('E3202', `${root} does not contain exactly the 24 Blueprints.`, { data: { missing, strangers } });
  }
  const kept = readParsed(root);
  const blueprints: Blueprint[] = [];
  for (const name of blueprintNames) blueprints.push(await loadBlueprint(join(root, name), name, kept));
  return blueprints;
}

async function loadBlueprint(folder: string, name: string, kept: ParsedTemplates): Promise<Blueprint> {
  const file = join(folder, 'blueprint.yaml');
  const text = readText(file);
  const metadata = metadataOf(text, kept) ?? (await checked(text, file, kept));
  if (metadata.name !== name) throw fail('E3202', `${file} declares another name: ${metadata.name}.`);
  const own = await readOwnChart(folder, metadata.chart.name, kept.charts);
  if ((metadata.chart.source === treeSource) !== (own !== undefined))
    throw fail(
      'E3202',
      `${file}: chart.source must be "${treeSource}" if the Blueprint has its own chart, and only then.`,
    );
  return fromMetadata(metadata, folder, readTemplates(folder, kept), own);
}

async function checked(text: string, file: string, kept: ParsedTemplates): Promise<Metadata> {
  const { metadataSchema } = await import('./metadata-schema.js');
  // Compiling the schema first takes longer than walking 24 documents.
  const parsed = metadataSchema.safeParse(parse(text, file, kept)[0], { jitless: true });
  if (parsed.success) return parsed.data;
  const findings = parsed.error.issues.map((issue) => `${issue.path.join('.') || '.'}: ${issue.message}`);
  throw fail('E3202', `${file} is not a Blueprint: ${findings.join('; ')}`, { data: { findings } });
}

function fromMetadata(
  meta: Metadata,
  folder: string,
  documents: BlueprintDocuments,
  ownChart: OwnChart | undefined,
): Blueprint {
  const { crds, releases, secrets, ...rest } = meta;
  return {
    ...rest,
    ...(ownChart ? { ownChart, chart: { ...rest.chart, digest: ownChart.digest } } : {}),
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

function readTemplates(folder: string, kept: ParsedTemplates): BlueprintDocuments {
  const documents: BlueprintDocuments = { values: {}, release: {}, config: {} };
  const entries = readdirSync(folder, { withFileTypes: true });
  for (const file of yamlFiles(entries)) {
    if (file === 'blueprint.yaml') continue;
    const [values] = readDocuments(join(folder, file), kept);
    documents.values[file.slice(0, -'.yaml'.length)] = (values ?? {}) as Record<string, unknown>;
  }
  for (const part of ['release', 'config'] as const) {
    if (!entries.some((entry) => entry.name === part)) continue;
    for (const file of yamlFiles(readdirSync(join(folder, part), { withFileTypes: true }))) {
      documents[part][file] = readDocuments(join(folder, part, file), kept) as KubeObject[];
    }
  }
  return documents;
}

function yamlFiles(entries: readonly Dirent[]): string[] {
  return entries
    .map((entry) => entry.name)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
}

const readDocuments = (file: string, kept: ParsedTemplates): unknown[] => parse(readText(file), file, kept);

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fail('E3202', `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function parse(text: string, file: string, kept: ParsedTemplates): unknown[] {
  try {
    return documentsOf(text, kept);
  } catch (error) {
    throw fail('E3202', `${file} cannot be read as YAML: ${messageOf(error)}`, { cause: error });
  }
}
