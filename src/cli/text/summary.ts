/**
 * What stays on the screen when a run has ended, however it ended: verdict, what was proven and what not, what to try, duration, cost,
 * where report, journal and log are, and what to type next. The one place that builds it. Pure.
 */

import type { Ending } from '../../actions/session/context.js';
import { type StepRef, stepName, stepNames } from '../../engine/events.js';
import { isProven, type RecordedStep, type RunRecord } from '../../engine/record/run-record.js';
import { type Login, labAddresses } from '../../sovereign/logins.js';
import { command } from '../../support/commands/command.js';
import { counted } from '../../support/counted.js';
import { formatDuration } from '../../support/durations.js';
import { type Block, type Cell, type Look, layOut } from './page.js';
import { plain, type Tone } from './paint.js';

export interface PlannedChange {
  step: StepRef;
  sentence: string;
}

export interface Summary {
  ending: Ending;
  /** In a dry-run: what would have been changed. */
  planned?: readonly PlannedChange[];
  /** The run that ended, and how long all runs of the command took, in milliseconds. */
  run?: RunRecord;
  tookMs?: number;
  fqdn?: string;
  /** Name of the lab. */
  lab?: string;
  /** Paths. */
  journal?: string;
  log?: string;
  /** What the cluster costs a month at Hetzner, `49.22 EUR`; undefined when nobody knows. */
  monthly?: string;
  /** True when a cluster exists that costs money. */
  costs?: boolean;
  /** Addresses to try, and who signs in. */
  console?: string;
  logins: readonly Login[];
}

/** The summary of what ended well, with its headline. */
export function summaryBlocks(summary: Summary): Block[] {
  const { ending, planned } = summary;
  if (planned) return dryRunBlocks(summary, planned);
  const verdict = ending.verdict ?? 'done';
  const [mark, tone]: [string, Tone] = ending.verdict === 'PARTIAL' ? ['◐', 'warn'] : ['✔', 'good'];
  const where = [summary.fqdn, summary.lab && `lab ${summary.lab}`, ending.about].filter(Boolean).join(' · ');
  const facts = factsOf(summary);
  const next = (ending.next ?? []).map((command) => ['next', { text: command, keep: true }] as const);
  return [
    [{ text: `${mark} ${verdict}`, tone }, `  ${where}`],
    ...(facts.length > 0 ? ['', { facts: [...facts, ...onceEach(next)] }] : []),
  ];
}

/** The same for a window: where it has no room for all of it, the outcome comes last, where it can be seen. */
export function summaryPage(summary: Summary, rows = Number.POSITIVE_INFINITY): Block[] {
  const blocks = summaryBlocks(summary);
  if (rows >= 12 || blocks.length < 3 || summary.planned) return blocks;
  const [head, blank, ...rest] = blocks;
  const cells = Array.isArray(head) ? (head as readonly Cell[]) : [];
  return [...rest, blank!, ...cells.toReversed().map((cell) => (typeof cell === 'string' ? cell.trim() : cell))];
}

/** For an error, which has words and remedies of its own: only what the run had reached. */
export function reachedText(summary: Summary, look: Look): string {
  const { ending, console, logins, lab } = summary;
  const short = { ...summary, ending: { ...ending, bundle: undefined, wiped: true } };
  const signIn = logins.length > 0 ? `; logins: ${command('credentials show')}` : '';
  const facts = factsOf(short);
  const open: Fact[] =
    console && !ending.wiped
      ? [[lab ? 'in the lab' : 'try', `${console}${signIn}`], ...onceEach(costFacts(summary))]
      : [];
  return layOut([{ facts: [...facts, ...open] }], look);
}

/** For the summary page of a job in CI. */
export function summaryMarkdown(summary: Summary, error?: { message: string; code: string }): string {
  const unlimited: Look = { paint: plain, clean: (text) => text };
  const [first = ''] = error ? error.message.split('\n') : [layOut(summaryBlocks(summary).slice(0, 1), unlimited)];
  const lines = factsOf(summary).map(([key, value]) => `| ${key} | ${cellText(value).replaceAll('|', '\\|')} |`);
  return [`### ${error ? `✖ ${first} (${error.code})` : first}`, '', '| | |', '|---|---|', ...lines, ''].join('\n');
}

