/**
 * What YAML files parse to, kept by the build beside the compiled code: parsing and checking all templates takes longer than
 * rendering them. An entry stands for the very bytes of its file, so a template that changed since is parsed as ever.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../support/hash.js';
import { parseYamlStream } from '../../support/yaml/read-yaml.js';
import type { Metadata } from './metadata-schema.js';

/** By the sha256 of a file's text. */
export interface ParsedTemplates {
  documents: Readonly<Record<string, unknown[]>>;
  /** Of those that are a blueprint.yaml, what it says once checked. */
  metadata: Readonly<Record<string, Metadata>>;
  /** Charts of our own, packed, as base64: by the sha256 of what is in them. */
  charts: Readonly<Record<string, string>>;
}

/** Where the build puts them, seen from `templates/blueprints`. */
export const keptAt = (root: string) => join(root, '..', '..', 'dist', 'run', 'templates.json');

/** None when there was no build, as in tests that run from the sources. */
export function readParsed(root: string): ParsedTemplates {
  let text: string;
  try {
    text = readFileSync(keptAt(root), 'utf8');
  } catch {
    return { documents: {}, metadata: {}, charts: {} };
  }
  return JSON.parse(text) as ParsedTemplates;
}

/** Documents of a file's text: a copy of the kept ones, or parsed now. Throws what the parser throws. */
export function documentsOf(text: string, kept: ParsedTemplates): unknown[] {
  return kept.documents[sha256(text)] ?? parseYamlStream(text);
}

/** What a blueprint.yaml says: the kept one; undefined when it has to be parsed and checked. */
export const metadataOf = (text: string, kept: ParsedTemplates): Metadata | undefined => kept.metadata[sha256(text)];
