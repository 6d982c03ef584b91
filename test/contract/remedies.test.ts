/** Every command that a remedy names, filled in and given to the parser of that command. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Parser } from '@oclif/core';
import { parseAst } from 'rolldown/parseAst';
import { beforeAll, describe, expect, it } from 'vitest';
import { asStarted, asTyped } from '../../src/cli/text/invocation.js';
import { command } from '../../src/support/commands/command.js';
import { commandFlags } from '../../src/support/commands/command-flags.js';

const root = join(import.meta.dirname, '../..');
const requireBuilt = createRequire(import.meta.url);

interface Call {
  place: string;
  /** A function for a word that is known when it runs: the parser gets what it takes for an example. */
  words: (string | undefined)[];
}

type Node = { type: string; [key: string]: unknown };

function* nodes(node: unknown): Generator<Node> {
  if (Array.isArray(node)) for (const one of node) yield* nodes(one);
  else if (node !== null && typeof node === 'object' && 'type' in node) {
    yield node as Node;
    for (const value of Object.values(node)) yield* nodes(value);
  }
}

/** What an expression is, if it is written there: undefined for a value that only a run knows. */
const written = (node: Node) => (node.type === 'Literal' ? node.value : undefined) as string | true | undefined;

function wordsOf(argument: Node): (string | undefined)[] {
  if (argument.type === 'ConditionalExpression') return wordsOf(argument.consequent as Node);
  if (argument.type !== 'ObjectExpression') return [written(argument) as string | undefined];
  return (argument.properties as Node[]).flatMap(({ key, value }) => {
    const { name, value: quoted } = key as unknown as { name?: string; value?: string };
    const given = written(value as Node);
    return [`--${name ?? quoted}`, ...(given === true ? [] : [given])];
  });
}

function callsIn(file: string): Call[] {
  const source = readFileSync(join(root, file), 'utf8');
  if (!source.includes('commands/command.js')) return [];
  return [...nodes(parseAst(source, { lang: 'ts' }).body)]
    .filter(({ type, callee }) => type === 'CallExpression' && (callee as { name?: string }).name === 'command')
    .map((node) => ({
      place: `${file}:${source.slice(0, node.start as number).split('\n').length}`,
      words: (node.arguments as Node[]).flatMap(wordsOf),
    }));
}

/** For a placeholder, and for a value that only a run knows. */
const examples: Record<string, string> = { N: '1', 'MOTHER,SOVEREIGN': 'a,b' };
const candidates = ['x', '1', '20s', 'D1', 'passphrase', 'object-storage', 'bash'];

async function parses([id = '', ...words]: (string | undefined)[]): Promise<string | undefined> {
  if (id === '') return undefined;
  const folder = id.startsWith('lab ') ? 'lab/dist/run/commands' : 'dist/run/commands';
  const { default: Command } = requireBuilt(join(root, folder, `${id.replace(' ', '/')}.js`));
  if (words.includes('--help')) return undefined;
  let last = '';
  for (const one of words.includes(undefined) ? candidates : ['']) {
    const argv = words.map((word) => (word === undefined ? one : (examples[word] ?? word)));
    const flags = { ...Command.baseFlags, ...Command.flags };
    const failure = await Parser.parse(argv, { args: Command.args ?? {}, flags, strict: true }).then(
      () => undefined,
      (error: Error) => error.message,
    );
    if (failure === undefined) return undefined;
    last = failure;
  }
  return last;
}

describe('remedies', () => {
  let found: { sources(folder: string): string[]; sentences(source: string): { line: number; text: string }[] };
  beforeAll(async () => {
    found = await import(pathToFileURL(join(root, 'scripts/user-text.mjs')).href);
  });
  const files = () => ['src', 'commands', 'lab/src', 'lab/commands'].flatMap((folder) => found.sources(folder));

  it('name commands, arguments and flags that the parser takes', async () => {
    const calls = files().flatMap(callsIn);
    expect(calls.length).toBeGreaterThan(150);
    const refused = await Promise.all(
      calls.map(async ({ place, words }) => [place, words.join(' '), await parses(words)]),
    );
    expect(refused.filter(([, , failure]) => failure !== undefined)).toEqual([]);
  });

  it('are made by command(): no other text of the code writes one', () => {
    const ids = Object.keys(commandFlags).filter((id) => id !== '');
    const raw = new RegExp(`(?<![\\w/.-])catalyst (${ids.join('|')})(?![\\w-])`);
    // explanations and help name commands in prose; a lock and a lab's certificate have a name that looks like one
    const prose =
      /^(src\/support\/(errors\/codes|commands)\/|commands\/|lab\/commands\/|src\/cli\/completion\/|src\/cli\/command\/help|src\/sovereign\/glossary)/;
    const written = files()
      .filter((file) => !prose.test(file))
      .flatMap((file) => found.sentences(readFileSync(join(root, file), 'utf8')).map(({ text }) => `${file}: ${text}`))
      .filter((text) => raw.test(text) && !/: catalyst (unlock|journal repair|lab \$\{name\})$/.test(text));
    expect(written).toEqual([]);
  });

  it('of prose name commands that exist', () => {
    const ids = Object.keys(commandFlags);
    const topics = new Set(ids.filter((id) => id.includes(' ')).map((id) => id.split(' ')[0]!));
    const wrong = files().flatMap((file) =>
      found
        .sentences(readFileSync(join(root, file), 'utf8'))
        .flatMap(({ text }) => [...text.matchAll(/(?<![\w/.-])catalyst ([a-z-]+) ([a-z-]+)/g)])
        .filter(
          ([, topic = '', verb]) => topics.has(topic) && !ids.includes(topic) && !ids.includes(`${topic} ${verb}`),
        )
        .map(([words]) => `${file}: ${words}`),
    );
    expect(wrong).toEqual([]);
  });
});

