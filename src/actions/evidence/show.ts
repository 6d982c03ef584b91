/** `evidence show`, `evidence export`. */
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type OpenBundle, readBundle } from '../../evidence/bundle.js';
import { claimOf } from '../../evidence/pinned-key.js';
import { checkShape } from '../../support/check-shape.js';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { roundIn } from '../../verification/rounds/earlier.js';
import type { Round } from '../../verification/rounds/round.js';
import type { Context } from '../session/context.js';
import { verifyEvidence } from './verify.js';

export interface EvidenceShown {
  bundle: string;
  report: string;
  key: string;
  fqdn: string;
  verdict: string;
  /** Of a lab's Sovereign, which says nothing about a real one of that name. */
  lab: boolean;
  at: string;
  items: { id: string; status: string; reason: string }[];
  files: string[];
  /** Whether it was checked now, and with which key; why not, where it was not or is not valid. */
  checked: { valid: boolean; why: string };
}

const shownSchema = z.object({
  fqdn: z.string(),
  verdict: z.string(),
  finishedAt: z.string(),
  lab: z.boolean().default(false),
  items: z.array(z.object({ id: z.string(), status: z.string(), reason: z.string() })),
});

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** The newest bundle in the state of this Sovereign. Throws E6102 when there is none. */
export function newestBundle(stateDir: string): string {
  const newest = newestVerdict(stateDir, 'tar');
  if (newest) return newest;
  throw fail('E6102', `There is no evidence in ${join(stateDir, 'evidence')}.`, { actions: [command('verify dod')] });
}

/** The page of the newest verdict, whichever it was; undefined when there is none. */
export const newestReport = (stateDir: string): string | undefined => newestVerdict(stateDir, 'html');

function newestVerdict(stateDir: string, ending: 'tar' | 'html'): string | undefined {
  const folder = join(stateDir, 'evidence');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const newest = names
    .filter((name) => name.startsWith('dod-') && name.endsWith(`.${ending}`))
    .sort()
    .at(-1);
  return newest && join(folder, newest);
}

export async function showEvidence(context: Context, file?: string): Promise<EvidenceShown> {
  const stateDir = file === undefined ? await context.stateDir() : '';
  const bundle = file ?? newestBundle(stateDir);
  const opened = await readBundle(bundle);
  const { files } = opened;
  const round = roundIn(opened);
  if (round)
    return shownRound(bundle, round, {
      lab: claimOf(bundle, opened).lab,
      files: [...files.keys()].sort(),
      checked: await checkOf(context, bundle, opened),
    });
  const { data: report, error } = checkShape(shownSchema, parsed(String(files.get('dod.json'))));
  if (error) throw fail('E6110', `${bundle} is not a complete evidence bundle: its dod.json is not a report.`);
  return {
    bundle,
    report: bundle.replace(/\.tar$/, '.html'),
    key: join(bundle, '..', 'evidence.pub'),
    fqdn: report.fqdn,
    verdict: report.verdict,
    lab: report.lab,
    at: report.finishedAt,
    items: report.items.map(({ id, status, reason }) => ({ id, status, reason })),
    files: [...files.keys()].sort(),
    checked: await checkOf(context, bundle, opened),
  };
}

/** A round has no page, and no items: what is open, and what was not looked at, stand for them. */
function shownRound(
  bundle: string,
  round: Round,
  rest: Pick<EvidenceShown, 'lab' | 'files' | 'checked'>,
): EvidenceShown {
  const { fqdn, verdict, finishedAt: at, alarms, unlooked } = round;
  const things = alarms.filter(({ kind }) => kind !== 'sight');
  const open = things.map(({ kind, where, what }) => ({ id: kind, status: 'fail', reason: `${where}: ${what}` }));
  const unseen = unlooked.map((reason) => ({ id: 'place', status: 'not-checked', reason }));
  return {
    bundle,
    report: '',
    key: join(bundle, '..', 'evidence.pub'),
    fqdn,
    verdict,
    at,
    items: [...open, ...unseen],
    ...rest,
  };
}

/** What is shown is believed by nobody before it was checked. */
async function checkOf(context: Context, bundle: string, opened: OpenBundle): Promise<EvidenceShown['checked']> {
  try {
    const { key } = await verifyEvidence(context, bundle, { opened });
    return { valid: true, why: `checked with ${key.origin} (${key.keyId})` };
  } catch (error) {
    context.signal.throwIfAborted();
    return { valid: false, why: messageOf(error) };
  }
}

/** Copies bundle, report and public key into a folder. */
export async function exportEvidence(context: Context, out: string): Promise<{ files: string[] }> {
  const { mkdirSync } = await import('node:fs');
  const { bundle, report, key } = await showEvidence(context);
  const files: string[] = [];
  try {
    mkdirSync(out, { recursive: true });
    for (const path of [bundle, report, key].filter(existsSync)) {
      const to = join(out, path.split('/').at(-1)!);
      copyFileSync(path, to);
      files.push(to);
    }
  } catch (error) {
    throw fail('E1201', `The evidence cannot be copied to ${out}: ${messageOf(error)}.`, { cause: error });
  }
  return { files };
}
