/** Traefik's rule language as far as the tree uses it: Host, Path, PathPrefix, PathRegexp, HostRegexp with &&, || , ! and brackets. */

export interface Asked {
  host: string;
  /** Still percent-encoded. */
  path: string;
  secure: boolean;
}

export type Matcher = (asked: Asked) => boolean;

export function parseRule(rule: string): Matcher {
  const tokens = rule.match(/&&|\|\||!|\(|\)|,|`[^`]*`|"(?:[^"\\]|\\.)*"|[A-Za-z]+/g) ?? [];
  let at = 0;
  const either = (): Matcher => {
    const parts = [both()];
    while (tokens[at] === '||') {
      at += 1;
      parts.push(both());
    }
    return (asked) => parts.some((part) => part(asked));
  };
  const both = (): Matcher => {
    const parts = [one()];
    while (tokens[at] === '&&') {
      at += 1;
      parts.push(one());
    }
    return (asked) => parts.every((part) => part(asked));
  };
  const one = (): Matcher => {
    const token = tokens[at++];
    if (token === '!') {
      const inner = one();
      return (asked) => !inner(asked);
    }
    if (token === '(') {
      const inner = either();
      at += 1;
      return inner;
    }
    const values: string[] = [];
    at += 1;
    while (at < tokens.length && tokens[at] !== ')') {
      if (tokens[at]!.startsWith('`')) values.push(tokens[at]!.slice(1, -1));
      if (tokens[at]!.startsWith('"')) values.push(JSON.parse(tokens[at]!) as string);
      at += 1;
    }
    at += 1;
    return matcher(token ?? '', values);
  };
  return either();
}

function matcher(name: string, values: readonly string[]): Matcher {
  const [value] = values;
  // more or fewer than it takes, and Traefik has no such route
  if (value === undefined || values.length > 1) return () => false;
  if (name === 'Host') return ({ host }) => hostFits(value.toLowerCase(), host);
  if (name === 'HostRegexp') return ({ host }) => new RegExp(value).test(host);
  if (name === 'Path') return ({ path }) => routed(path) === value;
  // character by character: /v1 is a prefix of /v12 too
  if (name === 'PathPrefix') return ({ path }) => routed(path).startsWith(value);
  if (name === 'PathRegexp') return ({ path }) => new RegExp(value).test(routed(path));
  return () => false;
}

/** Whether a host is that name, or stands one label below it where it begins with a star; a dot at the end says nothing. */
export function hostFits(wanted: string, asked: string): boolean {
  if (wanted === '*') return true;
  const host = asked.replace(/\.$/, '');
  return wanted === host || (wanted.startsWith('*.') && host.split('.').slice(1).join('.') === wanted.slice(2));
}

/** A path as it goes on: letters and digits plain, without `//`, `.` and `..`. */
export function tidied(path: string): string {
  const plain = path.replace(/%(?:[46][1-9A-Fa-f]|[57][0-9Aa]|3[0-9]|2[DdEe]|5[Ff]|7[Ee])/g, decodeURIComponent);
  const parts: string[] = [];
  for (const part of plain.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return `/${parts.join('/')}${parts.length > 0 && plain.endsWith('/') ? '/' : ''}`;
}

/** A path as rules see it: decoded, but for what would mean something else then. */
const routed = (path: string): string =>
  path.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
    run
      .split(/(%(?:3A|2F|3F|23|5B|5D|40|21|24|26|27|28|29|2A|2B|2C|3B|3D|25))/)
      .map((part, index) => (index % 2 === 0 ? decodedOr(part) : part))
      .join(''),
  );

function decodedOr(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
