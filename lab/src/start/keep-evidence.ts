/** The evidence of what ran in a lab outlives it: `lab down` moves it out of the directory that it removes. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { listStates } from 'catalyst/sovereign/state/state-dir.js';

/** Moves the evidence of every Sovereign below `root` to `<target>/<fqdn>`; `target`, or undefined when there was none. */
export function keepEvidence(root: string, target: string): string | undefined {
  const found = listStates(root)
    .map(({ fqdn, dir }) => ({ from: join(dir, 'evidence'), to: join(target, fqdn) }))
    .filter(({ from }) => existsSync(from) && readdirSync(from).length > 0);
  for (const { from, to } of found) {
    mkdirSync(dirname(to), { recursive: true, mode: 0o700 });
    cpSync(from, to, { recursive: true });
    rmSync(from, { recursive: true, force: true });
  }
  return found.length > 0 ? target : undefined;
}
