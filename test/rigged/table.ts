/** Every world of the battery: what the files of `worlds` export. */
import { readdirSync } from 'node:fs';
import type { RiggedWorld } from './rigged-world.js';

const folder = new URL('./worlds/', import.meta.url);

/** In the order of the files' names. */
export async function allWorlds(): Promise<RiggedWorld[]> {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .sort();
  const tables = await Promise.all(
    files.map((file) => import(new URL(file, folder).href) as Promise<{ worlds: readonly RiggedWorld[] }>),
  );
  return tables.flatMap(({ worlds }) => worlds);
}
