/** Where the fields of a YAML text stand: only asked when something is wrong with one. */
import { EVENT_ID, type Event, getScalarValue, parseEvents, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';

export interface Position {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
}

export type YamlPath = readonly (string | number)[];

interface Place {
  start: number;
  /** Of a mapping by its keys, of a sequence by its indices. */
  parts: Map<string, { key: number; value: Place }>;
}

/** The first document of `text`, which must be YAML. */
export function yamlPositions(text: string): (path: YamlPath, key?: string) => Position {
  const root = placesOf(text);
  return (path, key) => {
    let at: Place | undefined = root;
    let found = 0;
    for (const part of key === undefined ? path : [...path, key]) {
      const next: { key: number; value: Place } | undefined = at.parts.get(String(part));
      if (next === undefined) break;
      found = next.key;
      at = next.value;
    }
    return positionOf(text, found);
  };
}

function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

/** The quote is no part of the value, but where a person sees it begin. */
function startOf({ style, valueStart }: ScalarEvent): number {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED ? valueStart - 1 : valueStart;
}

function placesOf(text: string): Place {
  const events = parseEvents(text, {});
  const nothing: Place = { start: 0, parts: new Map() };
  if (events.length === 0) return nothing;
  let at = 0;
  const place = (): Place => {
    const event = events[at] as Event;
    at += 1;
    const parts: Place['parts'] = new Map();
    if (event.type === EVENT_ID.SCALAR) return { start: startOf(event), parts };
    if (event.type === EVENT_ID.ALIAS) return { start: event.anchorStart, parts };
    for (let index = 0; events[at]?.type !== EVENT_ID.POP; index += 1) {
      const first = events[at] as Event;
      const item = place();
      if (event.type !== EVENT_ID.MAPPING) parts.set(String(index), { key: item.start, value: item });
      else {
        const name = first.type === EVENT_ID.SCALAR ? getScalarValue(text, first) : String(index);
        parts.set(name, { key: item.start, value: place() });
      }
    }
    at += 1;
    return { start: 'start' in event ? event.start : 0, parts };
  };
  return place().parts.get('0')?.value ?? nothing;
}
