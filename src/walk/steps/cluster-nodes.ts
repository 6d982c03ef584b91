/** The nodes that the Kubernetes API of the Sovereign knows, against those that its spec asks for. */
import type { Evidence } from '../../engine/step.js';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { waitUntil } from '../../support/wait.js';
import type { StepContext } from '../../world/step.js';
import type { World } from '../../world/world.js';

const joinMs = 10 * 60_000;

async function nodeNames(world: World): Promise<string[]> {
  const nodes = await (await world.kube()).list({ apiVersion: 'v1', kind: 'Node' });
  return nodes.map(({ metadata }) => metadata.name);
}

/** Those of `expected` that have not registered. */
export async function missingNodes(world: World, expected: readonly string[]): Promise<string[]> {
  const names = new Set(await nodeNames(world));
  return expected.filter((name) => !names.has(name));
}

/** Resolves when all have registered; throws E4003 after ten minutes. */
export async function waitForNodes(
  world: World,
  expected: readonly string[],
  { signal, progress }: Pick<StepContext, 'signal' | 'progress'>,
): Promise<void> {
  await waitUntil({
    reason: `${expected.length} nodes to register`,
    timeoutMs: joinMs,
    clock: world.clock,
    signal,
    onPending: progress.waiting,
    look: async () => {
      try {
        const missing = await missingNodes(world, expected);
        return missing.length === 0 ? { done: true } : { pending: `not registered: ${missing.join(', ')}` };
      } catch (error) {
        return { pending: messageOf(error) };
      }
    },
  });
}

/** Throws E4009 when the API server is not ready or a node has not registered. */
export async function proveNodes(world: World, expected: readonly string[]): Promise<Evidence> {
  const kube = await world.kube();
  const ready = await kube.raw('/readyz');
  if (ready.status !== 200 || !ready.body.includes('ok')) {
    throw fail('E4009', `${kube.server} answers /readyz with ${ready.status}.`, {
      actions: [command('cluster status')],
    });
  }
  const found = (await nodeNames(world)).sort();
  const missing = expected.filter((name) => !found.includes(name));
  if (missing.length > 0) {
    throw fail('E4009', `Nodes are not registered: ${missing.join(', ')}.`, {
      actions: [command('cluster status')],
    });
  }
  return {
    summary: `${found.length} of ${expected.length} nodes registered, /readyz ok with the pinned certificate authority`,
    facts: { server: kube.server, nodes: found },
  };
}
