/**
 * Which resources of a project are leftovers of one Sovereign. Positive evidence only: its label, exactly one of its names, or
 * a thread from something that has either. Whatever else uses a thing keeps it. Pure.
 */
import { command } from '../../../support/commands/command.js';
import type { Pricing } from '../../api/offerings.js';
import type { Resource, ResourceType } from '../../api/types.js';
import { isMarker } from '../../marker.js';
import { isExactName, operationLabel, slugOf, sovereignLabel } from '../../names.js';
import { type InferredOwnership, type Key, keyOf } from '../../resources/kind.js';
import { kindOf, resourceTypes } from '../../resources/kinds.js';
import type { Inventory } from '../plan/inventory.js';
import { hangsOnLive } from './hangs-on-live.js';
import { keptByUse } from './kept-by-use.js';
import { rememberedOwnership } from './remembered.js';
import type { Preparation, Row } from './row.js';
import { nameOf, unselected, type Verdict } from './verdict.js';

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

/** `earlier`: selected rows of unfinished purges; evidence for what was inferred from resources that these have deleted. */
export function selectLeftovers(
  inventory: Inventory,
  selection: Selection,
  pricing?: Pricing,
  earlier: readonly Row[] = [],
): Row[] {
  const verdicts = new Map<Key, Verdict>();
  const context = {
    ...selection,
    liveSince: liveSince(inventory, selection.fqdn),
    rival: rivalOf(inventory, selection.fqdn),
  };
  for (const type of resourceTypes) {
    for (const item of inventory[type]) verdicts.set(keyOf(type, item.id), byEvidence(type, item, context));
  }
  const chosen = (type: ResourceType, id: number | null | undefined) =>
    id !== null && id !== undefined && verdicts.get(keyOf(type, id))?.selected === true;
  const pass = (judge: (type: ResourceType, item: Resource, before: Verdict) => Verdict | undefined): boolean => {
    let changed = false;
    for (const type of resourceTypes) {
      for (const item of inventory[type]) {
        const key = keyOf(type, item.id);
        const after = judge(type, item, verdicts.get(key)!);
        if (!after) continue;
        verdicts.set(key, after);
        changed = true;
      }
    }
    return changed;
  };
  const isThere = (key: string) => verdicts.has(key as Key);
  const remembered = new Map(earlier.filter(({ selected }) => selected).map((row) => [keyOf(row.type, row.id), row]));
  const inferred = (type: ResourceType, item: Resource) =>
    kindOf(type).inferred?.(item, chosen) ??
    rememberedOwnership(remembered.get(keyOf(type, item.id)), item, chosen, isThere);
  const follow = () =>
    pass((type, item, before) => {
      const inference = before.silent && inferred(type, item);
      return inference ? allowed(type, item, context, inference.reason, inference) : undefined;
    });
  const keep = () =>
    pass((type, item, before) => {
      if (!before.selected) return undefined;
      const [ownerType, id] = before.dependsOnGone ? [] : (before.dependsOn?.split('/') ?? []);
      if (id && !chosen(ownerType as ResourceType, Number(id)))
        return { ...unselected('what it depends on stays'), kept: true };
      const user = keptByUse(type, item, inventory, chosen);
      return user && { ...user, kept: true };
    });
  // Threads first, to their ends; then what is used stays, and with it what hangs on it. Nothing comes back once it stays.
  do {
    while (follow());
  } while (keep());
  const withLive = hangsOnLive(inventory, (item) => isPart(item, selection.fqdn));
  pass((type, item, before) => {
    const reason = before.silent && !before.selected && withLive(type, item);
    return reason ? unselected(reason) : undefined;
  });
  return resourceTypes.flatMap((type) =>
    inventory[type].map((item) => ({
      type,
      id: item.id,
      name: nameOf(item),
      labels: item.labels ?? {},
      created: item.created,
      protected: item.protection?.delete === true,
      ...decision(verdicts.get(keyOf(type, item.id))!),
      first: preparations(type, item),
      implies: kindOf(type).implies?.(item, inventory) ?? [],
      ...(pricing ? monthlyCost(type, item, pricing) : {}),
    })),
  );
}

function preparations(type: ResourceType, item: Resource): Preparation[] {
  const held = kindOf(type).release?.(item) !== undefined;
  return [...(item.protection?.delete ? ['unprotect' as const] : []), ...(held ? ['release' as const] : [])];
}

