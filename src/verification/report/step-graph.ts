/** The steps as boxes with their titles, phase below phase, and an arrow from what each of them needs. Drawn twice: for a desk and for a phone. */
import { text } from './report-parts.js';

export interface GraphStep {
  id: string;
  title: string;
  phase: number;
  needs: readonly string[];
  done: boolean;
  /** What it does now, where that is more than done or not; names a class of the style. */
  status?: string;
}

/** Pixels of the drawing; the page scales it. */
const size = { height: 62, gapX: 12, gapY: 14, head: 30 };
/** How wide a letter is, with some room to spare. */
const letter = 6.1;

const layouts = [
  { cls: 'wide', columns: 5, width: 1000 },
  { cls: 'narrow', columns: 2, width: 350 },
] as const;

export function stepGraph(steps: readonly GraphStep[], titles: ReadonlyMap<number, string> = new Map()): string {
  const done = steps.filter((step) => step.done).length;
  const caption = `Steps and what they need: ${done} of ${steps.length} are proven (solid); each box names what comes before it.`;
  const drawn = layouts.map((layout) => draw(steps, titles, layout)).join('\n');
  return `<figure class="drawing" role="img" aria-label="${text(caption)}">${drawn}<figcaption class="soft">${text(caption)}</figcaption></figure>`;
}

interface Box {
  step: GraphStep;
  needs: readonly string[];
  x: number;
  y: number;
}

function draw(
  steps: readonly GraphStep[],
  titles: ReadonlyMap<number, string>,
  { cls, columns, width }: (typeof layouts)[number],
): string {
  const boxWidth = (width - (columns - 1) * size.gapX) / columns;
  const boxes: Box[] = [];
  const heads: string[] = [];
  let y = 0;
  for (const phase of [...new Set(steps.map((step) => step.phase))].sort((a, b) => a - b)) {
    const title = titles.get(phase);
    heads.push(`<text class="head" x="0" y="${y + 18}">phase ${phase}${title ? ` · ${text(title)}` : ''}</text>`);
    y += size.head;
    const own = inOrder(steps.filter((step) => step.phase === phase));
    own.forEach((step, index) => {
      const x = (index % columns) * (boxWidth + size.gapX);
      const row = Math.floor(index / columns);
      boxes.push({ step, needs: nearest(step, steps), x, y: y + row * (size.height + size.gapY) });
    });
    y += Math.ceil(own.length / columns) * (size.height + size.gapY);
  }
  const place = new Map(boxes.map((box) => [box.step.id, box]));
  const arrows = boxes.flatMap((box) => box.needs.flatMap((id) => arrow(place.get(id), box, boxWidth)));
  const mark = `arrow-${cls}`;
  return `<svg class="graph ${cls}" viewBox="-2 -2 ${width + 4} ${y + 4}" aria-hidden="true"><defs><marker id="${mark}" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0L6 3L0 6z"/></marker></defs>
${arrows.map((d) => `<path class="arrow" d="${d}" marker-end="url(#${mark})"/>`).join('\n')}
${heads.join('\n')}
${boxes.map((box) => boxOf(box, boxWidth)).join('\n')}</svg>`;
}

function boxOf({ step, needs, x, y }: Box, width: number): string {
  const letters = Math.floor((width - 16) / letter);
  const lines = wrapped(step.title === step.id ? '' : step.title, letters, 2);
  const after = needs.length > 0 ? cut(`← ${needs.join(' ')}`, letters) : '';
  const line = (words: string, row: number, cls: string) =>
    words === '' ? '' : `<text class="${cls}" x="${x + 8}" y="${y + 15 + row * 14}">${text(words)}</text>`;
  const status = text(step.status ?? (step.done ? 'done' : 'open'));
  return `<g class="step ${status}"><title>${text(`${step.id} ${step.title}: ${status}`)}</title><rect x="${x}" y="${y}" width="${width}" height="${size.height}" rx="4"${step.done ? '' : ' stroke-dasharray="4,3"'}/>${line(cut(step.id, letters), 0, 'name')}${lines.map((words, row) => line(words, row + 1, 'title')).join('')}${line(after, 3, 'after')}</g>`;
}

/** From below what is needed to above what needs it; beside each other, from side to side. */
function arrow(from: Box | undefined, to: Box, width: number): string[] {
  if (!from) return [];
  const [startX, endX] = [from.x + width / 2, to.x + width / 2];
  if (to.y > from.y) {
    const [start, end] = [from.y + size.height, to.y - 1];
    const middle = (start + end) / 2;
    return [`M${startX} ${start}C${startX} ${middle} ${endX} ${middle} ${endX} ${end}`];
  }
  const right = to.x > from.x;
  const [x1, x2] = right ? [from.x + width, to.x - 1] : [from.x, to.x + width + 1];
  const [y1, y2] = [from.y + size.height / 2, to.y + size.height / 2];
  return [`M${x1} ${y1}C${(x1 + x2) / 2} ${y1} ${(x1 + x2) / 2} ${y2} ${x2} ${y2}`];
}

/** What a step needs, without what one of these needs already. */
function nearest(step: GraphStep, steps: readonly GraphStep[]): string[] {
  const byId = new Map(steps.map((one) => [one.id, one]));
  const before = (id: string, seen = new Set<string>()): Set<string> => {
    for (const need of byId.get(id)?.needs ?? []) {
      if (seen.has(need)) continue;
      seen.add(need);
      before(need, seen);
    }
    return seen;
  };
  const known = step.needs.filter((id) => byId.has(id));
  return known.filter((id) => !known.some((other) => other !== id && before(other).has(id)));
}

/** What is needed first, so that arrows inside of a phase lead onward. */
function inOrder(steps: readonly GraphStep[]): GraphStep[] {
  const left = [...steps];
  const sorted: GraphStep[] = [];
  while (left.length > 0) {
    const ready = left.findIndex(
      (step) => !step.needs.some((id) => left.some((other) => other !== step && other.id === id)),
    );
    sorted.push(...left.splice(Math.max(0, ready), 1));
  }
  return sorted;
}

function wrapped(title: string, letters: number, most: number): string[] {
  const lines: string[] = [];
  for (const word of title.split(' ').filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < letters) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const shown = lines.slice(0, most);
  if (lines.length > most) shown[most - 1] = `${shown[most - 1]} ${lines.slice(most).join(' ')}`;
  return shown.map((line) => cut(line, letters));
}

const cut = (words: string, letters: number) => (words.length > letters ? `${words.slice(0, letters - 1)}…` : words);
