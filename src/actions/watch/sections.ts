/** The parts of the live page as HTML, each replaced where it changes: what failed first. Times are marked, so that the page counts them. */
import { stepName, toCome } from '../../engine/events.js';
import { remainingMs, type TimedStep } from '../../engine/record/eta.js';
import { isProven, type RecordedPart } from '../../engine/record/run-record.js';
import { counted } from '../../support/counted.js';
import { formatDuration } from '../../support/durations.js';
import { badge, section, table, text } from '../../verification/report/report-parts.js';
import { stepGraph } from '../../verification/report/step-graph.js';
import { phases } from '../../walk/wbs.js';
import type { WatchedStep, WatchState } from './watch-state.js';

/** In their order on the page. */
export const sectionIds = ['head', 'failures', 'running', 'window', 'items', 'phases', 'graph', 'evidence'] as const;
export type Sections = Record<(typeof sectionIds)[number], string>;

/** A section with nothing to show is empty. */
export function sectionsOf(state: WatchState, now: Date): Sections {
  const { steps } = state;
  const parts = steps.filter(({ status }) => status !== 'pending').flatMap((step) => step.parts);
  const items = parts.filter(({ group }) => group === 'item');
  return {
    head: head(state, now),
    failures: failures(state, items),
    running: running(steps.filter(({ status }) => status === 'running')),
    window: windowOf(parts),
    items: items.length === 0 ? '' : section('Definition of Done', itemTable(items)),
    phases: section('Phases', phaseTable(steps)),
    graph: section('Steps and what they need', graph(steps)),
    evidence: section('Evidence', evidence(state)),
  };
}

const clock = (at: Date) => `<time datetime="${at.toISOString()}">${at.toTimeString().slice(0, 8)}</time>`;
const since = (at: Date) => `<span data-since="${at.toISOString()}"></span>`;
const until = (at: Date) => `<span data-until="${at.toISOString()}"></span>`;
const isEvery = (step: Pick<WatchedStep, 'status'>) => step.status !== 'parked' && isProven({ status: step.status });
const timed = (step: WatchedStep): TimedStep => ({
  ...step,
  status: step.status === 'parked' ? 'pending' : step.status,
});

const words = { running: 'RUNNING', done: 'DONE', failed: 'FAILED', interrupted: 'INTERRUPTED' } as const;
const colors = { running: '', done: 'pass', failed: 'fail', interrupted: 'partial' } as const;

function head({ fqdn, lab, rehearses, run, steps, verdict, problem }: WatchState, now: Date): string {
  const proven = steps.filter(isEvery).length;
  const where = [lab && `lab ${lab}`, rehearses && `rehearsal of ${rehearses}`].filter(Boolean).join(' · ');
  const count = `${proven} of ${counted(steps.length, 'step')} proven`;
  const rest = run?.state === 'running' ? remainingMs(steps.map(timed), now) : undefined;
  const left = rest !== undefined && rest >= 1000 ? ` · until about ${clock(new Date(now.getTime() + rest))}` : '';
  const took = run?.ms === undefined ? '' : ` after ${formatDuration(run.ms)}`;
  const told = run
    ? `${text(run.command)}, started at ${clock(run.startedAt)}${run.by ? ` by ${text(run.by)}` : ''}${run.state === 'running' ? ` · for ${since(run.startedAt)}${left}` : took}`
    : 'No run has begun yet.';
  const word = run?.state === 'done' && verdict ? verdict : run ? words[run.state] : 'NOTHING YET';
  const damaged = problem ? `<p>${badge('fail')} ${text(problem)}</p>` : '';
  return `<h1>${text(fqdn)}</h1>${where ? `<p class="soft">${text(where)}</p>` : ''}<div class="verdict ${run ? colors[run.state] : ''}"><strong>${text(word)}</strong><div>${told}<br><span class="soft">${count}</span></div></div>${damaged}`;
}

function failures({ steps }: WatchState, items: readonly RecordedPart[]): string {
  const open = steps.filter(({ status }) => status === 'failed' || status === 'interrupted' || status === 'blocked');
  const rows = [
    ...open.map((step) => [text(stepName(step)), badge(step.status), text(step.note ?? '')]),
    ...items
      .filter(({ state }) => state === 'fail' || state === 'not-checked')
      .map((item) => [text(`${item.id} ${item.title ?? ''}`), badge(item.state), text(item.note ?? '')]),
  ];
  return rows.length === 0 ? '' : section('What failed, or is not done', table(['What', 'State', 'Why'], rows));
}

