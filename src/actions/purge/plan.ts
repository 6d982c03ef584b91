/** #370, first half: what is in the Hetzner project, what would go and why, kept as a plan that `purge apply` takes. */
import { join, resolve } from 'node:path';
import type { ResourceType } from '../../hetzner/api/types.js';
import { type BucketPlan, planBuckets } from '../../hetzner/purge/plan/buckets.js';
import { makePurgePlan } from '../../hetzner/purge/plan/plan.js';
import type { PurgePlan } from '../../hetzner/purge/plan/purge-plan.js';
import type { Row } from '../../hetzner/purge/select/row.js';
import { makePrivateDir, writePrivateFile } from '../../sovereign/state/state-dir.js';
import { command } from '../../support/commands/command.js';
import { oneLine } from '../../support/printable.js';
import { bucketSelection } from '../../world/bucket-selection.js';
import { unfinishedPurgesOf } from '../../world/journal/unfinished-purges.js';
import type { World } from '../../world/world.js';
import type { Context } from '../session/context.js';

export interface PurgeChoices {
  includeLive: boolean;
  zones: boolean;
  snapshots: boolean;
  buckets: boolean;
  unprotect: readonly ResourceType[];
}

export interface PurgePlanResult extends PurgePlan {
  /** Where it was saved. */
  file: string;
}

export async function purgePlan(context: Context, choices: PurgeChoices, out?: string): Promise<PurgePlanResult> {
  const world = await context.world();
  const api = await world.hetzner();
  const { buckets: alsoBuckets, ...selection } = choices;
  const { fqdn } = world.sovereign.spec;
  const plan = await makePurgePlan(api, { fqdn, ...selection }, context.clock.now(), {
    unfinished: unfinishedPurgesOf(world).plans(),
    ...(alsoBuckets ? { buckets: bucketsOf(world, choices.includeLive) } : {}),
  });
  const file = out
    ? resolve(out)
    : join(makePrivateDir(join(world.stateDir, 'plans')), `purge-${plan.hash.slice(0, 12)}.json`);
  writePrivateFile(file, `${JSON.stringify(plan, null, 2)}\n`);
  return { ...plan, file };
}

function bucketsOf(world: World, includeLive: boolean) {
  return async (live: boolean) => {
    const accessKey = await world.credentials.get('s3-access-key');
    return planBuckets(await world.objectStore(), accessKey, bucketSelection(world, live && !includeLive));
  };
}

/** For a person: what goes, with what is lost; then what stays, and why. */
export function purgePlanText(plan: PurgePlanResult): string {
  const chosen = plan.resources.filter(({ selected }) => selected);
  const others = plan.resources.filter(({ selected }) => !selected);
  const goingBuckets = (plan.buckets?.rows ?? []).filter(({ selected }) => selected);
  const cost = (rows: readonly Row[]) => rows.reduce((sum, { monthly = 0 }) => sum + monthly, 0).toFixed(2);
  const line = ({ type, id, name, reason, created, implies, protected: guarded }: Row) => {
    const facts = [
      `since ${created.slice(0, 10)}`,
      ...(guarded ? ['protected'] : []),
      ...implies.map((one) => `loses ${one}`),
    ];
    return `  ${oneLine(`${type.replaceAll('_', ' ')} ${name} (${id}): ${reason}`)}\n      ${oneLine(facts.join('; '))}`;
  };
  return [
    `Token ${plan.project.slice(0, 12)} at ${plan.endpoint}`,
    `Would delete ${chosen.length} of ${plan.resources.length} resources (${cost(chosen)} ${plan.currency} a month):`,
    ...chosen.map(line),
    `Not selected (${others.length}):`,
    ...others.map(line),
    ...bucketLines(plan.buckets),
    `Plan ${plan.hash.slice(0, 12)} saved as ${plan.file}`,
    ...(chosen.length + goingBuckets.length > 0
      ? [`To apply it: ${command('purge apply', plan.file, { confirm: plan.selection.fqdn })}`]
      : []),
  ].join('\n');
}

function bucketLines(plan: BucketPlan | undefined): string[] {
  if (!plan) return [];
  const line = ({ name, reason, implies }: BucketPlan['rows'][number]) =>
    [`  bucket ${name}: ${reason}`, ...implies.map((one) => `      loses ${one}`)].map(oneLine).join('\n');
  const going = plan.rows.filter(({ selected }) => selected);
  const staying = plan.rows.filter(({ selected }) => !selected);
  return [
    `Would empty and delete ${going.length} of ${plan.rows.length} buckets at ${plan.endpoint}:`,
    ...going.map(line),
    `Buckets not selected (${staying.length}):`,
    ...staying.map(line),
  ];
}
