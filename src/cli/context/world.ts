/** Builds a World from a spec, and the gate that goes with it; what may fail or is heavy comes at its first use. */
import { requireDistinctClusters } from '../../actions/session/require-distinct-clusters.js';
import { withPullSecrets } from '../../blueprints/catalog/images/pull-secrets.js';
import { renderTree } from '../../blueprints/render/render.js';
import type { Journal } from '../../engine/journal.js';
import { publicAddress } from '../../hetzner/cluster/public-address.js';
import { loadBalancerAddresses } from '../../kubernetes/load-balancer-addresses.js';
import { nodeAddresses } from '../../kubernetes/node-addresses.js';
import { proxiesText } from '../../tools/dialer/proxies.js';
import { createDnsQuery } from '../../tools/dns/dns-client.js';
import { createHttp } from '../../tools/http/http-client.js';
import { createGate, type OpenGate } from '../../world/gate/gate.js';
import { checkProject } from '../../world/hetzner-project.js';
import { bind, bindingOf } from '../../world/journal/journal-binding.js';
import { requireOwnNodes } from '../../world/own-nodes.js';
import { sovereignNames } from '../../world/public-names/sovereign-names.js';
import { readersOf } from '../../world/readers.js';
import type { World } from '../../world/world.js';
import { once } from '../command/once.js';
import { createWorldKubes } from './clusters/world-kubes.js';
import { assertEncrypted, endpointsOf } from './credentials/encrypted-endpoints.js';
import { identify } from './identify-world.js';
import { keepMemorySmall } from './keep-memory-small.js';
import { createWorldAdapters } from './world-adapters.js';
import type { WorldRequest } from './world-request.js';
import { createWorldTools } from './world-tools.js';

export interface OpenWorld {
  world: World;
  openGate: OpenGate;
  close(): Promise<void>;
}

export async function createWorld(request: WorldRequest): Promise<OpenWorld> {
  keepMemorySmall();
  const { sovereign, credentials, clock, env, redactor, runId, signal, undoSignal, stateDir } = request;
  const { spec } = sovereign;
  const blueprints = withPullSecrets(request.blueprints, sovereign);
  // The lab named by --lab is this machine, also where its clusters reach it by another address.
  if (request.labMark === undefined) {
    const registry = (await credentials.find('registry-token')) !== undefined;
    assertEncrypted(endpointsOf(spec, env, { registry }), request.warn);
  }
  const { fqdn } = spec;
  const calls = { signal: undoSignal };
  const dns = createDnsQuery({ ...spec.access, ...calls });
  const names = sovereignNames({
    fqdn,
    dns,
    parentServers: spec.mother.powerdns.nameservers,
    nodes: async () => nodeAddresses(await kubes.kube()),
    loadBalancer: async () => loadBalancerAddresses(await kubes.kube()),
  });
  const tools = createWorldTools(request, names);
  const kubes = createWorldKubes(request, tools);
  const adapters = createWorldAdapters(request, tools, kubes);
  const { hetzner } = adapters;
  const identity = once(() =>
    identify({ ...kubes, credentials, hetzner }, { clock, signal, expected: request.labMark }),
  );
  let journal: Journal | undefined;
  const readers = readersOf(adapters);
  const project = checkProject({ hetzner: readers.hetzner, fqdn, journal: () => journal, warn: request.warn });
  const world: World = {
    ...readers,
    requireProject: project.require,
    evidenceKeyOf: request.evidenceKeyOf,
    sovereign,
    clock,
    signal,
    undoSignal,
    redactor,
    credentials,
    binaries: tools.binaries,
    dns,
    identity,
    publicAddress: once(() => publicAddress(createHttp({ dialer: tools.direct(), ...calls }), { signal })),
    ways: () => proxiesText(env),
    blueprints,
    tree: once(async () => renderTree(sovereign, blueprints)),
    runId,
    stateDir,
  };
  const distinct = requireDistinctClusters(world, async (uids) => {
    if (!journal) return;
    const isNew = uids.clusterUid !== undefined && bindingOf(journal.entries)?.clusterUid === undefined;
    // a lab's clusters say themselves whose they are
    if (isNew && request.kubeconfig !== undefined && (await identity()).kind === 'real')
      await requireOwnNodes(await kubes.kube(), await hetzner(), fqdn);
    bind(journal, { fqdn, ...uids });
  });
  return {
    world,
    // Here and not where gates are opened, so that none can be opened without it.
    openGate: (options) => {
      const { describe } = request;
      if (!describe) journal = options.journal;
      const onMutation: typeof options.onMutation = (step, mutation) => {
        options.onMutation?.(step, mutation);
        describe?.(mutation.sentence);
      };
      const ready: typeof distinct = async (mutation, signal) => {
        // It reaches no cluster, and must not wait for one.
        if (mutation.target.system === 'webhook') return;
        await distinct(mutation, signal);
        await project.before(mutation);
      };
      const dryRun = describe !== undefined;
      return createGate({
        ...options,
        onMutation,
        ready,
        made: project.after,
        onChange: request.onChange,
        dryRun,
        adapters,
      });
    },
    close: async () => tools.runFolder.close(),
  };
}
