/** A reason as a line has room for it; the whole of it is in the report and the log file. Pure. */

const longest = 160;

/** The first of several reasons, with the number of the others; cut where even that is long. */
export function shortReason(reason: string): string {
  const [first = '', ...rest] = reason
    .replaceAll(/\s*\n\s*/g, '; ')
    .split('; ')
    .filter(Boolean);
  const letters = [...first];
  const head = letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : first;
  return rest.length > 0 ? `${head.replace(/[.;:]$/, '')} (and ${rest.length} more)` : head;
}
