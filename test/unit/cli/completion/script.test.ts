import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installCompletion, installPath } from '../../../../src/cli/completion/install.js';
import { completionScript } from '../../../../src/cli/completion/script.js';

const bash = (script: string) =>
  execFileSync('bash', ['-c', script], { encoding: 'utf8', env: { HOME: '/nowhere' } }).trim();

/** What bash offers after these words, the last of which is being typed. */
function offered(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const typed = `COMP_WORDS=(catalyst ${quoted}); COMP_CWORD=${words.length}; _catalyst; echo "\${COMPREPLY[@]}"`;
  return bash(`${completionScript('bash')}\n${typed}`).split(' ');
}

it('bash completes commands, verbs, known arguments and flags', () => {
  expect(offered('wiz')).toEqual(['wizard']);
  expect(offered('phase', '')).toEqual(expect.arrayContaining(['list', 'run', 'show']));
  expect(offered('ticket', 'run', '37')).toEqual(expect.arrayContaining(['370', '376']));
  expect(offered('blueprint', 'show', 'bp-harb')).toEqual(['bp-harbor']);
  expect(offered('verify', 'dod', '--on')).toEqual(['--only']);
  expect(offered('explain', 'umb')).toEqual(['umbilical']);
  expect(offered('status', '--lab', '')).toEqual(['']);
});

it('zsh and fish get every command and its flags', () => {
  for (const shell of ['zsh', 'fish'] as const) {
    const script = completionScript(shell);
    for (const word of ['wizard', 'rehearse', 'decommission', 'max-rehearsal-age', 'state-dir'])
      expect(script).toContain(word);
  }
});

it('is installed where the shell looks, and zsh is told once', () => {
  const home = mkdtempSync(join(tmpdir(), 'completion-'));
  try {
    for (const shell of ['bash', 'zsh', 'fish'] as const) {
      installCompletion(shell, { HOME: home }, completionScript(shell));
      installCompletion(shell, { HOME: home }, completionScript(shell));
      expect(readFileSync(installPath(shell, { HOME: home }), 'utf8')).toBe(completionScript(shell));
    }
    expect(readFileSync(join(home, '.zshrc'), 'utf8').trim().split('\n')).toHaveLength(1);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
