/**
 * Text of lines, tables and facts, laid out for a terminal's width, or without a limit where none reads it. One place cleans what
 * others wrote, before anything is cut: half a secret is no longer recognized.
 */
import { oneLine } from '../../support/printable.js';
import type { Paint, Tone } from './paint.js';

/** A piece of text; `keep` is never broken over lines, so that it can be copied. */
export type Cell = string | { text: string; tone?: Tone; keep?: boolean };

export interface Table {
  head: readonly string[];
  rows: readonly (readonly Cell[])[];
  /** Each row stays on one line; what does not fit is cut. */
  cut?: boolean;
}

/** A line (of several cells, one after the other), a table, or facts: a key with one line each. */
export type Block = Cell | readonly Cell[] | { table: Table } | { facts: readonly (readonly [string, Cell])[] };

export interface Look {
  /** Columns of the terminal; undefined where there is none. */
  columns?: number;
  paint: Paint;
  /** Without secrets and control characters. */
  clean(text: string): string;
}

const gap = 2;

export function layOut(blocks: readonly Block[], look: Look): string {
  return blocks.flatMap((block) => linesOf(block, look)).join('\n');
}

function linesOf(block: Block, look: Look): string[] {
  if (typeof block === 'string' || 'text' in block) return flowing([block], look, '');
  if ('table' in block) return tableLines(block.table, look);
  if ('facts' in block) return factLines(block.facts, look);
  return flowing(block, look, '');
}

const textOf = (cell: Cell) => (typeof cell === 'string' ? cell : cell.text);
const toneOf = (cell: Cell) => (typeof cell === 'string' ? undefined : cell.tone);
const paintCell = (cell: Cell, text: string, { paint }: Look) => {
  const tone = toneOf(cell);
  return tone ? paint(text, tone) : text;
};

/** Cells one after the other, broken between words; the lines after the first begin with `indent`. */
export function flowing(cells: readonly Cell[], look: Look, indent: string): string[] {
  const width = look.columns === undefined ? Number.POSITIVE_INFINITY : Math.max(10, look.columns - 1);
  const lines: string[] = [];
  let line = '';
  let length = 0;
  for (const cell of cells) {
    for (const [index, part] of look.clean(textOf(cell)).split('\n').entries()) {
      if (index > 0) {
        lines.push(line);
        [line, length] = [indent, indent.length];
      }
      const whole = typeof cell !== 'string' && cell.keep === true;
      for (const word of whole ? [part] : part.split(/(?<= )/)) {
        if (length > indent.length && length + word.trimEnd().length > width) {
          lines.push(line.trimEnd());
          [line, length] = [indent, indent.length];
        }
        line += paintCell(cell, word, look);
        length += word.length;
      }
    }
  }
  return [...lines, line.trimEnd()];
}

function factLines(facts: readonly (readonly [string, Cell])[], look: Look): string[] {
  const wide = Math.max(0, ...facts.map(([key]) => key.length)) + gap;
  const narrow = look.columns !== undefined && look.columns < 40;
  return facts.flatMap(([key, value]) => {
    const label = { text: narrow ? `${key} ` : `  ${key.padEnd(wide)}`, tone: 'dim', keep: true } as const;
    return flowing([label, value], look, narrow ? ' ' : ' '.repeat(wide + 2));
  });
}

function tableLines({ head, rows, cut = false }: Table, look: Look): string[] {
  const clean = (cell: Cell) => oneLine(look.clean(textOf(cell)).replaceAll('\n', ' · '));
  const texts = rows.map((row) => head.map((_, column) => clean(row[column] ?? '')));
  const natural = head.map((title, column) => Math.max(title.length, ...texts.map((row) => row[column]!.length)));
  const widths = fitted(natural, head, look.columns);
  if (widths === undefined) return stacked(head, rows, texts, look);
  const drawn = (cells: readonly string[], paintAt: (column: number, text: string) => string): string[] => {
    const parts = cells.map((text, column) => broken(text, widths[column]!, cut));
    const height = Math.max(1, ...parts.map((part) => part.length));
    return Array.from({ length: height }, (_, line) =>
      parts
        .map((part, column) => {
          const text = part[line] ?? '';
          const pad = column === cells.length - 1 ? '' : ' '.repeat(Math.max(0, widths[column]! - text.length) + gap);
          return paintAt(column, text) + pad;
        })
        .join('')
        .trimEnd(),
    );
  };
  return [
    ...drawn([...head], (_, text) => look.paint(text, 'dim')),
    ...rows.flatMap((row, index) => drawn(texts[index]!, (column, text) => paintCell(row[column] ?? '', text, look))),
  ];
}

/** Takes from the widest column until all of them fit; undefined when even their least does not. */
function fitted(
  natural: readonly number[],
  head: readonly string[],
  columns: number | undefined,
): number[] | undefined {
  const widths = [...natural];
  const room = columns === undefined ? Number.POSITIVE_INFINITY : columns - 1 - gap * (head.length - 1);
  const least = natural.map((width, column) => Math.min(width, Math.max(head[column]!.length, 8)));
  for (let over = sum(widths) - room; over > 0; over = sum(widths) - room) {
    const spare = widths.map((width, column) => width - least[column]!);
    const widest = widths.reduce(
      (best, width, column) => (spare[column]! > 0 && (best < 0 || width > widths[best]!) ? column : best),
      -1,
    );
    if (widest < 0) return undefined;
    widths[widest]! -= Math.min(over, Math.max(1, Math.ceil(spare[widest]! / 4)));
  }
  return widths;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

/** A row as a list, for a window that is narrower than any table. */
function stacked(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  texts: readonly string[][],
  look: Look,
): string[] {
  return rows.flatMap((row, index) =>
    texts[index]!.flatMap((text, column) => {
      if (text === '' || text === '–') return [];
      const title: Cell = column === 0 ? '' : { text: ` ${head[column]}: `, tone: 'dim' };
      return flowing([title, { text, tone: toneOf(row[column] ?? '') }], look, '  ');
    }),
  );
}

function broken(text: string, width: number, cut: boolean): string[] {
  if (text.length <= width) return [text];
  // Plain text in columns that count characters too. The library that the live view cuts with takes its time to load.
  if (cut) return [`${[...text].slice(0, Math.max(0, width - 1)).join('')}…`];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=[ ])/)) {
    if (line !== '' && (line + word.trimEnd()).length > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += word;
    // A word that is wider than its column goes on in the next line.
    while (line.trimEnd().length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line.trimEnd()];
}
