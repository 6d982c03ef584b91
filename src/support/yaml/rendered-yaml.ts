/** YAML as helm writes it. Its own parser takes a closing bracket that is indented too little, as the chart of OpenBao has it; js-yaml does not. */
import { parseAllDocuments } from 'yaml';

/** The documents that are not empty. Throws on what is no YAML at all. */
export function parseRendered(text: string): unknown[] {
  const documents = parseAllDocuments(text, { schema: 'core', logLevel: 'silent' });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS({ maxAliasCount: 100 }) ?? [];
  });
}
