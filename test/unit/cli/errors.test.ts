import { join } from 'node:path';
import { Config } from '@oclif/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { fillOptionalValues } from '../../../src/cli/command/argv.js';
import { CatalystCommand } from '../../../src/cli/command/base-command.js';
import { errorEnvelope, toJson, wantsJson } from '../../../src/cli/command/envelope.js';
import { exitRows } from '../../../src/cli/command/help.js';
import { listenForInterrupts } from '../../../src/cli/command/process/interrupts.js';
import { errorText } from '../../../src/cli/text/error.js';
import { translateError } from '../../../src/cli/text/translate-error.js';
import { type ErrorCode, errorCodes } from '../../../src/support/errors/error-codes.js';
import { CatalystError, fail } from '../../../src/support/errors/errors.js';
import { exitStatuses } from '../../../src/support/errors/exit-statuses.js';
import { createRedactor } from '../../../src/support/redact/redact.js';

let config: Config;
beforeAll(async () => {
  config = await Config.load(join(import.meta.dirname, '../../..'));
});

class Throws extends CatalystCommand<never> {
  static override id = 'explain';
  static toThrow: unknown;
  async run(): Promise<never> {
    await this.open(Throws);
    throw Throws.toThrow;
  }
}

async function thrownBy(error: unknown, argv: string[]): Promise<CatalystError> {
  Throws.toThrow = error;
  try {
    await new Throws(argv, config)['_run']();
  } catch (caught) {
    if (caught instanceof CatalystError) return caught;
    throw caught;
  }
  throw new Error('nothing was thrown');
}

const firstOf = (cls: string) => Object.entries(errorCodes).find(([, entry]) => entry.class === cls)?.[0] as ErrorCode;

describe('what waits for a person', () => {
  const waits = Object.entries(errorCodes).filter(([, { explain }]) => explain.includes('waits for that'));

  it('is not finished (8), and no failed check (3)', () => {
    expect(waits.map(([code]) => code)).toEqual(['E5104', 'E5107']);
    for (const [code] of waits) expect(fail(code as ErrorCode, '').exitCode).toBe(exitStatuses.unfinished);
  });
});

describe('every row of the exit table', () => {
  it.each(Object.entries(exitStatuses).filter(([name]) => name !== 'ok'))(
    '%s ends with %i, in text and with --json',
    async (cls, status) => {
      for (const argv of [[], ['--json']]) {
        const error = await thrownBy(fail(firstOf(cls), 'what happened', { actions: ['type this'] }), argv);
        expect(error.exitCode).toBe(status);
        expect(errorEnvelope(error)).toEqual({
          status: cls,
          error: { code: firstOf(cls), message: 'what happened', actions: ['type this'], exitCode: status },
        });
        expect(errorText(error)).toContain(`· exit ${status}\n`);
      }
    },
  );
});

describe('an error', () => {
  it('reads as the wizard page says', () => {
    const error = fail('E2301', 'stopped: the bucket is foreign.\nNothing was installed.', { actions: ['one', 'two'] });
    expect(errorText(error)).toBe(
      '✖ stopped: the bucket is foreign.\n  Nothing was installed.\n  Try:  one\n        two\n  E2301 · catalyst explain E2301 · exit 5\n',
    );
  });

  it('that nobody foresaw is a bug, exit 1', async () => {
    expect(await thrownBy(new TypeError('undefined is not'), [])).toMatchObject({ code: 'E9001', exitCode: 1 });
  });

  it('of the parser is usage, with the nearest name', async () => {
    const error = await thrownBy(undefined, ['--verbos']);
    expect(error).toMatchObject({ code: 'E1001', exitCode: 2 });
    expect(error.message).toContain('Did you mean --verbose?');
    expect(await thrownBy(undefined, ['--timeout', 'soon'])).toMatchObject({ code: 'E1001', exitCode: 2 });
  });

  it('of a prompt that was left is an interruption', () => {
    const left = Object.assign(new Error('User force closed the prompt'), { name: 'ExitPromptError' });
    expect(translateError(left)).toMatchObject({ code: 'E1901', exitCode: 130 });
  });

  it('carries the findings of a failed check beside it', () => {
    const error = fail('E1401', 'no', { data: { result: { checks: [] }, more: 1 } });
    expect(errorEnvelope(error)).toMatchObject({
      status: 'check-failed',
      result: { checks: [] },
      error: { data: { more: 1 } },
    });
  });
});

describe('JSON', () => {
  it('is asked for before a double dash only', () => {
    expect([wantsJson(['--json']), wantsJson(['--', '--json'])]).toEqual([true, false]);
  });

  it('is redacted inside its strings, so that it stays JSON', () => {
    const redactor = createRedactor();
    redactor.register('line one "quoted"\nline two of it');
    const text = toJson({ a: 'x line one "quoted"\nline two of it' }, redactor);
    expect(JSON.parse(text)).toEqual({ a: 'x ••••••' });
  });
});

