/** A plot as inline SVG: Vega-Lite draws it, without a browser and with the same bytes for the same data. */
import type { TopLevelSpec } from 'vega-lite';
import { text } from './report-parts.js';

export const ink = {
  dark: '#1c2330',
  soft: '#5d6675',
  line: '#c3cad5',
  good: '#1f7a3d',
  bad: '#b3261e',
  open: '#8a5a00',
  bar: '#4a7fb5',
};

/** Width of the plotting area in pixels; what has more points than columns is thinned first. */
export const plotWidth = 760;

/** @param caption also the text for people who do not see the plot */
export async function plot(caption: string, spec: Omit<TopLevelSpec, 'config'>): Promise<string> {
  const [vega, { compile }] = await Promise.all([import('vega'), import('vega-lite')]);
  const config = {
    background: 'transparent',
    font: 'system-ui, sans-serif',
    axis: { labelColor: ink.soft, titleColor: ink.soft, titleFontWeight: 'normal', labelLimit: 240 },
    view: { stroke: null },
  };
  const compiled = compile({ ...spec, config } as TopLevelSpec, { logger: quiet });
  // Counts on in the process otherwise, so that the second report would differ from the first.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', logLevel: vega.Error });
  const svg = await view.toSVG();
  view.finalize();
  return `<figure role="img" aria-label="${text(caption)}">${svg}<figcaption class="soft">${text(caption)}</figcaption></figure>`;
}

/** Vega-Lite warns of what it chooses itself. */
const quiet = {
  level: () => quiet,
  error(...args: readonly unknown[]): never {
    throw new Error(`The plot could not be drawn: ${args.join(' ')}`);
  },
  warn: () => quiet,
  info: () => quiet,
  debug: () => quiet,
} as never;
