/** A folder that a newcomer can read at a glance: what outgrows it is grouped by effect. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const mostFiles = 15;

function filesPerFolder(folder: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
    const parent = relative(root, entry.parentPath);
    if (entry.isFile()) counts.set(parent, (counts.get(parent) ?? 0) + 1);
  }
  return counts;
}

it.each(['src', 'commands', 'lab/src', 'lab/commands'])('no folder of %s has more than 15 files', (folder) => {
  const counts = filesPerFolder(folder);
  expect(counts.size).toBeGreaterThan(0);
  expect([...counts].filter(([, count]) => count > mostFiles)).toEqual([]);
});
