/**
 * The marker of a Sovereign's project: an empty placement group with its labels. Hetzner does not tell which project a token is for,
 * and tokens are rotated; ids of resources are unique over all projects and stay.
 */
import type { HetznerApi } from './api/api.js';
import type { PlacementGroup, Resource, ResourceType } from './api/types.js';
import { roleLabel, sovereignLabel } from './names.js';

export const markerRole = 'marker';

/** Whether a resource is the marker of any Sovereign. */
export function isMarker(type: ResourceType, { labels }: Resource): boolean {
  return type === 'placement_group' && labels?.[roleLabel] === markerRole && labels[sovereignLabel] !== undefined;
}

/** The markers of this Sovereign in the project of the token: one, none yet, or more when somebody copied its labels. */
export async function findMarkers(api: HetznerApi, fqdn: string): Promise<PlacementGroup[]> {
  return api.list('placement_group', { labelSelector: `${sovereignLabel}==${fqdn},${roleLabel}==${markerRole}` });
}
