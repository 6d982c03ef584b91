import { expect, it } from 'vitest';
import { fillOptionalValues, isColorless, spellOut } from '../../../../src/cli/command/argv.js';
import { createOutput } from '../../../../src/cli/command/output.js';
import { endedHow, notifyEnd } from '../../../../src/cli/command/result/notify.js';
import { invocationOf } from '../../../../src/cli/text/invocation.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';

it('takes the short forms of other programs', () => {
  expect(spellOut(['-v'])).toEqual(['--version']);
  expect(spellOut(['version'])).toEqual(['--version']);
  expect(spellOut(['status', '-h'])).toEqual(['status', '--help']);
  expect(spellOut(['help', 'phase', 'run'])).toEqual(['help', 'phase', 'run']);
  expect(spellOut(['x', '--', '-h'])).toEqual(['x', '--', '-h']);
});

it('fills in what a flag without its value means', () => {
  expect(fillOptionalValues(['wizard', '--lab', '--notify'])).toEqual(['wizard', '--lab=default', '--notify=bell']);
  expect(fillOptionalValues(['wizard', '--lab', 'x', '--notify', 'desktop'])).toEqual([
    'wizard',
    '--lab',
    'x',
    '--notify',
    'desktop',
  ]);
});

it.each([
  [{}, '/opt/bin/catalyst', '/opt/bin/catalyst'],
  [{ npm_lifecycle_event: 'start' }, '/x/bin/run.js', 'npx catalyst'],
  [{ npm_lifecycle_event: 'npx', npm_lifecycle_script: 'catalyst' }, '/x/node_modules/.bin/catalyst', 'npx catalyst'],
  [{ npm_lifecycle_event: 'npx', npm_lifecycle_script: 'node' }, `${process.cwd()}/bin/run.js`, 'npx node bin/run.js'],
  [{}, `${process.cwd()}/bin/run.js`, 'node bin/run.js'],
])('the program is called as it was started: %o %s', (env, script, program) => {
  expect(invocationOf([], env, script).program).toBe(program);
});

it('knows the world from flags and variables, the last flag first', () => {
  const { given } = invocationOf(['status', '--lab', 'a', '--lab=b', '--', '--spec', 'no'], {
    CATALYST_SPEC: 's.yaml',
  });
  expect(given).toEqual({ spec: 's.yaml', lab: 'b' });
});

it('--quiet leaves results and warnings, and no news', () => {
  const written: string[] = [];
  const sink = { write: (text: string) => void written.push(text) };
  const output = createOutput({ json: false, stdout: sink, stderr: sink, redactor: createRedactor(), quiet: true });
  output.note('news');
  output.warn('careful');
  output.print('result');
  expect(written).toEqual(['! careful\n', 'result\n']);
});

it('--notify rings on a terminal only', () => {
  const written: string[] = [];
  const terminal = (isTTY: boolean) => ({ isTTY, write: (text: string) => void written.push(text) }) as never;
  notifyEnd('bell', 'done', terminal(true));
  notifyEnd('desktop', 'done', terminal(true));
  notifyEnd('bell', 'done', terminal(false));
  notifyEnd(undefined, 'done', terminal(true));
  expect(written).toEqual(['\u0007', '\u001b]9;done\u0007\u0007']);
});

it('--notify says how the command ended, also when a signal ended it after its last step', () => {
  expect(endedHow('catalyst wizard', undefined)).toBe('catalyst wizard is done');
  expect(endedHow('catalyst wizard', { exitCode: 3 })).toBe('catalyst wizard has failed');
  expect(endedHow('catalyst wizard', { exitCode: 130 })).toBe('catalyst wizard was interrupted');
});

it.each([
  [['status', '--no-color'], {}, true],
  [['status'], { TERM: 'dumb' }, true],
  [['status'], { TERM: 'xterm-256color' }, false],
])('colors: %j in %j', (argv, env, colorless) => {
  expect(isColorless(argv, env)).toBe(colorless);
});
