/**
 * Commands in remedies as this person has to type them: the program under the name by which it was started, and the flags and variables
 * that chose the world (`--lab`, `--spec`, `--state-dir` …) of this invocation again, so that what is pasted works.
 */
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, join, relative } from 'node:path';
import { argumentCounts, commandFlags, switches } from '../../support/commands/command-flags.js';

type Env = Readonly<Record<string, string | undefined>>;

/** Flags that choose the world, with their variables. */
const choosing = {
  spec: 'CATALYST_SPEC',
  sovereign: 'CATALYST_SOVEREIGN',
  'state-dir': 'CATALYST_STATE_DIR',
  lab: 'CATALYST_LAB',
  engine: 'CATALYST_ENGINE',
  kubeconfig: 'CATALYST_KUBECONFIG',
  'mother-kubeconfig': 'CATALYST_MOTHER_KUBECONFIG',
  helm: 'CATALYST_HELM',
  kubectl: 'CATALYST_KUBECTL',
} as const;

export interface Invocation {
  /** What to type for `catalyst`: `catalyst`, `npx catalyst`, `npx node bin/run.js`. */
  program: string;
  /** By name of the flag. */
  given: Readonly<Record<string, string>>;
}

/** Of this process; `argv` are the words after the program. */
export function invocationOf(argv: readonly string[], env: Env, script = process.argv[1] ?? ''): Invocation {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const given: Record<string, string> = {};
  for (const [name, variable] of Object.entries(choosing)) {
    const value = valueIn(words, name) ?? env[variable];
    if (value) given[name] = value;
  }
  return { program: programOf(env, script), given };
}

/** The last one counts, as for oclif. */
function valueIn(words: readonly string[], name: string): string | undefined {
  const at = words.findLastIndex((word) => word === `--${name}` || word.startsWith(`--${name}=`));
  if (at === -1) return undefined;
  const word = words[at]!;
  return word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[at + 1];
}

/** `npm start` takes no other command than its own: in a checkout, npx starts them all, with the Node of the project. */
function programOf(env: Env, script: string): string {
  const file = relative(process.cwd(), script);
  const near = file.startsWith('..') ? script : file;
  if (env.npm_lifecycle_event === 'npx') {
    return /^"?node"?( |$)/.test(env.npm_lifecycle_script ?? '') ? `npx node ${quoted(near)}` : 'npx catalyst';
  }
  if (env.npm_lifecycle_event === 'start') return 'npx catalyst';
  if (basename(script) !== 'run.js') return isOnPath(basename(script), env) ? basename(script) : quoted(near);
  return `node ${quoted(near)}`;
}

function isOnPath(name: string, env: Env): boolean {
  return (env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

const ids = Object.keys(commandFlags).filter((id) => id !== '');
/** A command that a person quotes is not one to type. */
const named = new RegExp(
  `(?<![\\w/."-])catalyst (${ids.sort((a, b) => b.length - a.length).join('|')}|help)(?![\\w-])|(?<![\\w/."-])catalyst (?=-)`,
  'g',
);
/** What starts something by its name, or documents it, needs no world; what `explain` prints has commands that need one. */
const needsNone = (id: string) => /^(lab|doctor|help|version|completion|$)/.test(id);
/** What an error code means is the same for every Sovereign. */
const isOfNone = (id: string, words: string) => needsNone(id) || (id === 'explain' && /^ E\d{4}$/.test(words));

/** `text` with every command in it as this person has to type it: what chose the world comes last, as people type it. */
export function asTyped(text: string, { program, given }: Invocation): string {
  let typed = '';
  let end = 0;
  for (const found of text.matchAll(named)) {
    const [head, id = ''] = found;
    // Inside of what a command before it has taken for its words.
    if (found.index < end) continue;
    const words = id === '' || needsNone(id) ? '' : wordsOf(id, text.slice(found.index + head.length));
    const selectors = isOfNone(id, words) ? '' : selectorsFor(words, given);
    typed += `${text.slice(end, found.index)}${`${program} ${id}`.trimEnd()}${words}${selectors}${id === '' ? ' ' : ''}`;
    end = found.index + head.length + words.length;
  }
  return typed + text.slice(end);
}

/** A page of help, with the program in it as it was started; help belongs to no world. */
export function asStarted(page: string, { program } = invocationOf([], process.env)): string {
  return asTyped(page, { program, given: {} }).replaceAll('$ catalyst ', `$ ${program} `);
}

/** The arguments and flags at the beginning of `rest` that belong to the command; what follows is the sentence around it. */
function wordsOf(id: string, rest: string): string {
  let taken = 0;
  let left = argumentCounts[id] ?? 0;
  for (;;) {
    const [space, flag, value] = /^ (?:--([\w-]+)(=\S+)?|)/.exec(rest.slice(taken)) ?? [];
    if (space === undefined) return rest.slice(0, taken);
    if (flag !== undefined) {
      taken += space.length;
      if (value === undefined && !switches.includes(flag)) taken += wordAt(rest.slice(taken));
    } else {
      const length = left > 0 ? wordAt(rest.slice(taken)) : 0;
      if (length === 0) return rest.slice(0, taken);
      left--;
      taken += length;
    }
  }
}

/** Length of the next word with the space before it; 0 where the sentence ends there, or begins again. */
function wordAt(text: string): number {
  const [found = ''] = /^ (?:"[^"]*"|'[^']*'|<[^>]*>|[^\s;,)`'"]+)/.exec(text) ?? [];
  const word = found.replace(/[.:]$/, '');
  return /^ (and|or|to|for|then|with|on|in|is|has|of|again|takes|shows)$/.test(word) ? 0 : word.length;
}

function selectorsFor(own: string, given: Invocation['given']): string {
  const has = (name: string) => new RegExp(`(^| )--${name}( |=|$)`).test(own);
  const otherWorld = has('spec') || has('sovereign');
  return Object.entries(given)
    .filter(([name]) => !has(name) && !(otherWorld && (name === 'spec' || name === 'sovereign')))
    .map(([name, value]) => ` --${name} ${quoted(value)}`)
    .join('');
}

/** For a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./~-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
