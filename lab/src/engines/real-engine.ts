/** Clusters of a lab made of real servers: a control plane each, real Flux in it, and the lab's network behind its Services. */
import { join } from 'node:path';
import type { ClusterApi, ClusterEngine, ClusterRequest } from '../clusters/cluster-api.js';
import { serve } from '../requests/http-server.js';
import { createRequestLog } from '../requests/request-log.js';
import { auditReceiver } from './audit.js';
import { type Engines, findEngines } from './build/cache.js';
import { engines as catalog } from './build/catalog.js';
import { upstreamCrds } from './build/upstream-crds.js';
import { startControlPlane } from './control-plane.js';
import { startRealAcme } from './programs/real-acme.js';
import { startRealObjectStorage } from './programs/real-object-storage.js';
import { startRealRegistry } from './programs/real-registry.js';
import { hasCertificates, realParts } from './real-parts.js';
import { openServiceTunnel } from './service-tunnel.js';

/** Audit events come in batches, each within a second. */
const auditMs = 1500;

/** Throws E7004 when an engine has not been built. */
export function realEngine(options: {
  env: Readonly<Record<string, string | undefined>>;
  say: (text: string) => void;
}): ClusterEngine {
  const engines = findEngines(options.env);
  const crds = upstreamCrds(engines);
  for (const { name, purpose } of catalog.filter((one) => !one.required && !one.onDemand && !engines.has(one.name)))
    options.say(`${name} has not been built (npm run engines); the lab runs without it: ${purpose}`);
  return {
    name: 'kubernetes',
    settleMs: 150_000,
    crds,
    startRegistry: ({ directory, ...rest }) =>
      startRealRegistry({
        ...rest,
        directory: join(directory, 'engines', 'external-services'),
        engines,
        say: options.say,
      }),
    ...(engines.has('versitygw')
      ? {
          startObjectStorage: ({ directory, ...rest }) =>
            startRealObjectStorage({
              ...rest,
              directory: join(directory, 'engines', 'object-storage'),
              engines,
              say: options.say,
            }),
        }
      : {}),
    ...(hasCertificates(engines)
      ? {
          startAcme: ({ directory, ...rest }) =>
            startRealAcme({ ...rest, directory: join(directory, 'engines', 'acme'), engines, say: options.say }),
        }
      : {}),
    start: (request) => startCluster(request, engines, options.say),
  };
}

async function startCluster(
  request: ClusterRequest,
  engines: Engines,
  say: (text: string) => void,
): Promise<ClusterApi> {
  const { name, directory, log, faults, clock, dnsNames, ipAddresses } = request;
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
  const tunnel = await openServiceTunnel();
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
      real: (network) => realParts(name, { plane, engines, directory, network: () => network, reachesServices: true }),
    },
    attach: (controllers) => tunnel.lead(controllers),
    async power(on) {
      if (on) return plane.children.release();
      // The API takes no more requests. Those it has taken reach the audit log before the program ends.
      await clock.sleep(auditMs, stopped.signal).catch(() => undefined);
      await plane.children.hold();
    },
    async close() {
      stopped.abort(new Error('the cluster ends'));
      tunnel.lead(undefined);
      await plane.stop();
      await Promise.all([tunnel.close(), audit.close()]);
    },
  };
}