describe('arguments', () => {
  it.each([
    [
      ['wizard', '--lab'],
      ['wizard', '--lab=default'],
    ],
    [
      ['wizard', '--lab', '--yes'],
      ['wizard', '--lab=default', '--yes'],
    ],
    [
      ['wizard', '--lab', 'a'],
      ['wizard', '--lab', 'a'],
    ],
    [
      ['x', '--', '--lab'],
      ['x', '--', '--lab'],
    ],
  ])('%j become %j', (argv, filled) => {
    expect(fillOptionalValues(argv)).toEqual(filled);
  });
});

describe('help', () => {
  it('lists the declared codes and those every command has', () => {
    expect(exitRows([5]).map(([code]) => code)).toEqual(['0', '1', '2', '5', '130']);
  });
});

describe('^C', () => {
  it('aborts at first and ends at once the second time', () => {
    const handlers: Record<string, () => void> = {};
    const exits: number[] = [];
    const said: string[] = [];
    const source = {
      on: (name: string, handler: () => void) => {
        handlers[name] = handler;
      },
      off: () => {},
      exit: (code: number) => void exits.push(code),
    };
    const interrupts = listenForInterrupts((line) => said.push(line), source as never);
    handlers.SIGINT!();
    expect(interrupts.signal.reason).toMatchObject({ code: 'E1901' });
    expect(said).toEqual(['Stopping; press ^C again to stop at once.']);
    expect(exits).toEqual([]);
    handlers.SIGINT!();
    expect(exits).toEqual([130]);
  });
});

describe('an error shows no secret', () => {
  const secret = 'hunter2-"quoted"\\hunter2';

  it('in its causes, with --verbose', async () => {
    process.env['CATALYST_REGISTRY_TOKEN'] = secret;
    try {
      const inner = new Error(`401 for Basic ${Buffer.from(`robot:${secret}`).toString('base64')}`);
      const error = await thrownBy(
        fail('E3205', 'refused', { cause: new Error(`with ${secret}`, { cause: inner }), data: { [`k`]: secret } }),
        [],
      );
      const text = errorText(error, { verbose: true });
      expect(text).toContain('caused by Error: with ••••••');
      expect(text).not.toContain('hunter2');
      expect(String((error.cause as Error).cause)).toContain('Basic ••••••'.slice(0, 6));
      expect(JSON.stringify(error)).not.toContain('hunter2');
    } finally {
      delete process.env['CATALYST_REGISTRY_TOKEN'];
    }
  });

  it.each([
    [['credentials', 'set', 'hcloud-token', 'short'], 'Unexpected argument: short'],
    [['lab', 'up', 'AbCdEf0123456789AbCdEf'], 'Unexpected argument: AbCdEf0123456789AbCdEf'],
    [['lab', 'up', '--token=AbCdEf0123456789AbCdEf'], 'Nonexistent flag: --token=AbCdEf0123456789AbCdEf'],
    [['AbCdEf0123456789AbCdEf'], 'command AbCdEf0123456789AbCdEf not found'],
  ])('that was typed as an argument: %j', (argv, message) => {
    const thrown = Object.assign(new Error(message), { oclif: { exit: 2 } });
    const { message: shown, actions } = translateError(thrown, config, argv);
    expect(`${shown} ${actions.join()}`).not.toContain(argv.at(-1)!.split('=').at(-1));
    expect(shown).toContain('characters, not shown');
  });

  it('and no control character', () => {
    const text = errorText(fail('E5004', 'no \u001b]0;title\u0007\u009b2J\r✔ fine', { actions: ['rm \u202egnp'] }));
    expect(text).toContain('\\u001b]0;title\\u0007\\u009b2J\\u000d✔ fine');
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
  });
});

it.each([
  ['blueprints', 'catalyst blueprint list'],
  ['verfy', 'catalyst verify --help'],
  ['zzzzzzzz', 'catalyst --help'],
])('a command that is none leads to the nearest one: %s', (typed, first) => {
  const thrown = Object.assign(new Error(`command ${typed} not found`), { oclif: { exit: 2 } });
  expect(translateError(thrown, config, [typed]).actions[0]).toBe(first);
});

it('the message of an error names commands as its remedies do, in text and in JSON', () => {
  const error = fail('E4001', 'Not started: catalyst phase run 1 comes first.', { actions: ['catalyst phase run 1'] });
  const typed = (text: string) => text.replaceAll('catalyst phase run 1', 'npx catalyst phase run 1 --lab X');
  expect(errorText(error, { typed })).toMatch(
    /Not started: npx catalyst phase run 1 --lab X comes first\.[\s\S]*Try: {2}npx catalyst phase run 1 --lab X/,
  );
  expect(errorEnvelope(error, typed).error.message).toBe('Not started: npx catalyst phase run 1 --lab X comes first.');
});