function monthlyCost(type: ResourceType, item: Resource, pricing: Pricing): { monthly?: number } {
  const monthly = Math.round((kindOf(type).monthly?.(item, pricing) ?? 0) * 100) / 100;
  // A price or size beyond all reason has no place in a plan: it would be no number at all.
  return Number.isFinite(monthly) && monthly > 0 ? { monthly } : {};
}

/** Whether a cluster of this Sovereign stands in the project. */
export function isLive(inventory: Inventory, fqdn: string): boolean {
  return liveSince(inventory, fqdn) !== undefined;
}

const decision = ({ selected, reason, goesWith, dependsOn, kept }: Verdict) => ({
  selected,
  reason,
  ...(goesWith ? { goesWith } : {}),
  ...(dependsOn ? { dependsOn } : {}),
  ...(kept ? { kept } : {}),
});

const selected = (reason: string, inferred?: InferredOwnership): Verdict => ({
  selected: true,
  reason,
  ...(inferred ? { dependsOn: inferred.dependsOn } : {}),
  ...(inferred?.gone ? { dependsOnGone: true as const } : {}),
  ...(inferred?.goes && !inferred.gone ? { goesWith: inferred.dependsOn } : {}),
});

/** What the project as a whole says beside the choices that were made. */
interface Context extends Selection {
  /** When the first part of the live cluster came into being, ms. */
  liveSince: number | undefined;
  /** Another Sovereign whose names are spelled the same. */
  rival: string | undefined;
}

/** Dots and dashes both become dashes in names: two Sovereigns may share all of them. */
function rivalOf(inventory: Inventory, fqdn: string): string | undefined {
  const owners = resourceTypes.flatMap((type) => inventory[type].map(({ labels }) => labels?.[sovereignLabel]));
  return owners.find((owner) => owner !== undefined && owner !== fqdn && slugOf(owner) === slugOf(fqdn));
}

function liveSince(inventory: Inventory, fqdn: string): number | undefined {
  const parts = resourceTypes.flatMap((type) =>
    (inventory[type] as readonly Resource[]).filter((item) => isPart(item, fqdn) && !isMarker(type, item)),
  );
  return parts.length > 0 ? Math.min(...parts.map(({ created }) => Date.parse(created))) : undefined;
}

const isPart = ({ labels }: Resource, fqdn: string) =>
  labels?.[sovereignLabel] === fqdn && labels[operationLabel] !== undefined;

function byEvidence(type: ResourceType, item: Resource, context: Context): Verdict {
  const { fqdn, rival } = context;
  const owner = item.labels?.[sovereignLabel];
  if (owner !== undefined && owner !== fqdn) return unselected(`its label names Sovereign ${owner}`);
  if (owner === fqdn && isMarker(type, item))
    return unselected(`it marks the project of ${fqdn}; only ${command('cluster destroy')} deletes it`);
  if (owner === fqdn) return allowed(type, item, context, `label ${sovereignLabel}=${fqdn}`);
  if (!isExactName(fqdn, type, item.name)) return { ...unselected(lookAlike(item, fqdn)), silent: true };
  if (rival) return unselected(`its name could also belong to Sovereign ${rival}, and it has no label`);
  return allowed(type, item, context, `its name is exactly ${item.name}`);
}

/** Evidence there is; whether the choices made let it be deleted. */
function allowed(
  type: ResourceType,
  item: Resource,
  context: Context,
  evidence: string,
  inferred?: InferredOwnership,
): Verdict {
  const { fqdn, includeLive, liveSince: since, unprotect } = context;
  if (!includeLive && isPart(item, fqdn))
    return unselected(`it is part of the live cluster of ${fqdn}; --include-live selects it`);
  // Its controllers label what they make, but not with an operation of ours.
  if (!inferred && !includeLive && since !== undefined && !(Date.parse(item.created) < since))
    return unselected(`${evidence}, but it is younger than the live cluster; --include-live selects it`);
  const kept = kindOf(type).keptByChoice?.(item, context, inferred);
  if (kept) return unselected(`${evidence}, but ${kept}`);
  if (item.protection?.delete && !unprotect.includes(type))
    return unselected(`${evidence}, but it is protected; --unprotect ${type} lifts that`);
  return selected(evidence, inferred);
}

function lookAlike(item: Resource, fqdn: string): string {
  if (item.labels?.['managed-by'] === 'csi-driver')
    return 'a CSI driver of an unknown cluster created it; check before you delete it by hand';
  const slug = slugOf(fqdn);
  const alike = [slug, slug.split('-')[0] ?? slug].some((part) => nameOf(item).includes(part));
  return alike
    ? 'its name only looks like one of this Sovereign: no label, and not exactly one of its names'
    : 'nothing ties it to this Sovereign';
}
