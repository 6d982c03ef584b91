/** What the evidence of a Sovereign says already: what the last round left open, and by what the mother was known. */
import { join } from 'node:path';
import { z } from 'zod';
import { intactStatement, type OpenBundle, readBundle, reportPaths, type Statement } from '../../evidence/bundle.js';
import { bundlesIn } from '../../evidence/chain.js';
import type { Remembered } from '../../scans/umbilical/mother.js';
import { checkShape } from '../../support/check-shape.js';
import { messageOf } from '../../support/errors/errors.js';
import { paths } from '../rederive/raw-bundle.js';
import { type Round, roundShape } from './round.js';

export interface EarlierEvidence {
  round?: { bundle: string } & Pick<Round, 'alarms' | 'owed' | 'handedOverAt'>;
  remembered: Remembered;
  /** Bundles that were left out, with why, a clause each. */
  refused: string[];
}

/** A verdict further back than that many bundles without a mother says little of today. */
const most = 50;

const knownShape = z.looseObject({
  umbilical: z
    .looseObject({
      known: z
        .looseObject({
          addresses: z.array(z.string()).max(10_000),
          authorities: z.array(z.string()).max(1000).optional(),
          from: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
});

/**
 * Reads backward from the newest, until there are a round and what knew the mother. What is not signed by `publicKey` (SPKI PEM) counts for
 * nothing: whoever could write a file there could else keep an alert from being sent.
 */
export async function readEarlier(folder: string, publicKey: string | undefined): Promise<EarlierEvidence> {
  const found: EarlierEvidence = { remembered: { addresses: [], from: '' }, refused: [] };
  if (publicKey === undefined) return found;
  for (const bundle of bundlesIn(folder).toReversed().slice(0, most)) {
    const read = await readSigned(join(folder, bundle), publicKey);
    if (typeof read === 'string') {
      found.refused.push(`${bundle}: ${read}`);
      continue;
    }
    const round = roundIn(read.opened);
    if (round) found.round ??= { bundle, alarms: round.alarms, owed: round.owed, handedOverAt: round.handedOverAt };
    const known = knownIn(read.opened);
    if (found.remembered.authorities === undefined && known?.authorities !== undefined)
      found.remembered = { from: `the ${wordOf(read.statement)} of ${read.statement.predicate.at}`, ...known };
    if (found.round && found.remembered.authorities !== undefined) break;
  }
  return found;
}

const wordOf = ({ predicate: { kind } }: Statement) => (kind === 'round' ? 'round' : 'verdict');

/** Its statement, or why it counts for nothing. */
async function readSigned(
  file: string,
  publicKey: string,
): Promise<{ opened: OpenBundle; statement: Statement } | string> {
  try {
    const opened = await readBundle(file);
    const statement = intactStatement(opened, publicKey);
    return typeof statement === 'string' ? statement : { opened, statement };
  } catch (error) {
    return messageOf(error);
  }
}

/** The round of a bundle; undefined where it is of something else. */
export function roundIn({ files }: Pick<OpenBundle, 'files'>): Round | undefined {
  const { data } = checkShape(roundShape, jsonIn(files, reportPaths.round));
  return data as Round | undefined;
}

function knownIn({ files }: Pick<OpenBundle, 'files'>) {
  return checkShape(knownShape, jsonIn(files, paths.scans)).data?.umbilical?.known;
}

function jsonIn(files: ReadonlyMap<string, Buffer>, path: string): unknown {
  try {
    return JSON.parse(String(files.get(path)));
  } catch {
    return undefined;
  }
}
