/** What a verdict keeps of the bundle of a rehearsal, and where. */
import type { OpenBundle } from '../../evidence/bundle.js';

/** Where the files of that bundle are in the one of the verdict. */
export const reprovisionFolder = 'reprovision/';

/** Pages are drawn for people, and evidence inside of that evidence was judged by it. */
export const isLeftOut = (path: string): boolean => path === 'report.html' || path.startsWith(reprovisionFolder);

/** By path, as text. */
export function filesOf({ files }: Pick<OpenBundle, 'files'>): Record<string, string> {
  const kept = [...files].filter(([path]) => !isLeftOut(path));
  return Object.fromEntries(kept.map(([path, bytes]) => [path, bytes.toString()]));
}
