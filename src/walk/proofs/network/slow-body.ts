/**
 * Part of #372: a request body that takes longer than Traefik's default of 60 s arrives whole, as pushes of large layers need it. It takes 90
 * seconds, so a verdict is kept with the version and values of bp-traefik that it is for.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replacePrivateFile } from '../../../sovereign/state/state-dir.js';
import type { World } from '../../../world/world.js';
import { folderHash } from '../../install/apply-folder.js';
import { disproved } from '../proof.js';

/** A lab lets a body take a thirtieth of what the tree allows, so that three seconds there are what 90 are at a real Sovereign. */
const seconds = { real: 90, lab: 3 };

const keptSchema = z.object({ tree: z.string(), seconds: z.number(), at: z.string() });

const pathOf = ({ stateDir }: Pick<World, 'stateDir'>) => join(stateDir, 'slow-body.json');

/** A clause for the verdict of #372. Throws E4009 when the body was cut. */
export async function slowBodyArrives(world: World, url: string, signal: AbortSignal): Promise<string> {
  const folder = (await world.tree()).folder('bp-traefik');
  const tree = folder ? folderHash(folder) : '';
  const { kind } = await world.identity();
  const kept = keptFor(world, tree, seconds[kind]);
  if (kept) return `a body of ${kept.seconds} s arrived whole on ${kept.at}, with this version and these values`;
  const started = world.clock.now();
  const seen = await world.slowUpload({ url, seconds: seconds[kind], signal });
  const tookS = Math.round((world.clock.now().getTime() - started.getTime()) / 1000);
  if ('cut' in seen || seen.status !== 200 || !seen.text.includes('Hostname:')) {
    const how = 'cut' in seen ? seen.cut : `status ${seen.status}: ${seen.text.slice(0, 120)}`;
    throw disproved('#372', `a body that takes ${seconds[kind]} s to arrive whole`, `cut after ${tookS} s: ${how}`, {
      setting: 'ports.websecure.transport.respondingTimeouts.readTimeout of bp-traefik',
    });
  }
  replacePrivateFile(
    pathOf(world),
    `${JSON.stringify({ tree, seconds: seconds[kind], at: world.clock.now().toISOString() })}\n`,
  );
  return kind === 'lab'
    ? `a body of ${seconds.lab} s arrived whole, against limits that the lab scales down alike`
    : `a body of ${seconds.real} s arrived whole`;
}

function keptFor(world: World, tree: string, wanted: number): z.infer<typeof keptSchema> | undefined {
  if (!existsSync(pathOf(world))) return undefined;
  try {
    const kept = keptSchema.parse(JSON.parse(readFileSync(pathOf(world), 'utf8')));
    return kept.tree === tree && kept.seconds === wanted ? kept : undefined;
  } catch {
    // what cannot be read is proven again
    return undefined;
  }
}
