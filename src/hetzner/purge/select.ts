/**
 * Which resources of a project are leftovers of one Sovereign. Positive evidence only: its label, exactly one of its names, or
 * a thread from something that has either. Whatever else uses a thing keeps it. Pure.
 */
import { isExactName, operationLabel, slugOf, sovereignLabel } from '../names.js';
import type { Pricing } from '../types.js';
import { type Labels, type Resource, type ResourceMap, type ResourceType, resourceTypes } from '../types.js';
import { impliedBy, monthlyCost } from './implied.js';
import type { Inventory } from './inventory.js';

export interface Selection {
  fqdn: string;
  /** Also what the present cluster of this Sovereign consists of. */
  includeLive: boolean;
  zones: boolean;
  snapshots: boolean;
  /** Types whose delete protection may be lifted. */
  unprotect: readonly ResourceType[];
  /** Ids of volumes that the cluster itself says are to be kept. */
  retained?: readonly number[];
}

export interface Row {
  type: ResourceType;
  id: number;
  /** Images have a description where others have a name. */
  name: string;
  labels: Labels;
  created: string;
  protected: boolean;
  selected: boolean;
  /** Why it is selected, or why not. */
  reason: string;
  /** What goes with it or is lost with it. */
  implies: string[];
  /** What must be done to it first, each a change of its own. */
  first: Preparation[];
  /** Goes by itself when that one goes: `server/42`. */
  goesWith?: string;
  /** Gross a month, in the currency of the price list; missing where it costs nothing. */
  monthly?: number;
}

export type Preparation = 'unprotect' | 'release';

type Verdict = { selected: boolean; reason: string; goesWith?: string };
type Key = `${ResourceType}/${number}`;

export const keyOf = (type: ResourceType, id: number): Key => `${type}/${id}`;

export function selectLeftovers(inventory: Inventory, selection: Selection, pricing?: Pricing): Row[] {
  const verdicts = new Map<Key, Verdict>();
  for (const type of resourceTypes) {
    for (const item of inventory[type]) verdicts.set(keyOf(type, item.id), byEvidence(type, item, selection));
  }
  const chosen = (type: ResourceType, id: number | null | undefined) =>
    id !== null && id !== undefined && verdicts.get(keyOf(type, id))?.selected === true;
  // Threads are followed from what is selected, and uses keep things; both until nothing changes.
  for (let changed = true; changed; ) {
    changed = false;
    for (const type of resourceTypes) {
      for (const item of inventory[type]) {
        const key = keyOf(type, item.id);
        const before = verdicts.get(key)!;
        const after = before.selected
          ? keptByUse(type, item, inventory, chosen)
          : traced(type, item, selection, chosen, before);
        if (!after) continue;
        verdicts.set(key, after);
        changed = true;
      }
    }
  }
  return resourceTypes.flatMap((type) =>
    inventory[type].map((item) => ({
      type,
      id: item.id,
      name: nameOf(item),
      labels: item.labels ?? {},
      created: item.created,
      protected: item.protection?.delete === true,
      ...verdicts.get(keyOf(type, item.id))!,
      first: preparations(type, item),
      implies: impliedBy(type, item, inventory),
      ...(pricing ? monthlyCost(type, item, pricing) : {}),
    })),
  );
}

function preparations(type: ResourceType, item: Resource): Preparation[] {
  const selectors =
    type === 'firewall' && (item as ResourceMap['firewall']).applied_to.some((use) => use.type === 'label_selector');
  return [...(item.protection?.delete ? ['unprotect' as const] : []), ...(selectors ? ['release' as const] : [])];
}

/** Whether anything in the project was made by a run of this Sovereign's cluster that still stands. */
export function isLive(inventory: Inventory, fqdn: string): boolean {
  return resourceTypes.some((type) =>
    inventory[type].some(({ labels }) => labels?.[sovereignLabel] === fqdn && labels[operationLabel] !== undefined),
  );
}

export function nameOf(item: Resource): string {
  return item.name ?? (item as { description?: string }).description ?? '';
}

const no = (reason: string): Verdict => ({ selected: false, reason });
const yes = (reason: string, goesWith?: string): Verdict => ({
  selected: true,
  reason,
  ...(goesWith ? { goesWith } : {}),
});

function byEvidence(type: ResourceType, item: Resource, selection: Selection): Verdict {
  const { fqdn } = selection;
  const labels = item.labels ?? {};
  const owner = labels[sovereignLabel];
  if (owner !== undefined && owner !== fqdn) return no(`its label says that it belongs to Sovereign ${owner}`);
  const labelled = owner === fqdn;
  if (!labelled && !isExactName(fqdn, type, item.name)) return no(lookAlike(item, fqdn));
  const evidence = labelled ? `label ${sovereignLabel}=${fqdn}` : `its name is exactly ${item.name}`;
  return allowed(type, item, selection, evidence);
}

/** Evidence there is; whether the choices made let it be deleted. */
function allowed(
  type: ResourceType,
  item: Resource,
  selection: Selection,
  evidence: string,
  goesWith?: string,
): Verdict {
  if (!selection.includeLive && item.labels?.[operationLabel] !== undefined) {
    return no(`it is part of the live cluster of ${selection.fqdn}; --include-live selects it`);
  }
  if (type === 'volume' && selection.retained?.includes(item.id))
    return no(`${evidence}, but its PersistentVolume says Retain`);
  if (type === 'zone' && !selection.zones) return no(`${evidence}, but DNS zones go only with --zones`);
  if (type === 'image' && !goesWith && !selection.snapshots)
    return no(`${evidence}, but snapshots go only with --snapshots`);
  if (item.protection?.delete && !selection.unprotect.includes(type)) {
    return no(`${evidence}, but it is protected; --unprotect ${type} lifts that`);
  }
  return yes(evidence, goesWith);
}

