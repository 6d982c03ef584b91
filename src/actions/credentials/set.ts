/** Proves a value by a real call with it, and keeps it when it was not refused. */
import { ifMade } from '../../engine/dry-run.js';
import { acceptCredential } from '../../sovereign/credentials/credential-input.js';
import type { CredentialStore } from '../../sovereign/credentials/credential-store.js';
import { webhookAddress } from '../../sovereign/credentials/webhook-address.js';
import { type CredentialProbe, credentialProbes } from '../../walk/credentials/credential-probes.js';
import type { Session } from '../session/session.js';
import { withGate } from '../session/with-gate.js';

/** What the proof saw; undefined when there is nothing to prove it with yet. Throws E2003, E2302, E1302 when refused. */
export async function setCredential(
  session: Session,
  store: CredentialStore,
  { name, value: raw, verify }: { name: string; value: string; verify: boolean },
): Promise<string | undefined> {
  const value = acceptCredential(name, raw, 'what was given');
  if (name === 'alert-webhook') webhookAddress(value, { lab: (await session.world.identity()).kind === 'lab' });
  const keep = async () => {
    if (!session.dryRun) await store.set(name, value);
  };
  if (!verify) {
    await keep();
    return undefined;
  }
  store.offer(name, value);
  const probe = credentialProbes(session.world).find((candidate) => candidate.uses.includes(name));
  const proof = probe && (await complete(probe, store)) ? await prove(session, probe) : undefined;
  await keep();
  return proof;
}

/** One half of a key pair alone proves nothing. */
async function complete(probe: CredentialProbe, store: CredentialStore): Promise<boolean> {
  if (probe.id !== 'object-storage') return true;
  return (await Promise.all(probe.uses.map((name) => store.find(name)))).every((value) => value !== undefined);
}

async function prove(session: Session, probe: CredentialProbe): Promise<string> {
  const step = { id: 'credentials', phase: 0 };
  const proof = await ifMade(withGate(session, step, (act, undo) => probe.run(act, undo)));
  return proof ?? probe.run(undefined);
}
