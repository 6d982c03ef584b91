/** The imports of the sources, as they are written and as files that depend on files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Import {
  file: string;
  target: string;
  dynamic: boolean;
  typeOnly: boolean;
}

/** TypeScript files below `folder`, by their paths from the root. */
export function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

export function importsOf(file: string): Import[] {
  return importsIn(file, readFileSync(join(root, file), 'utf8'));
}

export function importsIn(file: string, text: string): Import[] {
  const fixed = [...text.matchAll(/^(?:import|export)\b([^;]*?)\bfrom '([^']+)';/gms)].map((match) => ({
    file,
    target: match[2]!,
    dynamic: false,
    typeOnly: /^\s*type\b/.test(match[1]!),
  }));
  const lazy = [...text.matchAll(/(typeof )?import\('([^']+)'\)/g)].map((match) => ({
    file,
    target: match[2]!,
    dynamic: true,
    typeOnly: match[1] !== undefined,
  }));
  return [...fixed, ...lazy];
}

/** Path of the file that an import leads to, or undefined for a package. */
export function fileOf({ file, target }: Import): string | undefined {
  const path = target.replace(/\.js$/, '.ts');
  if (path.startsWith('.')) return posix.join(posix.dirname(file), path);
  return path.startsWith('catalyst/') ? `src/${path.slice('catalyst/'.length)}` : undefined;
}

/** Groups of files that import each other through values, each sorted; types leave no import behind. */
export function valueCycles(imports: readonly Import[]): string[][] {
  const targets = new Map<string, string[]>();
  for (const one of imports) {
    const to = fileOf(one);
    if (!one.typeOnly && to !== undefined) targets.set(one.file, [...(targets.get(one.file) ?? []), to]);
  }
  return groups(targets);
}

/** Strongly connected components of more than one node (Tarjan). */
function groups(targets: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const found: string[][] = [];
  const visit = (node: string): number => {
    index.set(node, index.size);
    lowest.set(node, index.get(node)!);
    open.push(node);
    for (const next of targets.get(node) ?? []) {
      const reached = index.has(next)
        ? open.includes(next)
          ? index.get(next)!
          : Number.POSITIVE_INFINITY
        : visit(next);
      lowest.set(node, Math.min(lowest.get(node)!, reached));
    }
    if (lowest.get(node) === index.get(node)) {
      const group = open.splice(open.indexOf(node));
      if (group.length > 1) found.push(group.sort());
    }
    return lowest.get(node)!;
  };
  for (const node of targets.keys()) if (!index.has(node)) visit(node);
  return found;
}