function lookAlike(item: Resource, fqdn: string): string {
  if (item.labels?.['managed-by'] === 'csi-driver')
    return 'nothing says of which cluster the CSI driver was that made it; look before you delete it by hand';
  const slug = slugOf(fqdn);
  const alike = [slug, slug.split('-')[0] ?? slug].some((part) => nameOf(item).includes(part));
  return alike
    ? 'its name only looks like one of this Sovereign: no label, and not exactly one of its names'
    : 'nothing says that it belongs to this Sovereign';
}

type Chosen = (type: ResourceType, id: number | null | undefined) => boolean;

/** Things made by controllers of the cluster have no label of the Sovereign; they hang on its network and servers. */
function traced(
  type: ResourceType,
  item: Resource,
  selection: Selection,
  chosen: Chosen,
  now: Verdict,
): Verdict | undefined {
  if (item.labels?.[sovereignLabel] !== undefined || !now.reason.match(/^(its name only|nothing says)/))
    return undefined;
  const thread = threadOf(type, item, chosen);
  if (!thread) return undefined;
  const verdict = allowed(type, item, selection, thread.reason, thread.goesWith);
  return verdict.selected || verdict.reason !== now.reason ? verdict : undefined;
}

function threadOf(
  type: ResourceType,
  item: Resource,
  chosen: Chosen,
): { reason: string; goesWith?: string } | undefined {
  const labels = item.labels ?? {};
  if (type === 'load_balancer' && 'hcloud-ccm/service-uid' in labels) {
    const { private_net } = item as ResourceMap['load_balancer'];
    const network = private_net.find((net) => chosen('network', net.network))?.network;
    if (network) return { reason: `made by the cloud controller in network ${network}, which is selected` };
  }
  if (type === 'volume' && labels['managed-by'] === 'csi-driver') {
    const { server } = item as ResourceMap['volume'];
    if (chosen('server', server))
      return { reason: `made by the CSI driver and attached to server ${server}, which is selected` };
  }
  if (type === 'server' && 'hcloud/node-group' in labels) {
    const { private_net } = item as ResourceMap['server'];
    const network = private_net.find((net) => chosen('network', net.network))?.network;
    if (network) return { reason: `made by the autoscaler in network ${network}, which is selected` };
  }
  if (type === 'primary_ip') {
    const { auto_delete, assignee_id } = item as ResourceMap['primary_ip'];
    if (auto_delete && chosen('server', assignee_id)) {
      return { reason: `goes with server ${assignee_id} (auto-delete)`, goesWith: keyOf('server', assignee_id!) };
    }
  }
  if (type === 'image') {
    const { type: kind, bound_to } = item as ResourceMap['image'];
    if (kind === 'backup' && chosen('server', bound_to)) {
      return { reason: `backup that goes with server ${bound_to}`, goesWith: keyOf('server', bound_to!) };
    }
  }
  return undefined;
}

/** Something that stays uses it: then it stays too, whatever its label says. */
function keptByUse(type: ResourceType, item: Resource, inventory: Inventory, chosen: Chosen): Verdict | undefined {
  const stays = (kind: ResourceType, ids: readonly (number | null | undefined)[]) => {
    const other = ids.find((id) => id !== null && id !== undefined && !chosen(kind, id));
    return other === undefined
      ? undefined
      : no(`${kind.replaceAll('_', ' ')} ${label(inventory, kind, other!)} uses it and stays`);
  };
  switch (type) {
    case 'network': {
      const network = item as ResourceMap['network'];
      const bound = (list: readonly { id: number; private_net: { network?: number }[] }[]) =>
        list.filter((one) => one.private_net.some((net) => net.network === network.id)).map(({ id }) => id);
      return (
        stays('server', [...network.servers, ...bound(inventory.server)]) ??
        stays('load_balancer', [...(network.load_balancers ?? []), ...bound(inventory.load_balancer)])
      );
    }
    case 'firewall': {
      const uses = (item as ResourceMap['firewall']).applied_to;
      const servers = uses.flatMap((use) => [
        use.server?.id,
        ...(use.applied_to_resources ?? []).map((one) => one.server?.id),
      ]);
      return stays('server', servers);
    }
    case 'placement_group':
      return stays('server', (item as ResourceMap['placement_group']).servers);
    case 'certificate':
      return stays(
        'load_balancer',
        (item as ResourceMap['certificate']).used_by.map(({ id }) => id),
      );
    case 'volume':
      return stays('server', [(item as ResourceMap['volume']).server]);
    case 'floating_ip':
      return stays('server', [(item as ResourceMap['floating_ip']).server]);
    case 'primary_ip':
      return stays('server', [(item as ResourceMap['primary_ip']).assignee_id]);
    case 'image': {
      const image = item as ResourceMap['image'];
      return image.type === 'backup' ? stays('server', [image.bound_to]) : undefined;
    }
    default:
      return undefined;
  }
}

function label(inventory: Inventory, type: ResourceType, id: number): string {
  const found = inventory[type].find((one) => one.id === id);
  return found ? `${nameOf(found)} (${id})` : String(id);
}
