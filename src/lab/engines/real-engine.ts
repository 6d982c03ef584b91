/** Clusters of a lab made of real servers: a control plane each, real Flux in it, and the lab's network behind its Services. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseYamlStream } from '../../support/yaml.js';
import type { KubeObject } from '../../tools/kube.js';
import type { ClusterApi, ClusterEngine, ClusterRequest } from '../cluster-api.js';
import { serve } from '../http-server.js';
import { createRequestLog } from '../request-log.js';
import { auditReceiver } from './audit.js';
import { type Engines, findEngines } from './cache.js';
import { startControlPlane } from './control-plane.js';
import { fluxPrograms } from './flux-programs.js';
import { localPath, localPathCleaning } from './local-path.js';
import { startRealRegistry } from './real-registry.js';
import { openServiceTunnel } from './service-tunnel.js';

/** Throws E7004 when an engine has not been built. */
export function realEngine(options: {
  env: Readonly<Record<string, string | undefined>>;
  say: (text: string) => void;
}): ClusterEngine {
  const engines = findEngines(options.env);
  const crds = trueCrds(engines);
  return {
    name: 'kubernetes',
    settleMs: 150_000,
    crds,
    startRegistry: ({ directory, ...rest }) =>
      startRealRegistry({ ...rest, directory: join(directory, 'engines', 'surroundings'), engines, say: options.say }),
    start: (request) => startCluster(request, engines, options.say),
  };
}

async function startCluster(
  request: ClusterRequest,
  engines: Engines,
  say: (text: string) => void,
): Promise<ClusterApi> {
  const { name, directory, log, faults, clock, ca, dnsNames, ipAddresses } = request;
  const stopped = new AbortController();
  // audit events are no calls to the lab: what they tell of is logged instead
  const silent = createRequestLog({ clock });
  const audit = await serve({
    name: `audit/${name}`,
    handler: auditReceiver(`kubernetes/${name}`, log),
    log: silent,
    faults,
    clock,
  });
  const tunnel = await openServiceTunnel(ca);
  const plane = await startControlPlane({
    ...{ name, directory, engines, clock, say, dnsNames, ipAddresses },
    signal: stopped.signal,
    egressSocket: tunnel.socket,
    auditUrl: audit.endpoint,
  });
  return {
    url: plane.url,
    port: plane.port,
    kubeconfig: (_user, { server } = {}) => plane.kubeconfig(server ? { server } : {}),
    parts: {
      real: async (network) => [
        localPath,
        localPathCleaning,
        await fluxPrograms({ plane, engines, directory, network: () => network }),
      ],
    },
    attach: (controllers) => tunnel.lead(controllers),
    async close() {
      stopped.abort(new Error('the cluster ends'));
      tunnel.lead(undefined);
      await plane.stop();
      await Promise.all([tunnel.close(), audit.close()]);
    },
  };
}

/** CRDs that came with the engines, by name. */
function trueCrds(engines: Engines): Map<string, KubeObject> {
  const found = new Map<string, KubeObject>();
  for (const part of ['source', 'helm', 'kustomize', 'notification']) {
    const folder = engines.data(`flux-${part}`, `crds/${part}`);
    for (const file of readdirSync(folder)) {
      for (const object of parseYamlStream(readFileSync(join(folder, file), 'utf8')) as KubeObject[])
        if (object?.kind === 'CustomResourceDefinition') found.set(object.metadata.name, object);
    }
  }
  return found;
}
