/** Builds a World from a spec, and the gate that goes with it; what may fail or is heavy comes at its first use. */
import { requireDistinctClusters } from '../../actions/session/require-distinct-clusters.js';
import { renderTree } from '../../blueprints/render/render.js';
import type { Journal } from '../../engine/journal.js';
import { publicAddress } from '../../hetzner/cluster/public-address.js';
import { createDnsQuery } from '../../tools/dns/dns-client.js';
import { createHttp } from '../../tools/http/http-client.js';
import { proxiesTold } from '../../tools/http/proxies.js';
import { createGate, type OpenGate } from '../../world/gate.js';
import { checkProject } from '../../world/hetzner-project.js';
import { bind } from '../../world/journal-binding.js';
import { readersOf } from '../../world/readers.js';
import type { World } from '../../world/world.js';
import { once } from '../command/once.js';
import { assertEncrypted, endpointsOf } from './encrypted-endpoints.js';
import { identify } from './identify-world.js';
import { createWorldAdapters } from './world-adapters.js';
import { createWorldKubes } from './world-kubes.js';
import type { WorldRequest } from './world-request.js';
import { createWorldTools } from './world-tools.js';

export interface OpenWorld {
  world: World;
  openGate: OpenGate;
  close(): Promise<void>;
}

export async function createWorld(request: WorldRequest): Promise<OpenWorld> {
  const { sovereign, credentials, clock, env, redactor, blueprints, runId, signal, undoSignal, stateDir } = request;
  const { spec } = sovereign;
  // The lab named by --lab is this machine, also where its clusters reach it by another address.
  if (request.labMark === undefined) {
    const registry = (await credentials.find('registry-token')) !== undefined;
    assertEncrypted(endpointsOf(spec, env, { registry }), request.warn);
  }
  const tools = createWorldTools(request);
  const { calls } = tools;
  const kubes = createWorldKubes(request, tools);
  const adapters = createWorldAdapters(request, tools, kubes);
  const { hetzner } = adapters;
  const identity = once(() =>
    identify({ ...kubes, credentials, hetzner }, { clock, signal, expected: request.labMark }),
  );
  let journal: Journal | undefined;
  const { fqdn } = spec;
  const readers = readersOf(adapters);
  const project = checkProject({ hetzner: readers.hetzner, fqdn, journal: () => journal, warn: request.warn });
  const world: World = {
    ...readers,
    requireProject: project.require,
    sovereign,
    clock,
    signal,
    undoSignal,
    redactor,
    credentials,
    binaries: tools.binaries,
    dns: createDnsQuery({ connectTo: spec.access.connectTo, ...calls }),
    identity,
    publicAddress: once(() => publicAddress(createHttp({ dialer: tools.direct(), ...calls }), { signal })),
    ways: () => proxiesTold(env),
    blueprints,
    tree: once(async () => renderTree(sovereign, blueprints)),
    runId,
    stateDir,
  };
  const distinct = requireDistinctClusters(world, (uids) => {
    if (journal) bind(journal, { fqdn: spec.fqdn, ...uids });
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
