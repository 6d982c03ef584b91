/** The rendered tree (tickets.md §4). */
import type { KubeObject } from '../tools/kube.js';

export interface RenderedFolder {
  /** `clusters/<fqdn>/<bp>` or `clusters/<fqdn>/<bp>-config`. */
  path: string;
  files: { path: string; text: string; objects: KubeObject[] }[];
}

export interface RenderedTree {
  folders: RenderedFolder[];
  /** sha256 over all paths and bytes. */
  hash: string;
  /** Folder of a Blueprint's release (`bp-harbor`) or its glue (`bp-harbor-config`); undefined when it has none. */
  folder(name: string): RenderedFolder | undefined;
}
