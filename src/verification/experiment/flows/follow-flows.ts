/**
 * Follows the connections of every node while an experiment runs: one Job on each, which may read Hubble's socket and nothing else of the
 * node; where Hubble is off, the connection tables in /proc, with the names of Pods from their folders of logs. The Job's log is read when
 * the experiment has ended; the ring of Hubble itself forgets within seconds on a busy node.
 */
import type { Mutation } from '../../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { endsTheRun } from '../../../support/errors/ends-the-run.js';
import { messageOf } from '../../../support/errors/errors.js';
import { agentImage, nodeJobName, nodeNames, onNode, removeEndedJobs } from '../../../walk/probes/node-agent.js';
import { type ProbeJob, probeJobObject } from '../../../walk/probes/probe-job.js';
import {
  makeProbe,
  probeLabel,
  probeNamespace,
  probeNamespaceObject,
  removeProbe,
} from '../../../walk/probes/probe-objects.js';
import { probePullSecret } from '../../../walk/probes/pull-secret.js';
import { kubeIfAny } from '../../../world/kube-if-any.js';
import type { StepContext } from '../../../world/step.js';
import type { World } from '../../../world/world.js';
import type { Experiment } from '../experiment.js';
import { flowScript, flowScriptEnv } from './flow-script.js';
import { type FlowsSeen, flowsIn, type NodeFlows } from './flows.js';
import { insideOf } from './inside.js';
import { tableScript, tableScriptEnv } from './table-script.js';

const stem = 'node-flows';
/** Longer than any experiment: the Job ends then, whatever became of this process. */
const longestMs = 3_600_000;
const readyMs = 90_000;
/** Of one node's log. */
const mostBytes = 8_000_000;
const config = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system', name: 'cilium-config' };

/** A Job on that node, named for the run. */
export function flowsJob({ node, runId, image }: { node: string; runId: string; image: string }): ProbeJob {
  return {
    name: nodeJobName(stem, node, runId),
    image,
    script: flowScript,
    env: flowScriptEnv,
    volumes: [
      {
        volume: { hostPath: { path: '/var/run/cilium/hubble.sock', type: 'Socket' } },
        mountPath: '/hubble/hubble.sock',
        readOnly: true,
      },
    ],
    ...onNode(node),
    timeoutMs: longestMs,
  };
}

/** The same where Hubble is off. Both folders are read-only; a folder of its own keeps what it has seen. */
export function tableJob(
  { node, runId, image }: { node: string; runId: string; image: string },
  inside: readonly string[],
): ProbeJob {
  const folder = (path: string, mountPath: string) => ({
    ...{ volume: { hostPath: { path, type: 'Directory' } }, mountPath, readOnly: true as const },
  });
  const at = { proc: '/node/proc', logs: '/node/pods', state: '/state/seen' };
  return {
    name: nodeJobName(stem, node, runId),
    image,
    script: tableScript,
    env: tableScriptEnv(at, inside),
    volumes: [
      folder('/proc', at.proc),
      folder('/var/log/pods', at.logs),
      { volume: { emptyDir: { sizeLimit: '32Mi' } }, mountPath: '/state' },
    ],
    ...onNode(node),
    timeoutMs: longestMs,
  };
}

const toldRef = (node?: string) => ({
  ...{ apiVersion: 'batch/v1', kind: 'Job', namespace: probeNamespace },
  name: node === undefined ? 'probe-node-flows' : `probe-node-flows-${node}`,
});

const makeFlows = (node?: string): Mutation => ({
  ...makeProbe(toldRef(node)),
  sentence: `follow the connections of ${node === undefined ? 'each node' : `node ${node}`} to the outside by a Job in namespace ${probeNamespace}, until the experiment has ended`,
});
const removeFlows = (node?: string): Mutation => removeProbe(toldRef(node));

/** Plan of `followFlows`, for the nodes that are there or for those of a cluster that is still to be made. */
export async function flowsMutations(world: World): Promise<Mutation[]> {
  const kube = await kubeIfAny(world);
  const nodes: (string | undefined)[] = kube ? await nodeNames(kube) : [undefined];
  return nodes.flatMap((node) => [makeFlows(node), removeFlows(node)]);
}

export interface Following {
  /** Reads what was seen and removes the Jobs; throws what ends a run. */
  end(): Promise<FlowsSeen>;
}

