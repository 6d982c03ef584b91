/** Small pieces of HTML; everything that comes from outside passes through `text`. */
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const text = (value: unknown): string => String(value ?? '').replaceAll(/[&<>"']/g, (one) => entities[one]!);

export function table(head: readonly string[], rows: readonly (readonly string[])[], cls = ''): string {
  const cells = (row: readonly string[]) => row.map((cell) => `<td>${cell}</td>`).join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n');
  const columns = head.map((cell) => `<th scope="col">${text(cell)}</th>`).join('');
  return `<table class="${cls}"><thead><tr>${columns}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

export const section = (title: string, body: string): string => `<section><h2>${text(title)}</h2>\n${body}\n</section>`;

/** A status as a word with a color; the word carries the meaning on paper. */
export const badge = (status: string): string =>
  `<span class="badge ${text(status.toLowerCase().replaceAll(' ', '-'))}">${text(status)}</span>`;

export const style = `
:root{color-scheme:light;--ink:#1c2330;--soft:#5d6675;--line:#d5dae2;--good:#1f7a3d;--bad:#b3261e;--open:#8a5a00}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);margin:0 auto;max-width:1080px;padding:2rem 1.2rem;background:#fff}
h1{font-size:1.7rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem;border-bottom:2px solid var(--line);padding-bottom:.2rem}
.verdict{display:flex;gap:1.2rem;align-items:center;border:2px solid var(--line);border-left-width:12px;padding:1rem 1.2rem;margin:1rem 0}
.verdict strong{font-size:2.2rem;letter-spacing:.04em}.verdict.pass{border-left-color:var(--good)}.verdict.fail,.verdict.invalid{border-left-color:var(--bad)}.verdict.partial{border-left-color:var(--open)}
table{border-collapse:collapse;width:100%;font-size:.88rem}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:600}
td{overflow-wrap:anywhere}code{font:.85em ui-monospace,monospace}.badge{font-weight:600;white-space:nowrap}
.badge.pass,.badge.done,.badge.ok{color:var(--good)}.badge.fail,.badge.failed,.badge.invalid{color:var(--bad)}.badge.not-checked,.badge.partial,.badge.open{color:var(--open)}
svg{max-width:100%;height:auto;font:11px system-ui,sans-serif}.soft{color:var(--soft)}
@media print{body{max-width:none;padding:0;font-size:11px}section{break-inside:avoid-page}h2{break-after:avoid}}
`;
