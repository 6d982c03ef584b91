/** A login plugin as kubeconfigs name it: a script that notes each run and prints what the test gives it. */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LoginPlugin {
  /** `users[].user` of a kubeconfig; its command is relative to the folder. */
  user: object;
  /** What it prints from now on. */
  says(status: object): void;
  runs(): number;
  /** The environment of its last run. */
  environment(): Record<string, string>;
}

export function loginPlugin(folder: string): LoginPlugin {
  const at = (name: string) => join(folder, name);
  const script = `#!/bin/sh\necho run >> '${at('runs')}'\nenv -0 > '${at('environment')}'\ncat '${at('answer.json')}'\n`;
  writeFileSync(at('plugin.sh'), script);
  chmodSync(at('plugin.sh'), 0o755);
  const apiVersion = 'client.authentication.k8s.io/v1';
  return {
    user: {
      exec: { apiVersion, command: './plugin.sh', args: [], interactiveMode: 'Never', provideClusterInfo: true },
    },
    says: (status) =>
      writeFileSync(at('answer.json'), JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: {}, status })),
    runs: () => (existsSync(at('runs')) ? readFileSync(at('runs'), 'utf8').trim().split('\n').length : 0),
    environment: () =>
      Object.fromEntries(
        readFileSync(at('environment'), 'utf8')
          .split('\0')
          .filter(Boolean)
          .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
      ),
  };
}
