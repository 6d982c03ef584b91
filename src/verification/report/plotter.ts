/**
 * Charts that Observable Plot draws as SVG without a browser, with the same bytes each time. The library and the document that it
 * draws in are loaded with the first chart: most commands draw none.
 */
import type * as Library from '@observablehq/plot';
import { formatDuration } from '../../support/durations.js';
import { text } from './report-parts.js';

export interface Plotter {
  /** The marks that a chart is made of. */
  marks: typeof Library;
  /** @param title what it shows, in words, for those who do not see it */
  draw(chart: Chart, title: string): string;
}

export type Chart = Omit<Library.PlotOptions, 'height'> & { height: number };

/** Units across, one for a pixel of a phone, so that letters are as large there as they are drawn. */
export const across = 360;

export async function openPlotter(): Promise<Plotter> {
  const [marks, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom/worker')]);
  const { document } = parseHTML('<!doctype html><html></html>');
  return {
    marks,
    draw(chart, title) {
      const drawn = marks.plot({ ...chart, document, width: across });
      // The page has one style for all of them.
      drawn.querySelector('style')?.remove();
      return `<svg class="plot" viewBox="0 0 ${across} ${chart.height}" role="img"><title>${text(title)}</title>${drawn.innerHTML}</svg>`;
    },
  };
}

/** A scale of milliseconds from 0 to `end`, in whole pixels; what is beyond ends at its ends. */
export const timeScale = (end: number): Library.ScaleOptions => ({
  ...{ type: 'utc', domain: [0, end], clamp: true, round: true, axis: null, label: null },
});

/** `0`, `500ms`, `1.5s`, `2m`: a place on an axis. */
export function tickOf(place: number | Date): string {
  const ms = Number(place);
  if (ms === 0) return '0';
  return ms > 1000 && ms < 60_000 ? `${Math.round(ms / 100) / 10}s` : formatDuration(ms);
}
