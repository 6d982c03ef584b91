/** `evidence show`, `evidence export`, `verify evidence`. */
import { copyFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readBundle } from '../../evidence/bundle.js';
import { checkShape } from '../../support/check-shape.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import { readRegularFile } from '../../support/files/read-regular-file.js';
import { type BundleCheck, verifyBundle } from '../../verification/dod/verify-bundle.js';
import type { Context } from '../session/context.js';

export interface EvidenceShown {
  bundle: string;
  report: string;
  key: string;
  fqdn: string;
  verdict: string;
  at: string;
  items: { id: string; status: string; reason: string }[];
  files: string[];
}

const shownSchema = z.object({
  fqdn: z.string(),
  verdict: z.string(),
  finishedAt: z.string(),
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
  const folder = join(stateDir, 'evidence');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^dod-.*\.tar$/.test(name)) : [];
  const newest = names.sort().at(-1);
  if (newest) return join(folder, newest);
  throw fail('E6102', `There is no evidence in ${folder}.`, { actions: ['catalyst verify dod'] });
}

export async function showEvidence(context: Context, file?: string): Promise<EvidenceShown> {
  const stateDir = file === undefined ? await context.stateDir() : '';
  const bundle = file ?? newestBundle(stateDir);
  const { files } = await readBundle(bundle);
  const { data: report, error } = checkShape(shownSchema, parsed(String(files.get('dod.json'))));
  if (error) throw fail('E6110', `${bundle} is not a complete evidence bundle: its dod.json is not a report.`);
  return {
    bundle,
    report: bundle.replace(/\.tar$/, '.html'),
    key: join(bundle, '..', 'evidence.pub'),
    fqdn: report.fqdn,
    verdict: report.verdict,
    at: report.finishedAt,
    items: report.items.map(({ id, status, reason }) => ({ id, status, reason })),
    files: [...files.keys()].sort(),
  };
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

/** Offline: needs nothing but the file and the public key. Throws E6101 when it does not hold. */
export async function verifyEvidence(file: string, keyFile: string): Promise<BundleCheck> {
  for (const path of [file, keyFile]) if (!existsSync(path)) throw fail('E6102', `There is no file ${path}.`);
  let key: string;
  try {
    key = readRegularFile(keyFile, { maxBytes: 64 * 1024 }).toString();
  } catch (error) {
    throw fail('E6110', `${keyFile} is not a public key: ${messageOf(error)}.`, { cause: error });
  }
  return verifyBundle(file, key);
}
