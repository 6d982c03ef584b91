/** What a bundle has of a verification, read from its files without trust: every judge of an item works on this alone. */
import { z } from 'zod';
import { type JournalEntry, parseJournal } from '../../engine/journal-entry.js';
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import type { HandoverRecord } from '../../handover/record.js';
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import type { ScanResult } from '../../scans/scan.js';
import { type Sovereign, sovereignSchema } from '../../sovereign/spec/schema.js';
import { checkShape } from '../../support/check-shape.js';
import type { DodReport } from '../dod/report.js';
import { findingShape, reportShape, stepShape } from './shapes.js';

/** A step as the verification had it. */
export type StepLine = z.output<typeof stepShape>;

/** A proof that was taken in this verification: what it saw, or why it failed. */
export interface ProofLine {
  summary?: string;
  digest?: string;
  sha?: string;
  facts?: Record<string, unknown>;
  error?: string;
}

export interface ChartPinLine {
  name: string;
  chart: string;
  version: string;
  digest?: string;
}

export interface RawBundle {
  report: DodReport;
  sovereign: Sovereign;
  entries: readonly JournalEntry[];
  journal: JournalState;
  steps: readonly StepLine[];
  /** By id of the step. */
  proofs: Readonly<Record<string, ProofLine>>;
  handover?: HandoverRecord & { fingerprints?: { before?: string; after?: string } };
  umbilical?: ScanResult;
  residue?: ScanResult;
  before?: Fingerprint;
  after?: Fingerprint;
  planHash: string;
  pins: readonly ChartPinLine[];
  /** Content by path, of all files. */
  text(path: string): string | undefined;
}

/** The files that every bundle of a verification has. */
export const paths = {
  report: 'dod.json',
  journal: 'journal.jsonl',
  spec: 'spec.json',
  plan: 'plan.json',
  tools: 'tools.json',
  protectedSet: 'protected.json',
  scans: 'scans.json',
  handover: 'handover.json',
  steps: 'steps.json',
  proofs: 'proofs.json',
  html: 'report.html',
} as const;

const nodeFile = z.looseObject({
  path: z.string().max(5000),
  answer: z.enum(['looked', 'not there', 'could not look']),
  names: z.array(z.string().max(1000)).max(10_000).optional(),
});
const scan = z.looseObject({
  findings: z.array(findingShape),
  looked: z.array(z.looseObject({ place: z.string(), how: z.string(), ok: z.boolean() })),
  nodes: z
    .array(z.looseObject({ node: z.string().max(300), files: z.array(nodeFile).max(1000) }))
    .max(1000)
    .optional(),
});
export const scansShape = z.object({ umbilical: scan.optional(), residue: scan.optional() });
const print = z.looseObject({
  version: z.literal(2),
  at: z.iso.datetime(),
  objects: z.array(z.looseObject({})),
  names: z.array(z.looseObject({})),
  pages: z.array(z.looseObject({ url: z.string(), status: z.number() })),
});
const record = z.looseObject({
  fqdn: z.string(),
  state: z.string().optional(),
  history: z.array(z.looseObject({ state: z.string(), at: z.string() })),
  ids: z.array(z.string()),
  items: z.array(z.looseObject({})),
  refusals: z.array(z.looseObject({ what: z.string(), answer: z.string() })),
});
const proof = z.looseObject({ summary: z.string().optional(), error: z.string().optional() });
const pin = z.looseObject({ name: z.string(), chart: z.string(), version: z.string() });

/** Throws an Error that names the file which is missing or is not what catalyst writes. */
export function readRaw(text: (path: string) => string | undefined): RawBundle {
  const need = (path: string): string => {
    const content = text(path);
    if (content === undefined) throw new Error(`it has no ${path}`);
    return content;
  };
  const read = <S extends z.ZodType>(path: string, shape: S): z.output<S> => {
    const { data, error } = checkShape(shape, JSON.parse(need(path)));
    if (data !== undefined) return data;
    const [issue] = error!.issues;
    throw new Error(`its ${path} is not what catalyst writes: ${issue?.path.join('.')} ${issue?.message}`);
  };
  const { entries } = parseJournal(need(paths.journal), paths.journal);
  const { umbilical, residue } = read(paths.scans, scansShape);
  const { before, after } = read(paths.protectedSet, z.object({ before: print.optional(), after: print.optional() }));
  const handover = read(paths.handover, z.union([record, z.strictObject({})]));
  return {
    report: read(paths.report, reportShape) as unknown as DodReport,
    sovereign: read(paths.spec, sovereignSchema) as Sovereign,
    entries,
    journal: foldJournal(entries),
    steps: read(paths.steps, z.array(stepShape)),
    proofs: read(paths.proofs, z.record(z.string(), proof)) as Record<string, ProofLine>,
    ...('fqdn' in handover ? { handover: handover as unknown as RawBundle['handover'] } : {}),
    umbilical: umbilical as ScanResult | undefined,
    residue: residue as ScanResult | undefined,
    before: before as unknown as Fingerprint | undefined,
    after: after as unknown as Fingerprint | undefined,
    planHash: read(paths.plan, z.looseObject({ planHash: z.string() })).planHash,
    pins: read(paths.tools, z.looseObject({ blueprints: z.array(pin) })).blueprints as ChartPinLine[],
    text,
  };
}
