import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { questionFlags } from '../../src/cli/prompts/wizard/question-flags.js';
import { specQuestions, wizardQuestions } from '../../src/cli/prompts/wizard/questions.js';
import { credentialVariables } from '../../src/sovereign/credentials/credential-store.js';
import { specFields } from '../../src/sovereign/spec/spec-fields.js';
import { errorCodes } from '../../src/support/errors/error-codes.js';
import { exitMeanings } from '../../src/support/errors/exit-meanings.js';
import { exitStatuses } from '../../src/support/errors/exit-statuses.js';

const root = join(import.meta.dirname, '../..');

interface Cached {
  summary?: string;
  description?: string;
  examples?: unknown[];
  exitCodes?: number[];
  flags: Record<string, { description?: string; env?: string; char?: string }>;
  args: Record<string, { description?: string }>;
}
const manifestOf = (file: string) =>
  JSON.parse(readFileSync(join(root, file), 'utf8')) as { commands: Record<string, Cached> };
const manifest = {
  commands: { ...manifestOf('oclif.manifest.json').commands, ...manifestOf('lab/oclif.manifest.json').commands },
};
const commands = Object.entries(manifest.commands);

/** product.md §3. */
const contract = [
  'wizard init explain preflight plan graph status resume support-bundle',
  'credentials:list credentials:set credentials:verify credentials:forget',
  'purge:plan purge:apply cluster:plan cluster:create cluster:status cluster:kubeconfig cluster:destroy',
  'phase:list phase:show phase:run ticket:list ticket:show ticket:run ticket:set',
  'blueprint:list blueprint:show blueprint:render blueprint:diff blueprint:lint blueprint:package blueprint:mirror',
  'handover:plan handover:finalize handover:status handover:abort handover:decommission handover:redirect',
  'verify:dod verify:umbilical verify:residue verify:protected verify:evidence',
  'evidence:show evidence:export journal:show lab:up lab:down lab:status lab:fault',
].flatMap((line) => line.split(' '));

describe('commands', () => {
  it('are those of the contract', () => {
    expect(contract.filter((id) => !(id in manifest.commands))).toEqual([]);
  });

  it.each(commands)('%s has a summary, an example, its exit codes, and says what its flags are', (_id, command) => {
    expect(command.summary).toBeTruthy();
    expect(command.examples?.length).toBeGreaterThan(0);
    const undescribed = [...Object.entries(command.flags), ...Object.entries(command.args)].filter(
      ([, { description }]) => !description,
    );
    expect(undescribed.map(([name]) => name)).toEqual([]);
    const known = Object.values(exitStatuses) as number[];
    for (const code of command.exitCodes ?? []) expect(known).toContain(code);
  });

  it.each(commands)('%s has the shared flags', (_id, command) => {
    const shared = [
      'spec',
      'sovereign',
      'state-dir',
      'lab',
      'yes',
      'no-input',
      'dry-run',
      'timeout',
      'verbose',
      'json',
    ];
    expect(shared.filter((name) => !(name in command.flags))).toEqual([]);
  });
});

describe('questions', () => {
  it.each(wizardQuestions.filter(({ kind }) => kind !== 'secret'))('$id has a flag and a variable', (question) => {
    const flag = manifest.commands.wizard!.flags[question.id];
    expect(flag?.env).toBe(question.variable);
    expect(Object.keys(questionFlags([question]))).toEqual([question.id]);
  });

  it.each(wizardQuestions.filter(({ kind }) => kind === 'secret'))(
    '$id is a credential with a variable, never a flag',
    (question) => {
      expect(credentialVariables[question.id]).toBe(question.variable);
      expect(manifest.commands.wizard!.flags[question.id]).toBeUndefined();
    },
  );

  it('stand at a place that the spec has', () => {
    const paths = new Set(specFields().map(({ path }) => path));
    const placed = specQuestions.filter(({ kind }) => kind !== 'secret');
    expect(placed.filter(({ path }) => !path || !paths.has(path))).toEqual([]);
  });
});

describe('exit codes', () => {
  it('are all in the table that --help and the documents show', () => {
    expect(Object.keys(exitMeanings).map(Number)).toEqual(Object.values(exitStatuses));
  });

  it('have an error code each, and each error code an explanation', () => {
    const classes = new Set(Object.values(errorCodes).map((entry) => entry.class));
    const missing = Object.keys(exitStatuses).filter((name) => name !== 'ok' && !classes.has(name as never));
    expect(missing).toEqual([]);
    for (const entry of Object.values(errorCodes)) expect(entry.explain.length).toBeGreaterThan(30);
  });
});

describe('documents', () => {
  const folder = join(root, 'docs');
  const pages = [
    'README.md',
    ...(existsSync(folder)
      ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.md'))
          .map((name) => `docs/${name}`)
      : []),
  ].filter((page) => existsSync(join(root, page)));

  it('name only commands that exist', () => {
    const ids = new Set(Object.keys(manifest.commands));
    const topics = new Set([...ids].filter((id) => id.includes(':')).map((id) => id.split(':')[0]!));
    const wrong = pages.flatMap((page) => {
      const text = readFileSync(join(root, page), 'utf8');
      return [...text.matchAll(/(?:^|[`$] ?)catalyst ([a-z-]+)(?: ([a-z|-]+))?/gm)]
        .filter(([, first = '', second = '']) => {
          if (['help', 'autocomplete', 'walk'].includes(first) || first.startsWith('-')) return false;
          if (ids.has(first) && !topics.has(first)) return false;
          if (!topics.has(first)) return true;
          return (
            second !== '' && !second.startsWith('-') && !second.split('|').every((part) => ids.has(`${first}:${part}`))
          );
        })
        .map(([whole]) => `${page}: ${whole}`);
    });
    expect(wrong).toEqual([]);
  });
});
