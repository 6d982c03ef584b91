/** Where a Sovereign's newest rehearsal is: written by the rehearsal, read by its `verify dod`. A hint; what it leads to proves itself. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { makePrivateDir, replacePrivateFile } from '../../sovereign/state/state-dir.js';
import { checkShape } from '../../support/check-shape.js';

const shape = z.object({ bundle: z.string(), fqdn: z.string(), at: z.string() });
export type RehearsalPointer = z.output<typeof shape>;

const pathIn = (stateDir: string) => join(stateDir, 'rehearsal.json');

export function pointToRehearsal(stateDir: string, pointer: RehearsalPointer): void {
  replacePrivateFile(pathIn(makePrivateDir(stateDir)), `${JSON.stringify(pointer, null, 2)}\n`);
}

/** Undefined where none was made from this machine, or what is there is no pointer. */
export function newestRehearsal(stateDir: string): RehearsalPointer | undefined {
  const path = pathIn(stateDir);
  if (!existsSync(path)) return undefined;
  try {
    return checkShape(shape, JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}
