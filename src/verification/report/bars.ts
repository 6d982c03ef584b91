/** Drawings that are as wide as their place: rectangles on an axis, without text, which a phone could not show. */

/** Units across; each drawing is stretched. */
export const across = 1000;

export interface Rect {
  /** Class of the style. */
  cls: string;
  /** On the axis. */
  from: number;
  to: number;
  /** Shares of the height, from the top; all of it when left out. */
  top?: number;
  bottom?: number;
}

const height = 30;
const round = (value: number) => Math.round(value * 10) / 10;

/** `end` of the axis, which begins at 0. What is thinner than a line is a line. For eyes alone: the figures are beside it. */
export function bars(rects: readonly Rect[], end: number): string {
  const drawn = rects.map(({ cls, from, to, top = 0, bottom = 1 }) => {
    const x = Math.max(0, Math.min(across, (from / end) * across));
    const width = Math.max(2, (Math.min(end, to) / end) * across - x);
    return `<rect class="${cls}" x="${round(x)}" y="${round(top * height)}" width="${round(width)}" height="${round((bottom - top) * height)}"/>`;
  });
  return `<svg class="bar" viewBox="0 0 ${across} ${height}" preserveAspectRatio="none" aria-hidden="true">${drawn.join('')}</svg>`;
}

/** Vertical strokes as one shape: share of the axis and of the height. */
export function strokes(cls: string, marks: readonly { at: number; share: number }[]): string {
  const d = marks
    .map(({ at, share }) => `M${round(at * across)} ${height}v${-Math.max(1, round(share * height))}`)
    .join('');
  return d === '' ? '' : `<path class="${cls}" d="${d}"/>`;
}

export const within = (svg: string, more: string): string => svg.replace('</svg>', `${more}</svg>`);

/** What the axis says at its begin, in the middle and at its end. */
export const axis = (begin: string, middle: string, end: string): string =>
  `<div class="axis"><span>${begin}</span><span>${middle}</span><span>${end}</span></div>`;