/** Returns when each node is followed, or has said that it cannot be. What cannot be followed is part of what was seen. */
export async function followFlows(world: World, { act, undo }: StepContext): Promise<Following> {
  const kube = await world.kube();
  const by = (await kube.get(config))?.['data']?.['enable-hubble'] === 'true' ? undefined : 'table';
  const { runId, clock } = world;
  await removeEndedJobs(kube, { act }, { stem, runId, now: clock.now(), longestMs });
  const [image, login, nodes] = [await agentImage(kube), await probePullSecret(kube), await nodeNames(kube)];
  const inside = by ? await insideOf(kube) : [];
  const jobOf = (node: string) => (by ? tableJob({ node, runId, image }, inside) : flowsJob({ node, runId, image }));
  const jobs = nodes.map((node) => ({ node, object: probeJobObject(jobOf(node), login?.metadata.name) }));
  const errors = new Map<string, string>();
  const begin = async ({ node, object }: (typeof jobs)[number]) => {
    try {
      await act(makeFlows(node), async (writers) =>
        (await writers.sovereign()).apply([probeNamespaceObject(), ...(login ? [login] : []), object], {
          forceConflicts: true,
        }),
      );
      await ready(kube, object);
    } catch (error) {
      if (endsTheRun(error)) throw error;
      errors.set(node, messageOf(error));
    }
  };
  const remove = async ({ node, object }: (typeof jobs)[number]) =>
    undo.act(removeFlows(node), async (writers) => (await writers.sovereign()).delete(refOfObject(object)));
  const removeAll = () => Promise.all(jobs.map(remove));
  const begun = await Promise.allSettled(jobs.map(begin));
  const refused = begun.find((one) => one.status === 'rejected');
  if (refused) {
    await removeAll();
    throw refused.reason;
  }
  return {
    async end() {
      try {
        const look = async ({ node, object }: (typeof jobs)[number]): Promise<NodeFlows> => {
          const error = errors.get(node);
          if (error !== undefined) return { ...flowsIn(node, '', by), error };
          return logOf(kube, object).then(
            (log) => flowsIn(node, log, by),
            (cause: unknown) => ({ ...flowsIn(node, '', by), error: messageOf(cause) }),
          );
        };
        return { nodes: await Promise.all(jobs.map(look)) };
      } finally {
        await removeAll();
      }
    },
  };
}

async function ready(kube: Kube, object: KubeObject): Promise<void> {
  const ref = refOfObject(object);
  await kube.waitFor<true>(ref, {
    reason: `Job ${ref.namespace}/${ref.name} to follow its node`,
    timeoutMs: readyMs,
    look: (seen) => {
      const { ready: running = 0, failed = 0 } = seen?.['status'] ?? {};
      if (failed > 0) throw new Error(`Job ${ref.namespace}/${ref.name} failed`);
      return running > 0 ? { done: true } : { pending: 'its Pod does not run yet' };
    },
  });
}

async function logOf(kube: Kube, { metadata }: KubeObject): Promise<string> {
  const selector = `${probeLabel}=${metadata.labels![probeLabel]}`;
  const [pod] = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace: probeNamespace, labelSelector: selector });
  if (!pod) throw new Error('its Pod is gone');
  const path = `/api/v1/namespaces/${probeNamespace}/pods/${pod.metadata.name}/log?limitBytes=${mostBytes}`;
  const { status, body } = await kube.raw(path);
  if (status !== 200) throw new Error(`GET ${path} answers ${status}`);
  return body;
}

/** The experiment with the connections that were opened meanwhile. A lab has none to follow: its Pods send no packets. */
export async function withFlows(
  world: World,
  context: StepContext,
  lab: boolean,
  run: () => Promise<Experiment>,
): Promise<Experiment> {
  if (lab) return run();
  const unfollowed = (error: unknown): FlowsSeen => {
    if (endsTheRun(error)) throw error;
    return { nodes: [], error: messageOf(error) };
  };
  const following = await followFlows(world, context).catch((error: unknown): Following => {
    context.signal.throwIfAborted();
    const seen = unfollowed(error);
    return { end: async () => seen };
  });
  const [ran] = await Promise.allSettled([run()]);
  const flows = await following.end().catch(unfollowed);
  if (ran.status === 'rejected') throw ran.reason;
  return { ...ran.value, flows };
}
