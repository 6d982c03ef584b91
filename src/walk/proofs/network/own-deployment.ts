/**
 * What the Sovereign's own catalyst-api shows of its own cluster, by the paths of the pinned version (cmd/api/main.go at 4f80be2): the
 * releases, from its informer, and the topology, whose servers come from its record and whose volumes come from the cluster.
 */
import { z } from 'zod';
import { consoleUrl, ownDeploymentId } from '../../../sovereign/sovereign-names.js';
import { okJson } from '../../../tools/http/http-json.js';
import type { World } from '../../../world/world.js';

type Asking = Pick<World, 'http' | 'sovereign' | 'signal'>;

const componentsShape = z.object({
  /** Its informer runs; otherwise the rows are what an earlier one saw last. */
  watching: z.boolean(),
  components: z.array(z.object({ helmReleaseName: z.string(), status: z.string() })),
});

const topologyShape = z.object({
  topology: z.object({
    regions: z.array(
      z.object({
        name: z.string(),
        clusters: z.array(z.object({ name: z.string(), nodes: z.array(z.object({ name: z.string() })) })),
      }),
    ),
  }),
  storage: z.object({ pvcs: z.array(z.object({ namespace: z.string(), name: z.string() })) }),
});

/** The page of the console that draws it. */
export const architectureUrl = (fqdn: string) => `${consoleUrl(fqdn)}${ownDeploymentId(fqdn)}/cloud/architecture`;

/** Asks as the console does: below the console's own path. */
async function ask<S extends z.ZodType>(world: Asking, path: string, shape: S): Promise<z.output<S>> {
  const { fqdn } = world.sovereign.spec;
  const url = `${consoleUrl(fqdn)}api/v1/deployments/${ownDeploymentId(fqdn)}${path}`;
  const answer = await world.http({ url, timeoutMs: 20_000, signal: world.signal });
  return okJson(answer, `catalyst-api at ${url}`, shape, [200]);
}

export const deploymentOf = (world: Asking) => ask(world, '', z.object({ id: z.string(), sovereignFQDN: z.string() }));

export const componentsOf = (world: Asking) => ask(world, '/components/state', componentsShape);

export const topologyOf = (world: Asking) => ask(world, '/infrastructure/topology', topologyShape);
