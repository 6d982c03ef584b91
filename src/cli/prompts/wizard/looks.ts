/** What the wizard tells about an answer as soon as it is given: the checks of preflight, one at a time. All of them only read. */
import { makePurgePlan } from '../../../hetzner/purge/plan/plan.js';
import type { Row } from '../../../hetzner/purge/select/row.js';
import { poolAllocations } from '../../../mother/pool-domain-manager.js';
import type { Check } from '../../../preflight/check.js';
import { motherChecks } from '../../../preflight/mother.js';
import { providerChecks } from '../../../preflight/providers.js';
import { command } from '../../../support/commands/command.js';
import { messageOf } from '../../../support/errors/errors.js';
import { walkSelection } from '../../../walk/steps/purge-leftovers.js';
import { unfinishedPurgesOf } from '../../../world/journal/unfinished-purges.js';
import type { World } from '../../../world/world.js';
import { layOut } from '../../text/page.js';
import { plain } from '../../text/paint.js';

/** Who holds the name, when the pool-domain-manager can be asked. A name of one's own domain is asked of nobody. */
export async function lookAtName(world: World): Promise<string> {
  const { fqdn, pool } = world.sovereign.spec;
  if (!pool) return `${fqdn} is in no pool of the mother`;
  let held: Awaited<ReturnType<typeof poolAllocations>>;
  try {
    held = await poolAllocations(world, pool.domain);
  } catch (error) {
    return `could not check whether it is free: ${messageOf(error)}`;
  }
  if (!held) return `the mother has no pool ${pool.domain}: ${fqdn} needs no reservation`;
  const holder = held.find(({ subdomain }) => subdomain === pool.subdomain);
  if (!holder) return `free in the pool ${pool.domain}`;
  const by = holder.createdBy ? ` by ${holder.createdBy}` : '';
  if ((holder.sovereignFQDN ?? fqdn) === fqdn)
    return `reserved for this Sovereign already in the pool ${pool.domain}${by} (${holder.state})`;
  return `taken in the pool ${pool.domain} by ${holder.sovereignFQDN}${by} (${holder.state})`;
}

export async function lookAtMother(world: World): Promise<string> {
  const checks = motherChecks(world);
  return resultsOf(checks, ['mother', 'protected-pages']);
}

/** Reads only: whether the token may write is proven by a probe in the gate, when the walk starts. */
export const lookAtToken = (world: World): Promise<string> => resultsOf(provider(world), ['hetzner-token']);
export const lookAtCapacity = (world: World): Promise<string> => resultsOf(provider(world), ['hetzner-capacity']);
export const lookAtStorage = (world: World): Promise<string> => resultsOf(provider(world), ['object-storage']);

/** What #370 would take and what it leaves, and why; nothing is saved. */
export async function showLeftovers(world: World): Promise<string> {
  const selection = walkSelection(world.sovereign.spec.fqdn);
  const unfinished = unfinishedPurgesOf(world).plans();
  const { resources } = await makePurgePlan(await world.hetzner(), selection, world.clock.now(), { unfinished });
  const rows = (selected: boolean) => resources.filter((row) => row.selected === selected);
  return [
    `#370 would delete ${rows(true).length} of ${resources.length} resources of the project and leave ${rows(false).length}; all of them with their reasons: ${command('purge plan')}`,
    leftoversTable(rows(true)),
  ].join('\n');
}

/** How many leftovers are listed: what fits above the question. */
const listed = 8;
/** Fits the narrowest terminal that shows a question whole, with the indent. */
const tableColumns = 76;

function leftoversTable(rows: readonly Row[]): string {
  const cells = rows
    .slice(0, listed)
    .map(({ type, name, created, monthly, reason }) => [
      type.replaceAll('_', ' '),
      name,
      created.slice(0, 10),
      monthly === undefined ? '' : `${monthly.toFixed(2)} €`,
      reason,
    ]);
  const head = ['TYPE', 'NAME', 'CREATED', 'A MONTH', 'WHY'];
  const look = { columns: tableColumns, paint: plain, clean: (text: string) => text };
  const table = layOut([{ table: { head, rows: cells, cut: true } }], look);
  const more = rows.length > listed ? `\n… ${rows.length - listed} more` : '';
  return rows.length === 0 ? '' : `${table}${more}`.replace(/^/gm, '  ');
}

const provider = (world: World) => providerChecks({ ...world, spec: world.sovereign.spec });

async function resultsOf(checks: readonly Check[], ids: readonly string[]): Promise<string> {
  const chosen = checks.filter(({ id }) => ids.includes(id));
  const seen = await Promise.all(chosen.map((check) => check.look()));
  return seen.map((one) => (typeof one === 'string' ? one : one.warn)).join('; ');
}
