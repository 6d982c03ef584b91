/** `verify evidence`: offline, with the key that was given or the one that this machine knows of that Sovereign. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type OpenBundle, readBundle } from '../../evidence/bundle.js';
import { earlierThan } from '../../evidence/chain.js';
import { evidenceFolder } from '../../evidence/evidence-folder.js';
import {
  claimOf,
  claimText,
  type EvidenceKey,
  evidenceKey,
  type KnownKeys,
  pinKey,
} from '../../evidence/pinned-key.js';
import { configDir, labDir } from '../../sovereign/state/state-dir.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { DodReport } from '../../verification/dod/report.js';
import { type ChangesSince, changesSince } from '../../verification/dod/since.js';
import { type BundleCheck, verifyBundle } from '../../verification/dod/verify-bundle.js';
import type { Context } from '../session/context.js';

export interface EvidenceCheck extends Omit<BundleCheck, 'raw'> {
  /** With what it was checked. */
  key: Omit<EvidenceKey, 'publicKey'>;
}

export interface VerifyChoices {
  /** Path of a public key (PEM). */
  keyFile?: string;
  /** The key that was given is kept for the FQDN once the bundle is valid under it. */
  pin?: boolean;
  /** The same file, where it was read already. */
  opened?: OpenBundle;
}

const keysKnownTo = ({ env, evidenceKeyOf }: Pick<Context, 'env' | 'evidenceKeyOf'>): KnownKeys => ({
  configDir: configDir(env),
  ownKeyOf: evidenceKeyOf,
  hasLab: (name) => existsSync(labDir(env, name)),
});

/** Throws E6101 when it is not valid, E6110 or E6111 when it cannot be read, E6112 when no key of the Sovereign is known. */
export async function verifyEvidence(
  context: Pick<Context, 'env' | 'evidenceKeyOf' | 'existingStateDir' | 'would'>,
  file: string,
  { keyFile, pin = false, opened }: VerifyChoices = {},
): Promise<EvidenceCheck> {
  if (pin && keyFile === undefined)
    throw fail('E1001', '--pin needs a key to keep, and none was given.', { actions: ['add --key FILE'] });
  const known = keysKnownTo(context);
  const bundle = opened ?? (await readBundle(file));
  const key = await evidenceKey(known, claimOf(file, bundle), file, keyFile);
  const { raw: _, ...check } = await verifyBundle(file, key.publicKey, bundle);
  await requireFirst(context, check, key.publicKey);
  const { publicKey: __, ...shown } = key;
  if (!pin || context.would(`pin the key ${key.keyId} for ${check.fqdn}`)) return { ...check, key: shown };
  const pinned = pinKey(known.configDir, check, key);
  return {
    ...check,
    key: {
      ...shown,
      origin: `${shown.origin}; now pinned for ${claimText(check)} in ${pinned}`,
    },
  };
}

/** The report of a bundle that is valid under the key which this machine knows. Throws as `verifyEvidence` does. */
export async function readVerdict(
  context: Pick<Context, 'env' | 'evidenceKeyOf' | 'existingStateDir'>,
  file: string,
): Promise<DodReport> {
  const known = keysKnownTo(context);
  const bundle = await readBundle(file);
  const { publicKey } = await evidenceKey(known, claimOf(file, bundle), file);
  const check = await verifyBundle(file, publicKey, bundle);
  const { raw, predicate } = check;
  await requireFirst(context, check, publicKey);
  if (raw) return raw.report;
  throw fail('E6101', `${file} is a ${predicate.kind}, not a verdict.`, {
    actions: [command('evidence show', { history: true })],
  });
}

/** What differs between two verdicts on one Sovereign, both valid. Throws as `verifyEvidence` does, and E6101 for two Sovereigns. */
export async function changesBetween(
  context: Parameters<typeof readVerdict>[0],
  earlier: string,
  later: string,
): Promise<ChangesSince> {
  const [before, now] = [await readVerdict(context, earlier), await readVerdict(context, later)];
  if (before.fqdn === now.fqdn) return changesSince(before, now);
  throw fail('E6101', `${earlier} is about ${before.fqdn}, not about ${now.fqdn}.`, {
    actions: [command('evidence show', { history: true })],
  });
}

/** What names nothing before it is the first of its Sovereign, and this machine may know an earlier one. Throws E6101. */
async function requireFirst(
  { existingStateDir }: Pick<Context, 'existingStateDir'>,
  { file, fqdn, predicate }: Pick<BundleCheck, 'file' | 'fqdn' | 'predicate'>,
  publicKey: string,
): Promise<void> {
  if (predicate.previous) return;
  const own = existingStateDir(fqdn);
  const folders = [...(own === undefined ? [] : [evidenceFolder(own)]), dirname(file)];
  const earlier = await earlierThan(predicate, publicKey, folders);
  if (earlier === undefined) return;
  throw fail('E6101', `Verification of ${file} failed: it names no previous verdict, but ${earlier} is older.`, {
    actions: [command('evidence show', { history: true }), 'copy the bundle again from the machine that wrote it'],
  });
}
