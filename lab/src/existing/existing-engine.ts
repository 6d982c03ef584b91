/** Clusters of a lab that exist already: the lab emulates what is around them, and real Flux runs beside them as their ServiceAccounts. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterApi, ClusterEngine, ClusterRequest } from '../clusters/cluster-api.js';
import { type Engines, findEngines } from '../engines/build/cache.js';
import { createChildren } from '../engines/children.js';
import { startKwok } from '../engines/control-plane.js';
import { freePorts } from '../engines/free-ports.js';
import { realEngine } from '../engines/real-engine.js';
import { realParts } from '../engines/real-parts.js';
import { removeInventory } from './cleanup.js';
import { openClusterProxy } from './cluster-proxy.js';
import type { FixedCluster, FixedClusters } from './given-clusters.js';
import { inventoryFile } from './inventory.js';
import { upstreamOf } from './upstream.js';
import { openWebhookProxy } from './webhooks.js';

/** Throws E7004 when an engine has not been built. */
export function existingEngine(options: {
  clusters: FixedClusters;
  /** The lab's. */
  directory: string;
  env: Readonly<Record<string, string | undefined>>;
  say: (text: string) => void;
}): ClusterEngine {
  const { clusters, directory, env, say } = options;
  const engines = findEngines(env);
  // its solver is an aggregated API, to which these API servers have no way
  const { startAcme: _, ...engine } = realEngine({ env, say });
  return {
    ...engine,
    name: 'kubeconfig',
    start: (request) => {
      const name = request.name as keyof FixedClusters;
      return startExisting(request, { fixed: clusters[name], made: inventoryFile(directory, name), engines, say });
    },
  };
}

interface Existing {
  fixed: FixedCluster;
  made: string;
  engines: Engines;
  say: (text: string) => void;
}

async function startExisting(request: ClusterRequest, { fixed, made, engines, say }: Existing): Promise<ClusterApi> {
  const { name, directory, log, faults, clock, ca, dnsNames, ipAddresses } = request;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const upstream = upstreamOf(fixed.file, fixed.context);
  const proxy = await openClusterProxy({
    ...{ name, upstream, made, authority: ca, log, faults, clock, dnsNames, ipAddresses },
  });
  const webhooks = await openWebhookProxy(ca, await upstream.ourAddress());
  const children = createChildren({ directory, clock, say: (text) => say(`${name}: ${text}`) });
  const admin = join(directory, 'admin.kubeconfig');
  writeFileSync(admin, proxy.kubeconfig(), { mode: 0o600 });
  const [port = 0] = await freePorts(1);
  startKwok(children, { engines, directory, kubeconfig: admin, port });
  return {
    url: proxy.endpoint,
    port: proxy.port,
    kubeconfig: (_user, { server } = {}) => proxy.kubeconfig({ server }),
    parts: {
      async real(network) {
        const parts = await realParts(name, {
          plane: { children, kubeconfig: (more) => proxy.kubeconfig(more as Parameters<typeof proxy.kubeconfig>[0]) },
          ...{ engines, directory, network: () => network, reachesServices: false },
        });
        return { ...parts, rules: [...parts.rules, ...webhooks.rules] };
      },
    },
    attach(controllers) {
      proxy.lead(controllers);
      webhooks.lead(controllers);
    },
    async close({ destroyed = false } = {}) {
      proxy.lead(undefined);
      await children.stop();
      await Promise.all([proxy.close(), webhooks.close()]);
      if (destroyed) {
        const { left } = await removeInventory(upstream, made, { clock, signal: AbortSignal.timeout(120_000) });
        if (left.length > 0) say(`${name}: still there after the end of the cluster: ${left.join(', ')}`);
        else rmSync(made, { force: true });
      }
      upstream.close();
    },
  };
}