describe('a command as the person has to type it', () => {
  const here = { program: 'npx catalyst', given: { lab: 'ux5', 'state-dir': '/tmp/a b' } };

  it('has the program as it was started, and the world of this invocation', () => {
    expect(asTyped(command('resume'), here)).toBe("npx catalyst resume --lab ux5 --state-dir '/tmp/a b'");
    expect(
      asTyped(`then: ${command('credentials set', 'hcloud-token')}`, {
        program: 'catalyst',
        given: { spec: 'a.yaml' },
      }),
    ).toBe('then: catalyst credentials set hcloud-token --spec a.yaml');
  });

  it('has its arguments and flags before what chose the world, also inside of a sentence', () => {
    const lab = { program: 'catalyst', given: { lab: 'X' } };
    const cases = {
      [command('phase run', 1)]: 'catalyst phase run 1 --lab X',
      [`${command('ticket run', '338', { force: '"<reason>"', fresh: true })} (kept)`]:
        'catalyst ticket run 338 --force "<reason>" --fresh --lab X (kept)',
      [`try ${command('resume')} or ${command('ticket show', '376')}.`]:
        'try catalyst resume --lab X or catalyst ticket show 376 --lab X.',
      [`\`${command('status', { watch: true })}\` shows it`]: '`catalyst status --watch --lab X` shows it',
      [`${command('verify evidence')} FILE; then ${command('status')}`]:
        'catalyst verify evidence FILE --lab X; then catalyst status --lab X',
      [`${command('purge apply', 'PLAN', { confirm: 'a.b' })}, once`]:
        'catalyst purge apply PLAN --confirm a.b --lab X, once',
      [`${command('phase run')} again`]: 'catalyst phase run --lab X again',
    };
    expect(Object.keys(cases).map((text) => asTyped(text, lab))).toEqual(Object.values(cases));
  });

  it('leaves alone what is quoted: the command of another process', () => {
    const held = '"catalyst wizard" holds the lock';
    expect(asTyped(held, here)).toBe(held);
  });

  it('repeats nothing that the command says itself, and nothing where no world matters', () => {
    expect(asTyped('catalyst status --lab other', { program: 'catalyst', given: { lab: 'ux5' } })).toBe(
      'catalyst status --lab other',
    );
    expect(
      asTyped(command('rehearse', { sovereign: 'a.b.c' }), { program: 'catalyst', given: { spec: 's.yaml' } }),
    ).toBe('catalyst rehearse --sovereign a.b.c');
    expect(asTyped(`${command('lab up', 'x')} or ${command('explain', 'E1101')} or catalyst --help`, here)).toBe(
      'npx catalyst lab up x or npx catalyst explain E1101 or npx catalyst --help',
    );
    expect(asTyped(command('explain', 'D17'), { program: 'catalyst', given: { lab: 'ux5' } })).toBe(
      'catalyst explain D17 --lab ux5',
    );
  });

  it('names the program in a page of help as it was started', () => {
    const page =
      'USAGE\n  $ catalyst evidence COMMAND\n\n  $ catalyst lab down second\n  catalyst doctor   whether catalyst can run';
    expect(asStarted(page, { program: 'npx catalyst', given: { lab: 'x' } })).toBe(
      'USAGE\n  $ npx catalyst evidence COMMAND\n\n  $ npx catalyst lab down second\n  npx catalyst doctor   whether catalyst can run',
    );
  });

  it('leaves prose about catalyst alone', () => {
    const prose = 'catalyst changes nothing; catalyst planned it; the catalyst lab of x; catalyst-api is down';
    expect(asTyped(prose, here)).toBe(prose);
  });
});
