/** Puts a verification into a signed bundle and an HTML report, both under <state-dir>/<fqdn>/evidence. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJournal } from '../../engine/journal-entry.js';
import { foldJournal } from '../../engine/journal-state.js';
import { writeBundle } from '../../evidence/bundle.js';
import { newestIn } from '../../evidence/chain.js';
import { bundleStem, openEvidenceFolder } from '../../evidence/evidence-folder.js';
import { openSigner } from '../../evidence/signing.js';
import type { HandoverRecord } from '../../handover/record.js';
import type { Fingerprint } from '../../mother/fingerprint/fingerprint.js';
import type { ScanResult } from '../../scans/scan.js';
import { replacePrivateFile } from '../../sovereign/state/state-dir.js';
import { messageOf } from '../../support/errors/errors.js';
import { hashOf } from '../../support/hash.js';
import { userAgent } from '../../support/user-agent.js';
import { probeImages } from '../../walk/probes/probe-images.js';
import type { Step } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { paths as names, type ProofLine, readRaw, type StepLine } from '../rederive/raw-bundle.js';
import { renderReport } from '../rederive/report-data.js';
import { type Kind, settle } from '../rederive/settle.js';
import type { DodReport } from './report.js';

export interface EvidenceRequest {
  report: DodReport;
  steps: readonly Step[];
  handover?: HandoverRecord;
  umbilical?: ScanResult;
  residue?: ScanResult;
  before?: Fingerprint;
  after?: Fingerprint;
  /** By step: those that were taken in this verification. */
  proofs?: Readonly<Record<string, ProofLine>>;
  /** Default `dod`; the name of the file begins with it. */
  kind?: Kind;
  /** Further files of the bundle, by path. */
  files?: Readonly<Record<string, unknown>>;
  /** The same as text, which stays as it is: signed by another key. */
  texts?: Readonly<Record<string, string>>;
}

export interface WrittenEvidence {
  /** Paths of the tar, the HTML file and the public key. */
  bundle: string;
  report: string;
  key: string;
}

/** The journal as it is now, whole lines only; empty when there is none. */
export function journalText(stateDir: string): string {
  const path = join(stateDir, 'journal.jsonl');
  if (!existsSync(path)) return '';
  const text = readFileSync(path, 'utf8');
  return text.slice(0, text.lastIndexOf('\n') + 1);
}

/** @returns with the report as its own evidence bears it out: a result that its raw data does not show is no pass */
export async function writeEvidence(
  world: World,
  request: EvidenceRequest,
): Promise<WrittenEvidence & { result: DodReport }> {
  const kind = request.kind ?? 'dod';
  const signer = await openSigner(world.credentials);
  const clean = (value: unknown) => `${JSON.stringify(world.redactor.clean(value), null, 2)}\n`;
  const files: Record<string, string> = {
    ...(await rawFiles(world, request, clean)),
    [names.report]: clean(request.report),
  };
  const stated = readRaw((path) => files[path]);
  const result = await settle(stated, kind);
  files[names.report] = `${JSON.stringify(result, null, 2)}\n`;
  files[names.html] = await renderReport({ ...stated, report: result }, signer.keyId);
  const { folder, key } = openEvidenceFolder(world.stateDir, signer);
  const stem = join(folder, bundleStem(kind, result.finishedAt, result.verdict));
  const paths = { bundle: `${stem}.tar`, report: `${stem}.html`, key };
  const previous = newestIn(folder);
  replacePrivateFile(paths.report, files[names.html]!);
  await writeBundle({
    file: paths.bundle,
    signer,
    predicate: {
      fqdn: result.fqdn,
      verdict: result.verdict,
      complete: result.complete,
      at: result.finishedAt,
      runId: world.runId,
      planHash: stated.planHash,
      by: userAgent,
      kind,
      ...(previous ? { previous } : {}),
      lab: result.lab,
      world: result.world,
      windowMs: result.experiment?.window.requestedMs,
    },
    files,
  });
  return { ...paths, result };
}

/** Everything but the report and its page. */
async function rawFiles(
  world: World,
  request: EvidenceRequest,
  clean: (value: unknown) => string,
): Promise<Record<string, string>> {
  const { before, after, handover, umbilical, residue, proofs = {}, files = {}, texts = {} } = request;
  const journal = journalText(world.stateDir);
  const { runs } = foldJournal(parseJournal(journal, names.journal).entries);
  const planHash = runs.findLast((run) => run.plan)?.plan ?? '';
  const hash = (print?: Fingerprint) => print && hashOf(JSON.parse(clean(print)));
  return {
    [names.journal]: journal,
    [names.spec]: clean(world.sovereign),
    [names.plan]: clean({ planHash, tree: (await world.tree()).hash, revision: handover?.revision }),
    [names.tools]: clean(await toolsOf(world)),
    [names.protectedSet]: clean({ before, after }),
    [names.scans]: clean({ umbilical, residue }),
    [names.handover]: clean(
      handover ? { ...handover, fingerprints: { before: hash(before), after: hash(after) } } : {},
    ),
    [names.steps]: clean(request.steps.map(stepLine)),
    [names.proofs]: clean(proofs),
    ...Object.fromEntries(Object.entries(files).map(([path, value]) => [path, clean(value)])),
    ...texts,
  };
}

const stepLine = ({ id, title, phase, needs, ticket, blueprint, estimateMinutes }: Step): StepLine => ({
  ...{ id, title, phase, needs: [...needs] },
  ...(ticket === undefined ? {} : { ticket }),
  ...(blueprint === undefined ? {} : { blueprint }),
  ...(estimateMinutes === undefined ? {} : { estimateMinutes }),
});

/** What took part: programs, images that probes ran, and the charts as they are pinned. */
async function toolsOf({ binaries, blueprints, sovereign }: World): Promise<Record<string, unknown>> {
  const version = (tool: 'helm' | 'kubectl') =>
    binaries?.find(tool).then(
      (found) => found.version,
      (error: unknown) => `not found: ${messageOf(error)}`,
    );
  return {
    catalyst: userAgent,
    node: process.version,
    helm: await version('helm'),
    kubectl: await version('kubectl'),
    k3s: sovereign.spec.hetzner.k3sVersion,
    images: probeImages,
    blueprints: blueprints.map(({ name, chart }) => ({
      name,
      chart: chart.name,
      version: chart.version,
      digest: chart.digest,
    })),
  };
}
