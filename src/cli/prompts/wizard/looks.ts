/** What the wizard tells about an answer as soon as it is given: the checks of preflight, one at a time. All of them only read. */
import { makePurgePlan } from '../../../hetzner/purge/plan/plan.js';
import type { Row } from '../../../hetzner/purge/select/row.js';
import { listAllocations } from '../../../mother/pool-domain-manager.js';
import type { Check } from '../../../preflight/check.js';
import { motherChecks } from '../../../preflight/mother.js';
import { providerChecks } from '../../../preflight/providers.js';
import { messageOf } from '../../../support/errors/errors.js';
import { oneLine } from '../../../support/printable.js';
import { walkSelection } from '../../../walk/steps/purge-leftovers.js';
import { unfinishedPurgesOf } from '../../../world/unfinished-purges.js';
import type { World } from '../../../world/world.js';

/** Who holds the name, when the pool-domain-manager can be asked. A name of one's own domain is asked of nobody. */
export async function lookAtName({ http, sovereign }: World): Promise<string> {
  const { fqdn, pool, mother } = sovereign.spec;
  const { endpoint } = mother.poolDomainManager;
  let held: Awaited<ReturnType<typeof listAllocations>>;
  try {
    held = await listAllocations(http, endpoint, pool.domain);
  } catch (error) {
    return `could not check whether it is free: ${messageOf(error)}`;
  }
  const holder = held.find(({ subdomain }) => subdomain === pool.subdomain);
  if (!holder) return `free in the pool ${pool.domain}`;
  const by = holder.createdBy ? ` by ${holder.createdBy}` : '';
  return `held in the pool ${pool.domain} for ${holder.sovereignFQDN ?? fqdn}${by} (${holder.state})`;
}

export async function lookAtMother(world: World): Promise<string> {
  const checks = motherChecks({ ...world, powerDnsKey: () => world.credentials.find('powerdns-api-key') });
  return told(checks, ['mother', 'protected-pages']);
}

/** Reads only: whether the token may write is proven by a probe in the gate, when the walk starts. */
export const lookAtToken = (world: World): Promise<string> => told(provider(world), ['hetzner-token']);
export const lookAtCapacity = (world: World): Promise<string> => told(provider(world), ['hetzner-capacity']);
export const lookAtStorage = (world: World): Promise<string> => told(provider(world), ['object-storage']);

/** What #370 would take and what it leaves, and why; nothing is saved. */
export async function showLeftovers(world: World): Promise<string> {
  const selection = walkSelection(world.sovereign.spec.fqdn);
  const unfinished = unfinishedPurgesOf(world).plans();
  const { resources } = await makePurgePlan(await world.hetzner(), selection, world.clock.now(), { unfinished });
  const rows = (selected: boolean) => resources.filter((row) => row.selected === selected);
  const line = ({ type, name, reason }: Row) => oneLine(`  ${type.replaceAll('_', ' ')} ${name}: ${reason}`);
  return [
    `#370 would delete ${rows(true).length} of ${resources.length} resources of the project:`,
    ...rows(true).map(line),
    `and leave ${rows(false).length}:`,
    ...rows(false).map(line),
  ].join('\n');
}

const provider = (world: World) =>
  providerChecks({ spec: world.sovereign.spec, hetzner: world.hetzner, objectStore: world.objectStore });

async function told(checks: readonly Check[], ids: readonly string[]): Promise<string> {
  const chosen = checks.filter(({ id }) => ids.includes(id));
  const seen = await Promise.all(chosen.map((check) => check.look()));
  return seen.map((one) => (typeof one === 'string' ? one : one.warn)).join('; ');
}
