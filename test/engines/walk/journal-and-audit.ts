/**
 * Journal against audit: what the API servers of both clusters say that somebody changed, by their own audit events, and what the journal
 * says. With them what the lab's own Hetzner, Object Storage and DNS saw; the Sovereign's ingress is Traefik here and logs elsewhere.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseJournal } from '../../../src/engine/journal-entry.js';
import { attribute, type LeftOver } from '../../lab/attribution.js';
import type { LabInfo } from '../../lab/catalyst.js';
import { placesOf } from '../../lab/declared-writes.js';
import { writesOf } from '../../lab/seen-writes.js';
import { fqdn, kubectlText, until } from '../rig.js';

const systems = ['sovereign', 'mother', 'hetzner', 's3', 'dns'];

export interface Audited extends LeftOver {
  /** How many writes were seen, by system. */
  seen: Record<string, number>;
}

/** Runs `command` and answers what is left over on either side; nobody else may write meanwhile. */
export async function heldAgainstAudit(lab: LabInfo, command: () => Promise<unknown>): Promise<Audited> {
  const journal = join(dirname(lab.spec), 'state', fqdn, 'journal.jsonl');
  const entries = () => parseJournal(readFileSync(journal), journal).entries;
  const [from, known, begun] = [statSync(lab.requestLog).size, entries().length, Date.now()];
  await command();
  const made = entries().slice(known);
  const log = () => readFileSync(lab.requestLog).subarray(from).toString();
  await told(lab, log);
  // what was asked before may be told only now
  const writes = writesOf(log()).filter(({ at, object }) => at >= begun && systems.includes(systemOf(object)));
  const places = placesOf(made.filter(({ target }) => !target || systems.includes(target.system)));
  const counts = systems.map((system) => [system, writes.filter(({ object }) => systemOf(object) === system).length]);
  return { ...attribute(writes, places), seen: Object.fromEntries(counts) as Record<string, number> };
}

const systemOf = (object: string) => object.split(' ')[0]!;

/** Audit events come in batches: the last has come when it tells of a question that was asked after all others. */
async function told(lab: LabInfo, log: () => string): Promise<void> {
  for (const kubeconfig of Object.values(lab.kubeconfigs)) {
    const name = `nobodys-${randomBytes(4).toString('hex')}`;
    await kubectlText(kubeconfig, ['get', 'namespace', name, '--ignore-not-found']);
    await until(() => log().includes(name));
  }
}
