/**
 * How far a Blueprint or ticket is done, by what there is of it on this machine: each level needs evidence of its own, and none follows
 * from another. That code exists is no level.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProofState } from '../../engine/journal-state.js';
import { readTar } from '../../evidence/archive.js';
import { bundleOf, intactStatement } from '../../evidence/bundle.js';
import type { HandoverRecord } from '../../handover/record.js';
import { replacePrivateFile } from '../../sovereign/state/state-dir.js';
import { readRegularFile } from '../../support/files/read-regular-file.js';
import type { DodReport } from '../../verification/dod/report.js';
import type { ProofLine } from '../../verification/rederive/raw-bundle.js';

/**
 * `rendered`: lints and renders against its real chart. `verified`: its own proof was taken. `integrated`: Ready together with its
 * siblings (D1), after that proof. `DoD-met`: its proof was taken again on what is deployed, after the handover.
 */
export type Level = 'rendered' | 'verified' | 'integrated' | 'DoD-met';

/** What levels follow from, beside the journal. */
export interface LevelEvidence {
  /** When a Blueprint last rendered against its real chart without a finding. */
  rendered: Readonly<Record<string, string>>;
  /** Newest first. */
  verdicts: readonly VerdictSeen[];
}

interface VerdictSeen {
  at: string;
  /** D1 passed in it. */
  together: boolean;
  /** When the Sovereign read its own Git; undefined before the handover. */
  handedOverAt?: string;
  proofs: Readonly<Record<string, ProofLine>>;
}

/** Undefined where nothing shows any. */
export function levelOf(
  { id, blueprint }: { id: string; blueprint?: string },
  proof: ProofState | undefined,
  { rendered, verdicts }: LevelEvidence,
): Level | undefined {
  const name = blueprint ?? id;
  if (!proof) return Object.hasOwn(rendered, name) ? 'rendered' : undefined;
  const later = verdicts.filter(({ at }) => Date.parse(at) >= Date.parse(proof.at));
  const isMet = later.some(
    ({ at, together, handedOverAt, proofs }) =>
      together &&
      handedOverAt !== undefined &&
      Date.parse(handedOverAt) <= Date.parse(at) &&
      Object.hasOwn(proofs, id) &&
      proofs[id]!.error === undefined,
  );
  if (isMet) return 'DoD-met';
  return later.some(({ together }) => together) ? 'integrated' : 'verified';
}

const renderedFile = (stateDir: string) => join(stateDir, 'rendered.json');
/** Verdicts that are looked through for one that asked for D1. */
const newestVerdicts = 5;

/** Notes which Blueprints rendered against their real charts without a finding, and forgets those that did not. */
export function noteRendered(stateDir: string, looked: readonly { blueprint: string; ok: boolean }[], at: Date): void {
  const known = { ...readRendered(stateDir) };
  for (const { blueprint, ok } of looked) {
    if (ok) known[blueprint] = at.toISOString();
    else delete known[blueprint];
  }
  replacePrivateFile(renderedFile(stateDir), `${JSON.stringify(known, null, 2)}\n`);
}

function readRendered(stateDir: string): Record<string, string> {
  const file = renderedFile(stateDir);
  if (!existsSync(file)) return {};
  try {
    const found: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Object.fromEntries(Object.entries(found ?? {}).filter(([, at]) => !Number.isNaN(Date.parse(String(at)))));
  } catch {
    return {};
  }
}

/** Of a Sovereign's own state folder; a bundle that this folder's key did not sign counts for nothing. */
export function levelEvidence(stateDir: string): LevelEvidence {
  const folder = join(stateDir, 'evidence');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^dod-.*\.tar$/.test(name)) : [];
  const newest = names.sort().reverse().slice(0, newestVerdicts);
  return {
    rendered: readRendered(stateDir),
    verdicts: newest.flatMap((name) => verdictIn(folder, name) ?? []),
  };
}

function verdictIn(folder: string, name: string): VerdictSeen | undefined {
  try {
    const key = readFileSync(join(folder, 'evidence.pub'), 'utf8');
    const files = readTar(readRegularFile(join(folder, name), { maxBytes: 64 * 2 ** 20 }));
    const text = (path: string) => files.get(path)?.toString();
    if (typeof intactStatement(bundleOf(text), key) === 'string') return undefined;
    const { items, startedAt } = JSON.parse(String(text('dod.json'))) as DodReport;
    const { history = [] } = JSON.parse(String(text('handover.json'))) as Partial<HandoverRecord>;
    const handedOverAt = history.find(({ state }) => state === 'ACTIVATED')?.at;
    return {
      at: startedAt,
      together: items.some(({ id, status }) => id === 'D1' && status === 'pass'),
      ...(handedOverAt === undefined ? {} : { handedOverAt }),
      proofs: JSON.parse(String(text('proofs.json'))) as VerdictSeen['proofs'],
    };
  } catch {
    // Of an earlier version, or damaged: it shows no level.
    return undefined;
  }
}