const cellText = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text);

type Fact = readonly [string, Cell];

/** The key of several lines is written once. */
function onceEach(facts: readonly Fact[]): Fact[] {
  return facts.map(([key, value], index) => [facts[index - 1]?.[0] === key ? '' : key, value]);
}

function factsOf(summary: Summary): Fact[] {
  const { run, tookMs, ending, journal, log } = summary;
  const path = (key: string, value: string | undefined): Fact[] => (value ? [[key, { text: value, keep: true }]] : []);
  const facts: Fact[] = [
    ...(run ? provenFacts(run.steps) : []),
    ...(ending.wiped ? [] : tryFacts(summary)),
    ...(tookMs === undefined ? [] : [['took', formatDuration(tookMs)] as const]),
    ...costFacts(summary),
    ...path('report', ending.report),
    ...path('evidence', ending.bundle),
    ...path('journal', journal),
    ...path('log', log),
  ];
  return onceEach(facts);
}

function provenFacts(steps: readonly RecordedStep[]): Fact[] {
  const items = steps.flatMap(({ parts }) =>
    parts.filter(({ group, state }) => group === 'item' && state !== 'left-out'),
  );
  const passed = items.filter(({ state }) => state === 'pass').length;
  const proven = steps.filter(isProven);
  const counts = [
    ...(steps.length > 1 || items.length === 0 ? [`${proven.length} of ${counted(steps.length, 'step')}`] : []),
    ...(items.length > 0 ? [`${passed} of ${counted(items.length, 'item')} of the Definition of Done`] : []),
  ].join(', ');
  const named = (title: string, ...states: RecordedStep['status'][]): Fact[] => {
    const some = steps.filter(({ status }) => states.includes(status));
    return some.length === 0 ? [] : [[title, stepNames(some)]];
  };
  const single = steps.length === 1;
  return [
    ['proven', counts],
    ...(single ? [] : named('failed', 'failed')),
    ...named('interrupted', 'interrupted'),
    ...(single ? [] : named('not started', 'pending', 'blocked')),
  ];
}

function tryFacts({ console, logins, lab }: Summary): Fact[] {
  const keep = (text: string) => ({ text, keep: true });
  const key = lab ? 'in the lab' : 'try';
  const signIn = logins.map(({ address, username }): Fact => [key, keep(`${address} as ${username}`)]);
  if (console === undefined && signIn.length === 0) return [];
  const first = logins[0];
  return [
    // Before them, so that nobody tries them first.
    ...(lab ? [[key, { text: labAddresses, tone: 'dim' }] as const] : []),
    ...(console ? [[key, keep(console)] as const] : []),
    ...signIn,
    ...(first ? [['password', keep(command('credentials show', first.name, { reveal: true }))] as const] : []),
  ];
}

function costFacts({ costs, monthly, lab, ending }: Summary): Fact[] {
  if (!costs || ending.wiped) return [];
  const price = monthly ? `about ${monthly} a month` : `see ${command('cluster plan')}`;
  if (lab)
    return [
      ['cost', `nothing in a lab; at Hetzner ${price}`],
      ['lab', `running until ${command('lab down', lab)}`],
    ];
  return [['cost', `${price} until ${command('cluster destroy')}`]];
}

function dryRunBlocks({ fqdn, ending }: Summary, planned: readonly PlannedChange[]): Block[] {
  const about = [fqdn, ending.about].filter(Boolean).join(' · ');
  const names = [...new Set(planned.map(({ step }) => stepName(step)))];
  const lines = names.flatMap((name): Block[] => [
    { text: name, tone: 'strong' },
    ...planned.filter(({ step }) => stepName(step) === name).map(({ sentence }) => `  would ${sentence}`),
  ]);
  return [
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    [{ text: 'dry-run', tone: 'strong' }, `  ${about}: ${counted(planned.length, 'change')}, none made`],
  ];
}
