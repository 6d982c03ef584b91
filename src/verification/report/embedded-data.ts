/** The data of a verdict inside its page, for programs, and for versions of catalyst that would draw another page. */
import type { DodReport } from '../dod/report.js';
import { text } from './report-parts.js';

const name = 'catalyst:verdict';

/** What is embedded, as JSON. */
export function embeddedText({ fqdn, verdict, complete, startedAt, finishedAt, lab, items }: DodReport): string {
  const results = items.map(({ id, status, reason }) => ({ id, status, reason }));
  return JSON.stringify({ fqdn, verdict, complete, startedAt, finishedAt, lab, items: results });
}

export const embedded = (report: DodReport): string => `<meta name="${name}" content="${text(embeddedText(report))}">`;

/** What a page has embedded; undefined where that is nothing. */
export function embeddedIn(html: string): string | undefined {
  const before = `<meta name="${name}" content="`;
  const from = html.indexOf(before);
  if (from < 0) return undefined;
  const escaped = html.slice(from + before.length, html.indexOf('"', from + before.length));
  return escaped
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
