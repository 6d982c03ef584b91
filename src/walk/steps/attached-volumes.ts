/**
 * Which volumes were attached to servers of a cluster that is taken down, in `attached-volumes.json` of the state folder. Once a
 * server is deleted nothing at Hetzner tells that any more, so a destruction that goes on after a kill reads it here. It only names
 * volumes for a person; nothing is deleted because of it.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replacePrivateFile } from '../../sovereign/state/state-dir.js';
import { fail } from '../../support/errors/errors.js';
import type { World } from '../../world/world.js';

/** Names of servers, by the id of the volume. */
export type AttachedVolumes = ReadonlyMap<number, string>;

const fileSchema = z.record(z.string().regex(/^\d+$/), z.string());

const pathOf = ({ stateDir }: Pick<World, 'stateDir'>) => join(stateDir, 'attached-volumes.json');

/** Adds what is attached now to what is known from a destruction that did not end; answers all of it. Throws E1201. */
export function rememberAttached(world: Pick<World, 'stateDir'>, attached: AttachedVolumes): AttachedVolumes {
  const all = new Map([...knownAttached(world), ...attached]);
  if (attached.size > 0) write(world, all);
  return all;
}

/** Keeps only those that still stay, for the next destruction to name them too. Throws E1201. */
export function keepAttached(
  world: Pick<World, 'stateDir'>,
  attached: AttachedVolumes,
  left: ReadonlySet<number>,
): void {
  write(world, new Map([...attached].filter(([id]) => left.has(id))));
}

function knownAttached(world: Pick<World, 'stateDir'>): AttachedVolumes {
  const path = pathOf(world);
  if (!existsSync(path)) return new Map();
  try {
    const kept = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return new Map(Object.entries(kept).map(([id, server]) => [Number(id), server]));
  } catch (cause) {
    throw fail('E1201', `${path} cannot be read, so volumes that remain might not be listed. Nothing was deleted.`, {
      actions: ['look for volumes of this Sovereign in the Hetzner Console, then remove the file'],
      cause,
    });
  }
}

function write(world: Pick<World, 'stateDir'>, attached: AttachedVolumes): void {
  if (attached.size === 0) rmSync(pathOf(world), { force: true });
  else replacePrivateFile(pathOf(world), `${JSON.stringify(Object.fromEntries(attached), null, 2)}\n`);
}
