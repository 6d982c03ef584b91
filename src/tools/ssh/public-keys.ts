/** Public SSH keys that a person already has: those of the agent, then the .pub files of ~/.ssh. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../exec/exec.js';

export interface PublicKey {
  /** `agent`, or the file's name. */
  from: string;
  /** `ssh-ed25519 AAAA… comment` */
  line: string;
}

/** An agent or folder that is not there has no keys; nothing is thrown. A key of both is listed once. */
export async function listPublicKeys(exec: Exec, home: string | undefined): Promise<PublicKey[]> {
  const found = [...(await agentKeys(exec)), ...(home === undefined ? [] : fileKeys(join(home, '.ssh')))];
  const seen = new Set<string>();
  return found.filter(({ line }) => {
    const blob = line.split(' ')[1] ?? '';
    const first = blob !== '' && !seen.has(blob);
    seen.add(blob);
    return first;
  });
}

async function agentKeys(exec: Exec): Promise<PublicKey[]> {
  try {
    // Exit 1: the agent holds none; 2: there is no agent.
    const { stdout, exitCode } = await exec({
      file: 'ssh-add',
      args: ['-L'],
      inherit: ['SSH_AUTH_SOCK'],
      timeoutMs: 5000,
      okCodes: [0, 1, 2],
    });
    return exitCode === 0 ? lines(stdout).map((line) => ({ from: 'agent', line })) : [];
  } catch {
    return [];
  }
}

function fileKeys(folder: string): PublicKey[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.pub'))
      .sort()
      .flatMap((name) => lines(readFileSync(join(folder, name), 'utf8')).map((line) => ({ from: name, line })));
  } catch {
    return [];
  }
}

const lines = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[a-z]/.test(line));
