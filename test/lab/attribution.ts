/** Pure: which write that the outside world saw belongs to which change of the journal, and what is left over on either side. */

export interface Write {
  /** When it was answered, in ms. */
  at: number;
  /** `sovereign Secret valkey/valkey-auth` */
  object: string;
  /** Which program sent it: the first word of its user agent. */
  by: string;
  removes: boolean;
  /** For a person. */
  told: string;
}

/** What one change says that it writes: one object, or a family of them. */
export interface Place {
  object: string | RegExp;
  /** Default: any program. */
  by?: string;
  /** Whether it takes the object away; left out, it may do either. */
  removes?: boolean;
  /** `some`: at least one write; `if any`: none will do. */
  times: 'once' | 'some' | 'if any';
  from: number;
  to: number;
  /** For a person. */
  told: string;
}

export interface LeftOver {
  /** Writes that no change of the journal accounts for. */
  unjournaled: string[];
  /** Changes that the journal calls done and of which no write was seen. */
  unseen: string[];
}

export function fits({ object, by, removes, from, to }: Place, write: Write): boolean {
  const named = typeof object === 'string' ? object === write.object : object.test(write.object);
  const sent = by === undefined || by === write.by;
  return named && sent && (removes ?? write.removes) === write.removes && from <= write.at && write.at <= to;
}

/**
 * Gives every write to one place and every place its write, as far as there is any way to do so: where changes of one object ran
 * at the same time, their number decides.
 */
export function attribute(writes: readonly Write[], places: readonly Place[]): LeftOver {
  const candidates = writes.map((write) => places.flatMap((place, index) => (fits(place, write) ? [index] : [])));
  const placeOf = new Map<number, number>();
  const heldBy = places.map(() => new Set<number>());
  const give = (write: number, place: number) => {
    const before = placeOf.get(write);
    if (before !== undefined) heldBy[before]!.delete(write);
    placeOf.set(write, place);
    heldBy[place]!.add(write);
  };
  /** Finds a place for a write, moving others on from places that take one. */
  const settle = (write: number, tried: Set<number>): boolean => {
    for (const place of candidates[write]!) {
      if (tried.has(place)) continue;
      tried.add(place);
      const [holder] = heldBy[place]!;
      if (places[place]!.times === 'once' && holder !== undefined && !settle(holder, tried)) continue;
      give(write, place);
      return true;
    }
    return false;
  };
  /** Finds a write for an empty place, from one that can spare it or that finds another. */
  const fill = (place: number, tried: Set<number>): boolean => {
    for (const [write, open] of candidates.entries()) {
      const from = placeOf.get(write);
      if (from === undefined || tried.has(write) || !open.includes(place)) continue;
      tried.add(write);
      const spare = places[from]!.times === 'if any' || heldBy[from]!.size > 1;
      if (!spare && !fill(from, tried)) continue;
      give(write, place);
      return true;
    }
    return false;
  };
  const unjournaled = writes.filter((_, index) => !settle(index, new Set())).map(({ told }) => told);
  const unseen = places
    .filter(({ times }, index) => times !== 'if any' && heldBy[index]!.size === 0 && !fill(index, new Set()))
    .map(({ told }) => told);
  return { unjournaled, unseen };
}
