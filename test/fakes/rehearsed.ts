/** A rehearsal as its steps leave it: pointer, bundle, key. */
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type NewEntry, openJournal } from '../../src/engine/journal.js';
import { findPublicKey } from '../../src/evidence/signing.js';
import { clusterParts } from '../../src/hetzner/cluster/parts.js';
import { throwawayOf } from '../../src/sovereign/spec/checks/throwaway.js';
import type { Sovereign } from '../../src/sovereign/spec/schema.js';
import { hashOf } from '../../src/support/hash.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { rehearsalSteps as ids } from '../../src/verification/rehearsal/cycle.js';
import { signRehearsal } from '../../src/verification/rehearsal/evidence.js';
import type { Listing } from '../../src/verification/rehearsal/listing.js';
import { tickets, unticketed } from '../../src/walk/wbs.js';
import type { Step } from '../../src/world/step.js';
import { fakeWorld, omantel } from './fake-world.js';

export const identity = { kind: 'lab' as const, id: '1f', name: 'default' };
export const clockAt = (at: string) => ({ now: () => new Date(at), sleep: async () => undefined });
export const rehearsedAt = '2026-11-20T10:00:00.000Z';
/** Steps of phases 0 to 6 that it walks. */
export const walked = ['#370', 'cluster', '#385'];

export function keeper() {
  const kept = new Map<string, string>();
  return {
    find: async (name: string) => kept.get(name),
    set: async (name: string, value: string) => void kept.set(name, value),
  };
}

export interface Made {
  /** Of the Sovereign, when the rehearsal was made. */
  sovereign?: Sovereign;
  /** Lines that its journal does not have. */
  without?: (entry: NewEntry) => boolean;
  listing?: Partial<Listing>;
  /** What its bundle has of that instead. */
  shown?: Partial<Listing>;
  /** Ids of the steps of phases 0 to 6 that were proven; default `walked`. */
  steps?: readonly string[];
  /** The last phase that was walked. */
  until?: number;
  d1?: 'pass' | 'fail';
  at?: string;
}

export const proof = (step: string, facts: Record<string, unknown> = {}): NewEntry => ({
  kind: 'proof',
  step,
  evidence: { summary: step, facts },
});
export const change = (verb: string, name: string): NewEntry => ({
  kind: 'begin',
  op: `${verb}-${name}`,
  target: { system: 'hetzner', kind: 'server', name },
  inputs: { sentence: `${verb} server ${name}` },
});

export async function rehearsed({
  sovereign = omantel(),
  steps = walked,
  without = () => false,
  listing,
  shown,
  d1 = 'pass',
  until = 6,
  at = rehearsedAt,
}: Made = {}) {
  const root = mkdtempSync(join(tmpdir(), 'catalyst-rehearsed-'));
  const throwaway = throwawayOf(sovereign, 'test');
  const { fqdn } = throwaway.spec;
  const stateDir = join(root, 'omantel.omani.works');
  const path = join(root, fqdn, 'journal.jsonl');
  mkdirSync(dirname(path));
  const seen: Listing = { fqdn, at, hetzner: [], buckets: [], mother: [], ...listing };
  const servers = clusterParts(throwaway).servers.map(({ name }) => name);
  const journal = openJournal({ path, runId: 'r', by: 'me@here', clock: clockAt(at), redactor: createRedactor() });
  const lines = [
    { kind: 'run-started', inputs: { command: 'rehearse', until } } as NewEntry,
    ...servers.map((name) => change('create', name)),
    ...steps.map((step) => proof(step)),
    proof(ids.state, { items: [{ id: 'D1', status: d1 }] }),
    proof(ids.names),
    ...servers.map((name) => change('delete', name)),
    proof(ids.destroy),
    proof(ids.buckets),
    proof(ids.orphans, { listing: hashOf(seen) }),
  ];
  for (const line of lines.filter((one) => !without(one))) journal.append(line);
  const world = fakeWorld({
    ...{ sovereign: throwaway, stateDir: join(root, fqdn), runId: 'r', clock: clockAt(at), binaries: undefined },
    tree: async () => ({ hash: 't' }) as never,
    identity: async () => identity,
  });
  const phases = [...tickets, ...unticketed].map((one) => ({ needs: [], ...one }) as unknown as Step);
  const walk = phases.filter(({ phase }) => phase <= until);
  const signing = signRehearsal(world, {
    ...{ steps: walk, pointerIn: stateDir, whole: until >= 6 },
    listing: () => ({ ...seen, ...shown }),
  });
  journal.close();
  await signing.step.run({} as never);
  return { stateDir, bundle: signing.written()!.bundle, key: (await findPublicKey(world.credentials))! };
}
