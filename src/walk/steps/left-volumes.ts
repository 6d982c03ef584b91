/** Volumes that outlive a destroyed cluster because nothing says that they are this Sovereign's: they cost money, and a person decides. */
import type { HetznerApi } from '../../hetzner/api/api.js';
import type { ResourceMap } from '../../hetzner/api/types.js';
import { listType } from '../../hetzner/purge/plan/inventory.js';
import type { PurgePlan } from '../../hetzner/purge/plan/purge-plan.js';
import { fail } from '../../support/errors/errors.js';

type Volume = ResourceMap['volume'];

export interface LeftVolume {
  id: number;
  name: string;
  reason: string;
}

/** Ids of volumes that are attached to servers which `plan` selects, with the name of the server. */
export async function attachedVolumes(api: HetznerApi, plan: PurgePlan): Promise<Map<number, string>> {
  const servers = new Map(
    plan.resources.filter(({ type, selected }) => type === 'server' && selected).map(({ id, name }) => [id, name]),
  );
  const volumes = servers.size > 0 ? await listType(api, 'volume') : [];
  return new Map(
    volumes.flatMap(({ id, server }) => {
      const name = server === null ? undefined : servers.get(server);
      return name === undefined ? [] : [[id, name] as const];
    }),
  );
}

/**
 * What is still there after the destruction.
 * @param attached from before it
 * @param made ids of volumes that a PersistentVolume of the cluster named
 * @param known ids of volumes that stay for a reason that is told elsewhere
 */
export async function volumesLeft(
  api: HetznerApi,
  {
    attached,
    made,
    known,
  }: { attached: ReadonlyMap<number, string>; made: ReadonlySet<number>; known: ReadonlySet<number> },
): Promise<LeftVolume[]> {
  const volumes = (await listType(api, 'volume')).filter(({ id }) => !known.has(id));
  const isAlone = volumes.some(isFreeCsi) && (await listType(api, 'server')).length === 0;
  const reasonOf = (volume: Volume): string | undefined => {
    const server = attached.get(volume.id);
    if (server !== undefined) return `it was attached to server ${server}, and its owner is unknown`;
    if (made.has(volume.id)) return 'a PersistentVolume of the cluster named it';
    // While other servers stand in the project, it may be of their cluster.
    return isAlone && isFreeCsi(volume) ? 'a CSI driver made it, and no server is left in the project' : undefined;
  };
  return volumes.flatMap((volume) => {
    const reason = reasonOf(volume);
    return reason === undefined ? [] : [{ id: volume.id, name: volume.name, reason }];
  });
}

const isFreeCsi = ({ server, labels }: Volume) => server === null && labels?.['managed-by'] === 'csi-driver';

/** E2001 for a cluster that is gone but for these. */
export function volumesStay(left: readonly LeftVolume[], result: object) {
  const list = left.map(({ id, name, reason }) => `volume ${name} (${id}): ${reason}`).join('; ');
  return fail('E2001', `The cluster is gone, but volumes stay, with their data and their cost: ${list}.`, {
    actions: [...left.slice(0, 3).map(({ id }) => `check it and, if nobody needs it: hcloud volume delete ${id}`)],
    data: { result, volumes: left },
  });
}