function running(steps: readonly WatchedStep[]): string {
  if (steps.length === 0) return '';
  const rows = steps.map((step) => [
    text(stepName(step)),
    step.startedAt ? since(step.startedAt) : '',
    text((step.note ?? '').replace(/^waiting: /, '')),
    step.deadline ? clock(step.deadline) : '',
  ]);
  return section('Running now', table(['Step', 'For', 'Waits for, or does', 'Gives up at'], rows));
}

/** Moments of an experiment with what is left of its window, and every probe: what is red first. */
function windowOf(parts: readonly RecordedPart[]): string {
  const moments = parts.filter(({ group }) => group === 'moment');
  const probes = parts.filter(({ group }) => group === 'probe');
  if (moments.length + probes.length === 0) return '';
  const rows = moments.map((part) => [
    text(part.id),
    badge(part.state),
    text(part.note ?? ''),
    clock(part.at),
    part.until && part.state === 'running' ? meter(part.at, part.until) : '',
  ]);
  const ordered = probes.toSorted((a, b) => Number(a.state === 'pass') - Number(b.state === 'pass'));
  const green = probes.filter(({ state }) => state === 'pass').length;
  const list = ordered.map(
    ({ id, state, note, at }) =>
      `<li>${badge(state)} ${text(id)} <span class="soft">since ${clock(at)}${note ? `: ${text(note)}` : ''}</span></li>`,
  );
  const shown =
    probes.length === 0
      ? ''
      : `<h3>Probes: ${green} of ${probes.length} green</h3><ul class="probes">${list.join('')}</ul>`;
  return section(
    'Experiment',
    `${rows.length > 0 ? table(['What', 'State', 'Seen', 'Since', 'Window'], rows) : ''}${shown}`,
  );
}

/** The page moves it; without a script it shows the whole window. */
function meter(from: Date, to: Date): string {
  const seconds = Math.max(1, Math.round((to.getTime() - from.getTime()) / 1000));
  return `<progress data-from="${from.toISOString()}" max="${seconds}" value="0"></progress> ${until(to)}`;
}

const order = { fail: 0, 'not-checked': 1, running: 2, 'left-out': 3, pass: 4 };
const rank = ({ state, note }: RecordedPart) => (note === toCome ? 5 : order[state]);

function itemTable(items: readonly RecordedPart[]): string {
  const rows = items
    .toSorted((a, b) => rank(a) - rank(b))
    .map((item) => [
      text(item.id),
      text(item.title ?? ''),
      item.note === toCome ? `<span class="soft">${toCome}</span>` : badge(item.state),
      item.note === toCome ? '' : text(item.note ?? ''),
    ]);
  return table(['Item', 'What', 'State', 'Why'], rows);
}

function phaseTable(steps: readonly WatchedStep[]): string {
  const rows = phases.flatMap(({ id, title }) => {
    const own = steps.filter((step) => step.phase === id);
    if (own.length === 0) return [];
    const proven = own.filter(isEvery).length;
    return [[String(id), text(title), badge(stateOf(own)), `${proven} of ${own.length}`, took(own)]];
  });
  return table(['Phase', 'What', 'State', 'Proven', 'Took'], rows);
}

function stateOf(steps: readonly WatchedStep[]): string {
  for (const status of ['failed', 'running', 'interrupted', 'blocked'] as const)
    if (steps.some((step) => step.status === status)) return status;
  if (steps.every(isEvery)) return 'done';
  return steps.some(isEvery) ? 'begun' : 'to come';
}

/** Of the run that is shown, by the clock: the sum would count parallel steps twice. */
function took(steps: readonly WatchedStep[]): string {
  const spans = steps.flatMap(({ startedAt, ms }) =>
    startedAt && ms !== undefined ? [[startedAt.getTime(), ms]] : [],
  );
  if (spans.length < steps.length || !steps.every(isEvery)) return '';
  const end = Math.max(...spans.map(([from = 0, ms = 0]) => from + ms));
  return formatDuration(end - Math.min(...spans.map(([from = 0]) => from)));
}

function graph(steps: readonly WatchedStep[]): string {
  const titles = new Map(phases.map(({ id, title }) => [id, title]));
  const nodes = steps.map((step) => ({ ...step, needs: step.needs ?? [], done: isEvery(step) }));
  return stepGraph(nodes, titles);
}

function evidence({ evidence: names, journal, log, folder }: WatchState): string {
  const links = names
    .slice(0, 12)
    .map((name) => `<li><a href="evidence/${encodeURIComponent(name)}">${text(name)}</a></li>`);
  const paths = [
    ['Journal', journal],
    ['Log of the run', log],
    ['State folder', folder],
  ].flatMap(([what, path]) => (path === undefined ? [] : [[text(what), `<code>${text(path)}</code>`]]));
  return `${links.length > 0 ? `<ul>${links.join('')}</ul>` : '<p>There is no evidence yet.</p>'}${table(['What', 'Path'], paths)}`;
}
