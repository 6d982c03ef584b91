/** Whatever a person types, an argument or flag that cannot be read is a usage error, not a bug. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Config } from '@oclif/core';
import { describe, expect, it } from 'vitest';
import { translateParseError } from '../../../src/cli/text/translate-error.js';
import type { fail } from '../../../src/support/errors/errors.js';

const root = join(import.meta.dirname, '../../..');
const config = await Config.load(root);
const nonsense = 'x y';

type Parse = (input: string, context: object, options: object) => Promise<unknown>;
interface Case {
  id: string;
  what: string;
  argv: string[];
  command: Command.Class;
}

/** Every argument and flag whose parser refuses `nonsense`. */
async function unreadable(): Promise<Case[]> {
  const cases: Case[] = [];
  for (const file of readdirSync(join(root, 'commands'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const id = file.replace(/\.ts$/, '').replaceAll('/', ':');
    const { default: command } = (await import(join(root, 'commands', file))) as { default: Command.Class };
    const refuses = async (option: object) =>
      (option as { parse: Parse }).parse(nonsense, {}, option).then(
        () => false,
        () => true,
      );
    const args = Object.entries(command.args ?? {});
    for (const [name, arg] of args)
      if (await refuses(arg)) cases.push({ id, what: name, argv: args.map(() => nonsense), command });
    for (const [name, flag] of Object.entries({ ...command.baseFlags, ...command.flags }))
      if (flag.type === 'option' && (await refuses(flag)))
        cases.push({
          id,
          what: `--${name}`,
          argv: [...args.map(([, arg]) => arg.options?.[0] ?? '1'), `--${name}=${nonsense}`],
          command,
        });
  }
  return cases;
}

const cases = await unreadable();

async function thrownBy({ id, argv, command }: Case): Promise<unknown> {
  const made = Object.assign(new (command as never as new (argv: string[], config: Config) => Command)(argv, config), {
    id,
  });
  return made['_run']().then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('nonsense', () => {
  it('is tried where numbers are read', () => {
    const tried = cases.map(({ id, what }) => `${id} ${what}`);
    expect(tried).toEqual(
      expect.arrayContaining([
        'phase:run phase',
        'phase:show phase',
        'plan --until',
        'journal:show --last',
        'plan --timeout',
      ]),
    );
  });

  it.each(cases)('for $id $what ends with exit 2 and the words of its parser', async (one) => {
    const error = await thrownBy(one);
    expect(error).toMatchObject({ exitCode: 2 });
    const { message, actions } = error as ReturnType<typeof fail>;
    expect(message).not.toMatch(/bug in catalyst|See more help|Parsing --/);
    if (one.what.startsWith('--')) expect(message.startsWith(`${one.what}: `)).toBe(true);
    expect(actions).toContain(`catalyst ${one.id.replaceAll(':', ' ')} --help`);
  });
});

it.each(['phase:run', 'phase:show'])(
  '%s of a phase that there is not names the range, before any spec is looked for',
  async (id) => {
    const { command } = cases.find((one) => one.id === id)!;
    const error = (await thrownBy({ id, what: 'phase', argv: ['9'], command })) as Error;
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(/\b8\b/) });
  },
);

it('a TypeError of a parser stays a bug', () => {
  expect(translateParseError(new TypeError('undefined is not'), config, [])).toMatchObject({ code: 'E9001' });
});
