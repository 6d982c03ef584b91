/**
 * Reads what nodes read themselves: one short Job for each node, bound to it, past every taint. It is root, since registries.yaml may be for
 * root alone, and nothing more: no capability, no network of the node, both folders read-only. It runs the image of Cilium's agent, which is
 * on every node already, so that nothing is pulled for it.
 */
import { randomBytes } from 'node:crypto';
import pLimit from 'p-limit';
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import type { NodeFile, NodeReader } from '../../scans/umbilical/node-files.js';
import { fail } from '../../support/errors/errors.js';
import { sha256 } from '../../support/hash.js';
import { kubeIfAny } from '../../world/kube-if-any.js';
import type { Acting } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { nodeScript, nodeScriptEnv } from './node-files-script.js';
import { type ProbeJob, probeJobMutations, runProbe } from './probe-job.js';
import { probeLabel, probeNamespace, removeProbe } from './probe-objects.js';

const stem = 'node-files';
const timeoutMs = 120_000;
const agent = { apiVersion: 'apps/v1', kind: 'DaemonSet', namespace: 'kube-system', name: 'cilium' };
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

/** Its name has the run's id, so that nobody takes what a killed run left for an answer. */
export function nodeFilesJob({ node, runId, image, offset = 0, salt = '' }: Asking): ProbeJob {
  const at = { root: '/node', own: '', word: '/dev/termination-log' };
  return {
    name: `${stem}-${sha256(node).slice(0, 8)}-${runId.slice(0, 8).toLowerCase()}`,
    image,
    script: nodeScript,
    env: { ...nodeScriptEnv(at), OFFSET: String(offset), SALT: salt },
    volumes: folders.map((path) => ({
      volume: { hostPath: { path, type: 'Directory' } },
      mountPath: `/node${path}`,
      readOnly: true,
    })),
    // the resolver that the kubelet gives to such a Pod is the node's own
    pod: {
      nodeName: node,
      tolerations: [{ operator: 'Exists' }],
      dnsPolicy: 'Default',
      enableServiceLinks: false,
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    },
    securityContext: { runAsUser: 0, runAsGroup: 0, privileged: false, readOnlyRootFilesystem: true },
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
      await removeEnded(kube, acting, { runId, now: clock.now() });
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

const nodeNames = async (kube: Kube) =>
  (await kube.list({ apiVersion: 'v1', kind: 'Node' })).map(({ metadata: { name } }) => name).sort();

async function agentImage(kube: Kube): Promise<string> {
  const containers = ((await kube.get(agent))?.spec?.template?.spec?.containers ?? []) as KubeObject[];
  const image = containers.find((one) => (one as { name?: string }).name === 'cilium-agent')?.['image'];
  if (typeof image === 'string' && image !== '') return image;
  throw fail('E4009', 'DaemonSet kube-system/cilium, whose image is on every node, does not exist.');
}

/** What killed runs left, unless the Job may still be at work. The cluster removes it too, ten minutes after its end. */
async function removeEnded(kube: Kube, { act }: Acting, { runId, now }: { runId: string; now: Date }): Promise<void> {
  const jobs = await kube.list({
    ...{ apiVersion: 'batch/v1', kind: 'Job', namespace: probeNamespace, labelSelector: probeLabel },
  });
  const own = `-${runId.slice(0, 8).toLowerCase()}`;
  for (const job of jobs) {
    const { name, creationTimestamp = '' } = job.metadata;
    if (!/^probe-node-files-[0-9a-f]{8}-./.test(name) || name.endsWith(own)) continue;
    const { succeeded = 0, failed = 0 } = job.status ?? {};
    const over = Date.parse(creationTimestamp) + 2 * timeoutMs <= now.getTime();
    if (succeeded + failed === 0 && !over) continue;
    const ref = refOfObject(job);
    await act(removeProbe(ref), async (writers) => (await writers.sovereign()).delete(ref));
  }
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
