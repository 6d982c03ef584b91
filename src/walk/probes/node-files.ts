/** Reads what nodes read themselves: one short Job for each node, both folders of it read-only. */
import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import type { Mutation } from '../../engine/mutation.js';
import type { NodeFile, NodeReader } from '../../scans/umbilical/node-files.js';
import { fail } from '../../support/errors/errors.js';
import { kubeIfAny } from '../../world/kube-if-any.js';
import type { Acting } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { agentImage, nodeJobName, nodeNames, onNode, removeEndedJobs } from './node-agent.js';
import { nodeScript, nodeScriptEnv } from './node-files-script.js';
import { type ProbeJob, probeJobMutations, runProbe } from './probe-job.js';
import { probeNamespace } from './probe-objects.js';

const stem = 'node-files';
const timeoutMs = 120_000;
/** Both are on every node of k3s: a folder that is not there would keep the Pod from starting, and none may be made. */
const folders = ['/etc', '/var/lib/rancher/k3s/agent/etc'];

interface Asking {
  node: string;
  runId: string;
  image: string;
  offset?: number;
  salt?: string;
}

/** @param node all of them where it is left out */
const told = (node?: string) => ({
  name: node === undefined ? `probe-${stem}` : `probe-${stem}-${node}`,
  sentence: `run a short Job on ${node === undefined ? 'each node' : `node ${node}`}, in namespace ${probeNamespace}, that tells which hosts and addresses are in its registries, resolver, hosts and time files`,
});

export function nodeFilesJob({ node, runId, image, offset = 0, salt = '' }: Asking): ProbeJob {
  const at = { root: '/node', own: '', word: '/dev/termination-log' };
  const { pod, ...more } = onNode(node);
  return {
    name: nodeJobName(stem, node, runId),
    image,
    script: nodeScript,
    env: { ...nodeScriptEnv(at), OFFSET: String(offset), SALT: salt },
    volumes: folders.map((path) => ({
      volume: { hostPath: { path, type: 'Directory' } },
      mountPath: `/node${path}`,
      readOnly: true,
    })),
    // the resolver that the kubelet gives to such a Pod is the node's own
    pod: { ...pod, dnsPolicy: 'Default' },
    ...more,
    timeoutMs,
    told: told(node),
  };
}

/** Plan of `nodeReader` for the nodes that are there, or for those of a cluster that is still to be made. */
export async function nodeFilesMutations(world: World): Promise<Mutation[]> {
  const kube = await kubeIfAny(world);
  const jobs = (kube ? await nodeNames(kube) : ['']).map((node) => ({
    ...nodeFilesJob({ node, runId: world.runId, image: '' }),
    ...(kube ? {} : { told: told() }),
  }));
  return jobs.flatMap(probeJobMutations);
}

export function nodeReader(world: World, acting: Acting): NodeReader {
  const { runId, clock } = world;
  const limit = pLimit(4);
  const salt = randomBytes(16).toString('hex');
  return {
    async nodes() {
      const kube = await world.kube();
      await removeEndedJobs(kube, acting, { stem, runId, now: clock.now(), longestMs: 2 * timeoutMs });
      return nodeNames(kube);
    },
    read: (node) =>
      limit(async () => {
        const kube = await world.kube();
        const image = await agentImage(kube);
        const rows = await allRows(
          (offset) => runProbe<RowPage>(kube, acting, nodeFilesJob({ node, runId, image, offset, salt })),
          node,
        );
        return filesIn(rows);
      }),
  };
}

/** What one Job answers: rows from OFFSET on, as many as fit. */
export interface RowPage {
  total: number;
  hash: string;
  rows: string[];
}

async function allRows(ask: (offset: number) => Promise<RowPage>, node: string): Promise<string[]> {
  const first = await ask(0);
  const rows = [...first.rows];
  while (rows.length < first.total) {
    const page = await ask(rows.length);
    if (page.hash !== first.hash || page.rows.length === 0)
      throw fail('E4009', `The files of node ${node} changed while they were read.`);
    rows.push(...page.rows);
  }
  return rows;
}

/** `file HASH PATH`, then `name WORD` for each that is in it; `absent PATH`; `unread PATH WHY`. */
export function filesIn(rows: readonly string[]): NodeFile[] {
  const files: NodeFile[] = [];
  for (const row of rows) {
    const [, word = '', rest = ''] = /^(\w+) (.*)$/.exec(row) ?? [];
    const [first = '', ...others] = rest.split(' ');
    if (word === 'file') files.push({ path: others.join(' '), answer: 'looked', hash: first, names: [] });
    else if (word === 'name') files.at(-1)?.names?.push(rest);
    else if (word === 'absent') files.push({ path: rest, answer: 'not there' });
    else files.push({ path: first, answer: 'could not look', why: others.join(' ') || row });
  }
  return files;
}
