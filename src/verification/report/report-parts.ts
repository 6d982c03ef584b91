/** Small pieces of HTML; everything that comes from outside passes through `text`. */
const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const text = (value: unknown): string => String(value ?? '').replaceAll(/[&<>"']/g, (one) => entities[one]!);

/** On a phone each row is a block, in which every cell bears the name of its column. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], cls = ''): string {
  const label = (column: number) => (head[column] ? ` data-label="${text(head[column])}"` : '');
  const cells = (row: readonly string[]) => row.map((cell, column) => `<td${label(column)}>${cell}</td>`).join('');
  const body = rows.map((row) => `<tr>${cells(row)}</tr>`).join('\n');
  const columns = head.map((cell) => `<th scope="col">${text(cell)}</th>`).join('');
  return `<table class="${cls}"><thead><tr>${columns}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

/** Its title is its anchor. */
export const section = (title: string, body: string): string =>
  `<section id="${text(title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'))}"><h2>${text(title)}</h2>\n${body}\n</section>`;

export const code = (value: unknown): string => `<code>${text(value)}</code>`;

/** `05:13:42`, as HTML, of an RFC 3339 time in UTC, wherever the page is made. */
export function utc(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? text(at) : `<time>${date.toISOString().slice(11, 19)}</time>`;
}

/** A status as a word with a color; the word carries the meaning on paper. */
export const badge = (status: string): string =>
  `<span class="badge ${text(status.toLowerCase().replaceAll(' ', '-'))}">${text(status)}</span>`;

/** Of report and live page alike. */
export const style = `
:root{color-scheme:light;--ink:#1c2330;--soft:#5d6675;--line:#d5dae2;--good:#1f7a3d;--bad:#b3261e;--open:#8a5a00;--busy:#1d5fa8}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);margin:0 auto;max-width:1080px;padding:2rem 1.2rem;background:#fff}
h1{font-size:1.7rem;margin:0}h2{font-size:1.15rem;margin:2.2rem 0 .6rem;border-bottom:2px solid var(--line);padding-bottom:.2rem}
.verdict{display:flex;gap:1.2rem;align-items:center;border:2px solid var(--line);border-left-width:12px;padding:1rem 1.2rem;margin:1rem 0}
.verdict strong{font-size:2.2rem;letter-spacing:.04em}.verdict.pass{border-left-color:var(--good)}.verdict.fail,.verdict.invalid{border-left-color:var(--bad)}.verdict.partial{border-left-color:var(--open)}
table{border-collapse:collapse;width:100%;font-size:.88rem}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line)}th{color:var(--soft);font-weight:600}
td{overflow-wrap:anywhere}code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}.found td:last-child{width:45%}.again td:last-child{width:24%}.badge{font-weight:600;white-space:nowrap}
.badge.pass,.badge.done,.badge.ok{color:var(--good)}.badge.fail,.badge.failed,.badge.invalid{color:var(--bad)}.badge.not-checked,.badge.partial,.badge.open{color:var(--open)}
svg{max-width:100%;height:auto;font:11px system-ui,sans-serif}nav{font-size:.88rem;margin:1rem 0}h3{font-size:1rem;margin:1rem 0 .2rem}
.items td:first-child{width:26%}.items td:nth-child(2){width:6.5rem}.bars td{vertical-align:middle;overflow-wrap:normal}.bars:not(.lanes) td:nth-child(3),.lanes td:nth-child(2){width:42%;padding-right:.6rem}[data-since],[data-until]{white-space:nowrap}
.plot{display:block;width:100%;fill:currentColor;text-anchor:middle;font:10px system-ui,sans-serif}.plot .ok{fill:#4a7fb5}.plot .bad{fill:var(--bad)}.plot .fault{fill:#f6e9d2}.plot .red{fill:#f3d3cf}.plot .block{fill:#dfe3f3}.plot .pause{stroke:var(--soft)}.plot .good{stroke:#4a7fb5;stroke-width:1}.plot .wrong{stroke:var(--bad);stroke-width:1.3}
.soft{color:var(--soft)}
time{white-space:nowrap}figure{margin:.6rem 0}figcaption{font-size:.85rem}.busy,.badge.running{color:var(--busy)}.badge.interrupted{color:var(--open)}
.graph{width:100%}.graph.narrow{display:none}.graph rect{fill:#fff;stroke:var(--line);stroke-width:1.5}.graph text{fill:var(--ink)}.graph .name{font-weight:600}.graph .head{font-size:13px;font-weight:600;fill:var(--soft)}.graph .after{fill:var(--soft);font-size:10px}.graph .arrow{fill:none;stroke:#aab3c0}.graph marker path{fill:#aab3c0}
.step.done rect,.step.skipped rect{stroke:var(--good)}.step.failed rect{stroke:var(--bad);stroke-width:2.5}.step.running rect{stroke:var(--busy);stroke-width:2.5}.step.interrupted rect,.step.blocked rect{stroke:var(--open)}
@media screen and (max-width:640px){body{padding:1rem .8rem}.verdict{flex-direction:column;align-items:flex-start;gap:.3rem}.verdict strong{font-size:1.6rem}
thead{display:none}table,tbody,tr,td{display:block;width:100%!important}tr{border-bottom:1px solid var(--line);padding:.4rem 0}td{border:0;padding:.05rem 0 .05rem 5.6rem;position:relative}td[data-label]::before{content:attr(data-label);position:absolute;left:0;width:5.2rem;color:var(--soft);font-size:.75rem;line-height:1.9}td:first-child{padding-left:0;font-weight:600}td:first-child::before{content:none}td:empty{display:none}.bars:not(.lanes) td:nth-child(3),.lanes td:nth-child(2){padding:0}.bars:not(.lanes) td:nth-child(3)::before,.lanes td:nth-child(2)::before{content:none}.lanes td:nth-child(n+3){padding-left:6.8rem}.lanes td::before{white-space:nowrap}
.graph.wide{display:none}.graph.narrow{display:block}}
@media print{html{font-size:10px}body{max-width:none;padding:0;font-size:1rem;line-height:1.35}.lanes td,.bars td{padding-top:0;padding-bottom:0}h3{margin:.5rem 0 0}.bars:not(.lanes) thead{display:none}.bars:not(.lanes) td{border:0}p{margin:.3rem 0}@page{size:A4;margin:12mm}nav{display:none}h2{margin:1.1rem 0 .3rem}h2,h3{break-after:avoid}tr,figure.drawing{break-inside:avoid}td,th{padding-top:.12rem;padding-bottom:.12rem}.verdict{padding:.5rem .8rem;margin:.5rem 0}.graph{max-height:17cm}}
`;
