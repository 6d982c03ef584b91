/** Turns whatever was thrown (oclif's parse errors, prompts left by ^C, aborts, bugs) into a CatalystError. */
import type { Config } from '@oclif/core';
import { command } from '../../support/commands/command.js';
import { CatalystError, fail, messageOf } from '../../support/errors/errors.js';
import { nearest } from '../../support/nearest.js';

interface ParseProblem {
  flags?: string[];
  parse?: { input?: { flags?: Record<string, unknown>; context?: { id?: string } } };
}

export function translateError(error: unknown, config?: Config, argv: readonly string[] = []): CatalystError {
  if (error instanceof CatalystError) return error;
  if (isInterruption(error)) {
    const inner = (error as { cause?: unknown }).cause;
    if (inner instanceof CatalystError) return inner;
    return fail('E1901', 'Interrupted.', { actions: [command('resume')], cause: error });
  }
  if (isOfOclif(error)) return usageError(error, config, argv);
  return fail('E9001', `A bug in catalyst: ${messageOf(error)}`, {
    actions: [command('support-bundle'), 'run it again with --verbose to see where'],
    cause: error,
  });
}

/**
 * What the parser throws is about what was typed, also where oclif passes on the plain Error of an argument's own parser. Errors of
 * the language (TypeError) stay what they are, bugs.
 */
export function translateParseError(error: unknown, config: Config, argv: readonly string[]): CatalystError {
  if (error instanceof CatalystError) {
    const { code, message, data } = error;
    const actions = error.actions.length > 0 ? error.actions : [helpFor(commandOf(argv, wordsOf(config)))];
    return new CatalystError(code, headOf(message), { actions, data, cause: error.cause });
  }
  const isPlain = error instanceof Error && Object.getPrototypeOf(error) === Error.prototype;
  return isPlain ? usageError(error, config, argv) : translateError(error, config, argv);
}

/** Without what oclif puts before and after the words of a parser. */
function headOf(message: string): string {
  const [head = ''] = message.split('\nSee more help with --help');
  return head.replace(/^Parsing (--\S+)\s+/, '$1: ').trim();
}

/** By its mark: the bundle has one copy of oclif's classes and a plugin another. */
function isOfOclif(error: unknown): error is Error {
  return error instanceof Error && 'oclif' in error;
}

export function isInterruption(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return name === 'AbortError' || name === 'ExitPromptError' || name === 'AbortPromptError' || name === 'GoBack';
}

function usageError(error: Error, config: Config | undefined, argv: readonly string[]): CatalystError {
  const known = wordsOf(config);
  const head = withoutTypedSecrets(headOf(error.message), argv, known);
  const missing = /^command (.+) not found$/i.exec(head);
  if (missing) {
    const typed = missing[1]!.replaceAll(':', ' ');
    const near = nearest(typed, known) ?? nearTopic(typed, known);
    return fail('E1001', `There is no command "catalyst ${typed}".`, {
      actions: [...(near ? [`catalyst ${near}`] : []), 'catalyst --help'],
      cause: error,
    });
  }
  const problem = error as ParseProblem;
  const flags = Object.keys(problem.parse?.input?.flags ?? {}).map((name) => `--${name}`);
  const near = (problem.flags ?? []).flatMap((flag) => nearest(flag, flags) ?? []);
  const command = problem.parse?.input?.context?.id ?? commandOf(argv, known);
  return fail('E1001', `${head}${near.length > 0 ? `\nDid you mean ${near.join(', ')}?` : ''}`, {
    actions: [helpFor(command)],
    cause: error,
  });
}

/** `blueprints` means what begins with `blueprint`: its list, or what else there is. */
function nearTopic(typed: string, known: readonly string[]): string | undefined {
  const topics = known.filter((id) => id.includes(' ')).map((id) => id.split(' ')[0]!);
  const topic = nearest(typed.split(' ')[0]!, topics);
  return topic && (known.includes(`${topic} list`) ? `${topic} list` : `${topic} --help`);
}

const wordsOf = (config: Config | undefined) => config?.commandIDs.map((id) => id.replaceAll(':', ' ')) ?? [];

const helpFor = (command: string | undefined) => `catalyst ${command ? `${command.replaceAll(':', ' ')} ` : ''}--help`;

/** What is long and no word of a language may be a secret that was typed in the wrong place: errors go to screens and logs. */
function withoutTypedSecrets(message: string, argv: readonly string[], known: readonly string[]): string {
  const setsSecret = argv[0] === 'credentials' && argv[1] === 'set';
  const words = argv
    .flatMap((word) => (word.startsWith('--') ? word.split('=', 2).slice(1) : [word]))
    .slice(setsSecret ? 3 : 0);
  const commands = new Set(known.flatMap((id) => id.split(' ')));
  const hidden = words.filter((word) => word !== '' && !commands.has(word) && (setsSecret || !isHarmless(word)));
  return hidden
    .sort((one, other) => other.length - one.length)
    .reduce((text, word) => text.replaceAll(word, `(${word.length} characters, not shown)`), message);
}

function isHarmless(word: string): boolean {
  return word.length < 12 || /^-|^[a-z]+(?:[-.:/_ ][a-z]+)*$/.test(word);
}

/** The longest known command at the start of what was typed. */
function commandOf(argv: readonly string[], known: readonly string[]): string | undefined {
  const words = argv.filter((word) => !word.startsWith('-'));
  for (let end = words.length; end > 0; end -= 1) {
    const candidate = words.slice(0, end).join(' ');
    if (known.includes(candidate)) return candidate;
  }
  return undefined;
}
