/** Puts the completion where a shell looks for it. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import type { Shell } from './script.js';

type Env = Readonly<Record<string, string | undefined>>;

export function installPath(shell: Shell, env: Env): string {
  const home = env.HOME || homedir();
  const data = env.XDG_DATA_HOME || join(home, '.local', 'share');
  if (shell === 'bash') return join(data, 'bash-completion', 'completions', 'catalyst');
  if (shell === 'zsh') return join(data, 'zsh', 'site-functions', '_catalyst');
  return join(env.XDG_CONFIG_HOME || join(home, '.config'), 'fish', 'completions', 'catalyst.fish');
}

/** What was done, a line each. Throws E1201. */
export function installCompletion(shell: Shell, env: Env, script: string): string[] {
  const path = installPath(shell, env);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, script);
    const rc = shell === 'zsh' ? addToFpath(dirname(path), env) : [];
    return [`wrote ${path}`, ...rc, 'open a new shell to use it'];
  } catch (error) {
    throw fail('E1201', `The completion cannot be installed: ${messageOf(error)}.`, {
      actions: [
        `check who owns ${dirname(path)}`,
        `or load it in this shell alone: source <(${command('completion', shell)})`,
      ],
      cause: error,
    });
  }
}

/** zsh loads completions only from the folders in `fpath`, so the folder is added to it in .zshrc. */
function addToFpath(folder: string, env: Env): string[] {
  const rc = join(env.ZDOTDIR || env.HOME || homedir(), '.zshrc');
  const line = `fpath=(${folder} $fpath); autoload -Uz compinit; compinit  # catalyst completion`;
  if (existsSync(rc) && readFileSync(rc, 'utf8').includes(line)) return [];
  appendFileSync(rc, `${line}\n`);
  return [`added a line to ${rc}`];
}
