/** The page itself: empty places that its script fills from the stream of events. */
import { style, text } from '../../verification/report/report-parts.js';
import { sectionIds } from './sections.js';

export const pageStyle = `${style}
progress{width:10rem;max-width:100%;accent-color:var(--busy)}h3{font-size:1rem;margin:.8rem 0 .3rem}.probes{list-style:none;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.2rem 1rem}
.probes li{overflow-wrap:anywhere}#lost{position:sticky;top:0;background:#fff3dc;border:1px solid var(--open);padding:.5rem .8rem;margin:0}
`;

export const pageIcon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6" fill="none" stroke="#1f7a3d" stroke-width="3"/></svg>';

export function watchPage(title: string): string {
  const live = (id: string) => (id === 'head' || id === 'failures' ? ' aria-live="polite"' : '');
  const places = sectionIds.map((id) => `<div id="${id}"${live(id)}></div>`).join('\n');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${text(title)}</title><link rel="icon" href="icon.svg" type="image/svg+xml"><link rel="stylesheet" href="page.css"><script src="page.js" defer></script></head>
<body>
<p id="lost" role="status" hidden>Not connected: the command that serves this page has ended. What follows may be old.</p>
<main>
${places}
</main>
<noscript><p>This page needs JavaScript; the terminal of the run shows the same without it.</p></noscript>
</body></html>
`;
}
