/** The kill experiment: what was stopped and for how long, every probe, and what was exercised meanwhile. */
import { formatDuration } from '../../support/durations.js';
import type { DodReport } from '../dod/report.js';
import { flowsPart } from './flow-section.js';
import type { Plotter } from './plotter.js';
import { probeLanes } from './probe-lanes.js';
import { badge, code, table, text } from './report-parts.js';

export function experimentPart(plotter: Plotter, { experiment: seen }: DodReport): string {
  if (!seen) return '<p>It was not run.</p>';
  const { window, control, undo } = seen;
  const exercises = table(
    ['Exercise in the window', 'Class', 'Result', 'Took', 'Seen'],
    seen.exercises.map((one) => [
      text(one.name),
      text(one.class),
      badge(one.ok ? 'pass' : 'fail'),
      formatDuration(one.to - one.from),
      text(one.reason),
    ]),
  );
  const left = seen.notExercised.map((one) => `${text(one.class)} (${text(one.reason)})`).join('; ');
  const problems = seen.problems.map((problem) => `<li>${text(problem)}</li>`).join('');
  const lab = seen.lab ? ' (a lab; a real Sovereign takes 5m)' : '';
  const red = control.turnedRed ? `was red for ${formatDuration(control.redMs)}` : 'never turned red';
  return `${problems ? `<p>${badge('fail')} What was wrong:</p><ul>${problems}</ul>` : ''}<p>Window asked for: ${formatDuration(window.requestedMs)}, counted from the moment the canary turned red${lab}. The canary ${code(control.url)} ${red}. The undo was armed on the mother as Job ${code(undo.job)}.</p>
${probeLanes(plotter, seen)}
${exercises}
<p>Not exercised: ${left || 'nothing'}.</p>${flowsPart(seen.flows)}`;
}
