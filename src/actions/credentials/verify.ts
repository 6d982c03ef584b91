/** Proves the captured credentials by real calls; the first refusal gives the exit status, all are told. */
import { ifMade } from '../../engine/dry-run.js';
import { command } from '../../support/commands/command.js';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import { nearest } from '../../support/nearest.js';
import { type CredentialProbe, credentialProbes } from '../../walk/credentials/credential-probes.js';
import type { Act, Undo } from '../../world/step.js';
import type { Session } from '../session/session.js';
import { withGate } from '../session/with-gate.js';

export interface CredentialCheck {
  id: string;
  title: string;
  ok: boolean;
  /** What was seen, or why it was refused. */
  reason: string;
  remedy: string[];
  code?: string;
}

export interface CredentialsVerifyResult {
  checks: CredentialCheck[];
  /** In a dry-run: what would have been made and removed. */
  mutations?: string[];
}

/** `name`: a credential, or a group such as object-storage; left out: all. Throws E1001, or the first refusal. */
export async function verifyCredentials(session: Session, name?: string): Promise<CredentialsVerifyResult> {
  const probes = chosen(credentialProbes(session.world), name);
  const checked = await withGate(session, { id: 'credentials', phase: 0 }, (act, undo) =>
    Promise.all(probes.map((probe) => check(probe, act, undo))),
  );
  const mutations = probes.flatMap((probe) => probe.plan().map(({ sentence }) => sentence));
  return finish({ checks: checked.map(({ told }) => told), ...(session.dryRun ? { mutations } : {}) }, checked);
}

function chosen(probes: CredentialProbe[], name: string | undefined): CredentialProbe[] {
  if (name === undefined) return probes;
  const found = probes.filter((probe) => probe.id === name || probe.uses.includes(name));
  if (found.length > 0) return found;
  const names = probes.flatMap((probe) => [probe.id, ...probe.uses]);
  const near = nearest(name, names);
  throw fail('E1001', `There is no way to verify "${name}"; known: ${names.join(', ')}.`, {
    actions: [near ? command('credentials verify', near) : command('credentials verify')],
  });
}

async function check(
  probe: CredentialProbe,
  act: Act,
  undo: Undo,
): Promise<{ told: CredentialCheck; error?: unknown }> {
  const { id, title } = probe;
  try {
    const seen = await ifMade(probe.run(act, undo));
    const reason = seen ?? `${await probe.run(undefined)}; writing was not tested (dry-run)`;
    return { told: { id, title, ok: true, reason, remedy: [] } };
  } catch (error) {
    const known = error instanceof CatalystError ? error : undefined;
    const told = {
      id,
      title,
      ok: false,
      reason: messageOf(error),
      remedy: [...(known?.actions ?? [])],
      code: known?.code,
    };
    return { told, error };
  }
}

function finish(result: CredentialsVerifyResult, checked: { told: CredentialCheck; error?: unknown }[]) {
  const failed = checked.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return result;
  const errors = failed.map(({ error }) => error);
  // A refused credential says more than a system that did not answer.
  const first = errors.find((error) => error instanceof CatalystError && error.class === 'credentials') ?? errors[0];
  if (!(first instanceof CatalystError)) throw first;
  throw fail(first.code, failed.map(({ told }) => `${told.title}: ${told.reason}`).join('\n'), {
    actions: [...new Set(failed.flatMap(({ told }) => told.remedy))],
    cause: first,
    data: { result },
  });
}
