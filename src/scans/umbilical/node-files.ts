/** Files of the nodes, which the API does not show: what each of them names, as a short Job on the node has told. */
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import { NotLooked } from '../cluster/objects.js';
import type { Finding } from '../scan.js';
import type { ScanPlace } from '../scan-places.js';
import { searchObject, type Wanted } from '../text/search.js';
import { isOfOpenova } from './matcher.js';

export interface NodeFile {
  /** On the node; with `*` where no file of that pattern is there. */
  path: string;
  answer: 'looked' | 'not there' | 'could not look';
  /** Of its content and a salt that nobody keeps: two files of one scan compare, and no content can be guessed. */
  hash?: string;
  /** Hosts and addresses in it, with their ports and the beginning of their paths; never a credential. */
  names?: string[];
  why?: string;
}

export interface NodeFiles {
  node: string;
  files: NodeFile[];
}

/** Who can look at nodes; `read` starts a Job there. */
export interface NodeReader {
  nodes(): Promise<string[]>;
  read(node: string): Promise<NodeFile[]>;
}

/** What a node reads itself, without any Pod. */
export const nodeFilesText = 'registries.yaml, config.yaml, hosts.toml, hosts, resolv.conf, time servers';
export const nodePlaceOf = (node: string) => `files of node ${node}`;
const how = `a short Job on it tells which hosts and addresses are in them (${nodeFilesText})`;

/** A place for each node; `seen` fills while they are looked at. */
export async function nodePlaces(reader: NodeReader, wanted: Wanted, seen: NodeFiles[]): Promise<ScanPlace[]> {
  const nodes = await reader.nodes().catch((error: unknown) => {
    if (endsTheRun(error)) throw error;
    return error as Error;
  });
  if (!Array.isArray(nodes))
    return [
      {
        place: 'files of the nodes',
        how,
        look: () => Promise.reject(new Error(`no list of nodes: ${messageOf(nodes)}`)),
      },
    ];
  return nodes.map((node) => ({
    place: nodePlaceOf(node),
    how,
    async look() {
      const files = await reader.read(node);
      seen.push({ node, files });
      const [unread] = files.filter(({ answer }) => answer === 'could not look');
      if (unread) throw new NotLooked('could not look', `${unread.path}: ${unread.why}`);
      const read = files.filter(({ answer }) => answer === 'looked');
      if (files.length === 0) throw new NotLooked('could not look', 'its Job told of no file');
      return { findings: nodeReferences({ node, files: read }, wanted), count: read.length };
    },
  }));
}

/** What the files of a node refer to; the name of a folder of containerd is the registry that its file is for. Pure. */
export function nodeReferences({ node, files }: NodeFiles, wanted: Wanted): Finding[] {
  return files.flatMap(({ path, names = [] }) =>
    searchObject({ names: [path, ...names] }, wanted).matches.map(({ key }) => ({
      id: `Node ${node} ${path} ${key}`,
      where: `node ${node}: ${path}`,
      what: `names ${key}`,
      breaks: brokenBy(path),
      remedy: 'change the file on the node, and what makes new nodes',
      grade: isOfOpenova(key) ? ('L2' as const) : ('L1' as const),
    })),
  );
}

function brokenBy(path: string): string {
  if (/registries\.yaml$|hosts\.toml$/.test(path)) return 'the node pulls images by way of the mother';
  if (/\/k3s\//.test(path)) return 'k3s on the node contacts the mother';
  if (/resol|\/hosts$/.test(path)) return 'the node resolves names by way of the mother';
  return 'the clock of the node follows the mother';
}

/** For a person: each node, what was read there and what is not there. */
export const nodeLines = (nodes: readonly NodeFiles[]): string[] =>
  nodes.map(({ node, files }) => {
    const of = (answer: NodeFile['answer']) => files.filter((file) => file.answer === answer).map(({ path }) => path);
    const [read, absent] = [of('looked'), of('not there')];
    const told = read.length > 0 ? read.join(', ') : 'nothing was read';
    return `node ${node}: ${told}${absent.length > 0 ? ` (not there: ${absent.join(', ')})` : ''}`;
  });
