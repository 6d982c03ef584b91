/**
 * What the delegation replaced, kept before it is replaced: the mother's own zone of the name with its keys, and the parent zone's record
 * sets. In the encrypted store, since private keys are in it; when the caches of the old answers end is in `delegation.json`.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { RecordSet } from '../../mother/powerdns.js';
import { type ZoneExport, zoneExportShape } from '../../mother/zone-export.js';
import { replacePrivateFile } from '../../sovereign/state/state-dir.js';
import { fail } from '../../support/errors/errors.js';
import type { Redactor } from '../../support/redact/redact.js';
import type { World } from '../../world/world.js';

const setShape = z.object({ name: z.string(), type: z.string(), ttl: z.number(), records: z.array(z.string()) });
const keptShape = z.object({
  /** Newest last; the one that is restored. */
  zones: z.array(z.object({ at: z.string(), zone: zoneExportShape })),
  /** Of the parent zone, as the first delegation found them. */
  parent: z.array(setShape).optional(),
});
export type KeptZone = z.output<typeof keptShape>;

const name = 'generated/mother-zone';

/** Throws E1201 where what is kept cannot be understood: it is never overwritten then. */
export async function keptZone({ credentials, redactor }: World): Promise<KeptZone> {
  const text = await credentials.find(name);
  if (text === undefined) return { zones: [] };
  try {
    const kept = keptShape.parse(JSON.parse(text));
    for (const { zone } of kept.zones) hideKeys(zone, redactor);
    return kept;
  } catch (cause) {
    throw fail('E1201', `${name} in the credential store is not an exported zone.`, { cause });
  }
}

/** On disk when it resolves. The same content is kept once. */
export async function keepReplaced(world: World, replaced: { zone?: ZoneExport; parent?: RecordSet[] }): Promise<void> {
  const { zones, parent = replaced.parent } = await keptZone(world);
  const { zone } = replaced;
  if (zone) hideKeys(zone, world.redactor);
  const newest = JSON.stringify(zones.at(-1)?.zone);
  const more = zone && JSON.stringify(zone) !== newest ? [{ at: world.clock.now().toISOString(), zone }] : [];
  await world.credentials.set(
    name,
    JSON.stringify({ zones: [...zones, ...more], ...(parent ? { parent } : {}) } satisfies KeptZone),
  );
}

const secretLine = /^(?:PrivateKey|PrivateExponent|Prime[12]|Exponent[12]|Coefficient): (.+)$/gm;

/** Line by line of ISC's format: a message may have one of them. */
function hideKeys({ keys }: ZoneExport, redactor: Redactor): void {
  for (const { privatekey } of keys)
    for (const [, secret] of privatekey.matchAll(secretLine)) redactor.register(secret);
}

const waitShape = z.object({ until: z.iso.datetime(), why: z.string() });
/** Until when a resolver may still have an answer from before the change, and why. */
export type OldAnswers = z.output<typeof waitShape>;

const pathOf = ({ stateDir }: Pick<World, 'stateDir'>) => join(stateDir, 'delegation.json');

export function keepOldAnswers(world: Pick<World, 'stateDir'>, wait: OldAnswers): void {
  replacePrivateFile(pathOf(world), `${JSON.stringify(wait, null, 2)}\n`);
}

/** Undefined when nothing was changed from this state folder. */
export function oldAnswers(world: Pick<World, 'stateDir'>): OldAnswers | undefined {
  const path = pathOf(world);
  if (!existsSync(path)) return undefined;
  try {
    return waitShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (cause) {
    throw fail('E1201', `${path} cannot be read.`, {
      actions: [`remove ${path}: catalyst then asks the resolvers alone`],
      cause,
    });
  }
}
