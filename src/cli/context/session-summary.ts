/** Gathers what the summary at the end of a command says: from its run, its journal, its spec, and the price list at Hetzner. */
import { appendFileSync } from 'node:fs';
import type { Ending } from '../../actions/session/context.js';
import { readJournal } from '../../actions/session/read-journal.js';
import { foldJournal } from '../../engine/journal-state.js';
import { type Login, logins } from '../../sovereign/logins.js';
import { consoleUrl } from '../../sovereign/sovereign-names.js';
import { journalPath } from '../../sovereign/state/lock.js';
import type { CatalystError } from '../../support/errors/errors.js';
import { within } from '../../support/wait.js';
import type { World } from '../../world/world.js';
import { layOut } from '../text/page.js';
import { plain } from '../text/paint.js';
import { type Summary, summaryBlocks, summaryMarkdown } from '../text/summary.js';
import type { Opening } from './opening.js';

export interface SummaryRequest {
  opening: Opening;
  ending?: Ending;
  error?: CatalystError;
  /** FQDN of the Sovereign of the command, when it is known. */
  fqdn?: string;
  stateDirFor(fqdn: string): string;
  world(): Promise<World>;
}

/** Longer than an answer of Hetzner takes; nobody waits for a price. */
const priceMs = 3000;

/** Undefined where nothing ran: a plain result needs no summary. */
export async function summarize(request: SummaryRequest): Promise<Summary | undefined> {
  const { opening, error } = request;
  const { runs, planned } = opening.request;
  const dryRun = opening.flags['dry-run'];
  const ending = { ...verdictIn(error), ...request.ending };
  const shown = runs.at(-1);
  if (!shown && !request.ending && planned.length === 0) return undefined;
  if (!shown && !dryRun) return undefined;
  const summary: Summary = {
    ending,
    ...(dryRun && !error ? { planned } : {}),
    run: shown?.record,
    tookMs: shown && runs.reduce((total, { record }) => total + tookOf(record, opening), 0),
    fqdn: shown?.fqdn ?? request.fqdn,
    lab: opening.flags.lab,
    logins: [],
    log: shown?.log(),
    ...(shown?.fqdn && !ending.wiped ? await existing(shown.fqdn, request) : {}),
    journal: shown?.fqdn === undefined ? undefined : journalPath(request.stateDirFor(shown.fqdn)),
  };
  writeDown(summary, request);
  return summary;
}

function tookOf({ finished, startedAt }: NonNullable<Summary['run']>, { clock }: Opening): number {
  return finished?.ms ?? clock.now().getTime() - startedAt.getTime();
}

/** A verdict that is not PASS comes as an error with its result. */
function verdictIn(error: CatalystError | undefined): Ending {
  const { report, bundle } = (error?.data.result ?? {}) as Record<string, unknown>;
  return {
    ...(typeof report === 'string' ? { report } : {}),
    ...(typeof bundle === 'string' ? { bundle } : {}),
  };
}

/** What there is of the Sovereign, by the proofs in its journal. */
async function existing(
  fqdn: string,
  { opening, stateDirFor, world, error }: SummaryRequest,
): Promise<Partial<Summary>> {
  try {
    const { proofs } = foldJournal(readJournal(stateDirFor(fqdn)));
    if (!proofs.has('cluster')) return {};
    const monthly = opening.request.json || error?.exitCode === 130 ? undefined : await priceOf(world, opening);
    return {
      costs: true,
      monthly,
      console: proofs.has('#385') ? consoleUrl(fqdn) : undefined,
      logins: logins(fqdn).filter(({ name }) => proofs.has(neededBy[name] ?? '')),
    };
  } catch {
    // The summary never hides how the command ended.
    return {};
  }
}

/** By the name of a login: the step whose proof shows that it can be used. */
const neededBy: Readonly<Record<Login['name'], string>> = {
  'sovereign-admin': '#377',
  'gitea-admin': '#376',
  'harbor-admin': '#383',
  'grafana-admin': '#381',
};

async function priceOf(world: SummaryRequest['world'], { clock }: Opening): Promise<string | undefined> {
  const asked = (async () => {
    const { checkCapacity } = await import('../../hetzner/cluster/capacity/capacity.js');
    const { hetzner, sovereign } = await world();
    const { monthly, currency } = await checkCapacity(await hetzner(), sovereign.spec, clock.now());
    return `${monthly.toFixed(2)} ${currency}`;
  })();
  return within(asked, { clock, ms: priceMs }).catch(() => undefined);
}

/** Into the log of the run, and where a job of GitHub Actions collects summaries. */
function writeDown(summary: Summary, { opening, error }: SummaryRequest): void {
  const { log, clock, request } = opening;
  const { redactor, env } = request;
  const clean = (text: string) => redactor.redact(text);
  log.line(
    error ? `${error.code} ${error.message}` : layOut(summaryBlocks(summary), { paint: plain, clean }),
    clock.now(),
  );
  const page = env.GITHUB_ACTIONS === 'true' ? env.GITHUB_STEP_SUMMARY : undefined;
  if (!page) return;
  try {
    appendFileSync(page, `${clean(summaryMarkdown(summary, error))}\n`);
  } catch {
    // A job without a page for it has its log.
  }
}
