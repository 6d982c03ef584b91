/** A command on an emulated Hetzner project: with the leftovers of an earlier Sovereign, or with nothing at all. */
import { createHetznerLab, type HetznerLab } from '../../lab/src/hetzner/lab-hetzner.js';
import { createFaults, type Faults } from '../../lab/src/requests/faults.js';
import { createRequestLog } from '../../lab/src/requests/request-log.js';
import type { HetznerApi, HetznerWriter } from '../../src/hetzner/api/api.js';
import { createHetznerApi } from '../../src/hetzner/api/create-api.js';
import { clusterParts } from '../../src/hetzner/cluster/parts.js';
import { createClusterStep } from '../../src/walk/steps/create-cluster.js';
import { type ActionRig, type ActionSetting, actionRig } from './action-context.js';
import { fakeGate, fakeSsh, nodeApi } from './fake-world.js';
import { hurriedClock } from './hurried-clock.js';

export interface HetznerRig extends ActionRig {
  lab: HetznerLab;
  faults: Faults;
  api: HetznerApi & HetznerWriter;
}

export async function hetznerRig({
  leftovers = true,
  world,
  ...setting
}: ActionSetting & { leftovers?: boolean } = {}) {
  const clock = hurriedClock();
  const faults = createFaults();
  const { signal } = new AbortController();
  const fixtures = leftovers ? {} : { fixtures: () => undefined };
  const lab = await createHetznerLab({ log: createRequestLog(), faults, actionMs: 5, ...fixtures });
  const api = createHetznerApi({ token: lab.token, endpoint: lab.endpoint, signal, clock });
  const rig = actionRig({ ...setting, world: { api, clock, signal, ...world } as never });
  return { ...rig, lab, faults, api } as HetznerRig;
}

export interface ClusterRig extends HetznerRig {
  /** Makes the cluster of the spec stand at Hetzner, its nodes registered. */
  build(): Promise<void>;
}

/** A command on an empty project in which the Sovereign's cluster can be built. */
export async function clusterRig(): Promise<ClusterRig> {
  const nodes: { name: string }[] = [];
  const registered = nodeApi(() => nodes);
  const rig = await hetznerRig({ leftovers: false, world: { kube: async () => registered } as never });
  const build = async () => {
    for (const { name } of clusterParts(rig.world.sovereign).servers) nodes.push({ name });
    const kube = () => rig.world.kube() as never;
    await createClusterStep(rig.world, fakeSsh([])).run(fakeGate({ hetzner: async () => rig.api, kube }).context);
  };
  return { ...rig, build };
}
