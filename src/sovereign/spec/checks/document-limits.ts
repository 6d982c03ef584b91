/** What a spec may be before its fields are looked at: an alias is small in the file and large in what is rendered from it. Pure. */
import type { CrossFinding } from './check-spec.js';

/** Of the file. The largest real specs have some 20 kB, most of it certificates. */
export const maxSpecBytes = 1_000_000;
/** Of maps, lists and values, each alias counted with all that it stands for. */
const maxNodes = 100_000;
/** Of a string, but for certificates and values of charts. */
const maxLength = 4096;
const maxDepth = 64;

/** Findings that make looking at the fields pointless, or dangerous. */
export function checkDocument(document: unknown): CrossFinding[] {
  const findings: CrossFinding[] = [];
  let nodes = 0;
  const look = (value: unknown, path: string[]): boolean => {
    nodes += 1;
    if (nodes > maxNodes || findings.length >= 20) return false;
    const found = (message: string) => findings.push({ path, message });
    if (path.length > maxDepth) found(`is nested more than ${maxDepth} levels deep`);
    else if (typeof value === 'string') {
      if (value.length > lengthAt(path)) found(`has ${value.length} characters, more than ${lengthAt(path)}`);
    } else if (value !== null && typeof value === 'object') {
      // JavaScript gives objects a field of this name: it would be lost, unnoticed, at the next copy.
      if (Object.hasOwn(value, '__proto__')) findings.push({ path: [...path, '__proto__'], message: 'unknown field' });
      return Object.entries(value).every(([key, item]) => look(item, [...path, key]));
    }
    return true;
  };
  look(document, []);
  if (nodes > maxNodes)
    findings.push({ path: [], message: `has more than ${maxNodes} values, aliases counted in full` });
  return findings;
}

function lengthAt([first, second, , last]: string[]): number {
  const free = first === 'spec' && (second === 'access' || (second === 'blueprints' && last === 'values'));
  return free ? maxSpecBytes : maxLength;
}
