/** The script that tells Gitea of the realm, run by a shell: Git must come up whatever Keycloak does. */
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';

let folder: string;
let script: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'catalyst-sign-in-'));
  const blueprints = await loadBlueprints(join(import.meta.dirname, '../../../templates/blueprints'));
  const gitea = blueprints.find(({ name }) => name === 'bp-gitea')!;
  const values = gitea.documents.values['values'] as { postExtraInitContainers: { args: string[] }[] };
  script = values.postExtraInitContainers[0]!.args[0]!.replaceAll('$${', '${');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `sources`: what `gitea admin auth list` prints; `answers`: from which request on the realm answers. */
function run({ sources = '', answers = 1, writes = true }: { sources?: string; answers?: number; writes?: boolean }) {
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  program(
    'gitea',
    `[ "$3" = list ] && { printf '${sources}'; exit 0; }\necho "$@" >> ${folder}/calls; exit ${writes ? 0 : 1}`,
  );
  program('curl', `echo "$@" >> ${folder}/asked; [ $(wc -l < ${folder}/asked) -ge ${answers} ]`);
  program('sleep', 'exit 0');
  const env = { PATH: `${folder}:/usr/bin:/bin`, FQDN: 'omantel.omani.works', KEY: 'gitea', SECRET: 'hidden' };
  const output = execFileSync('sh', ['-c', script], { env, encoding: 'utf8' });
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
  return { output, calls: read('calls'), asked: read('asked').trim().split('\n').length };
}

describe('the source of sign-in', () => {
  it('is added once the realm answers, with what the realm knows of Gitea', () => {
    const { calls, asked } = run({ answers: 3 });
    expect(asked).toBe(3);
    expect(calls).toMatch(/^admin auth add-oauth --name keycloak --provider openidConnect --key gitea --secret hidden/);
    expect(calls).toContain('https://auth.omantel.omani.works/realms/sovereign/.well-known/openid-configuration');
    expect(calls).toContain('--admin-group sovereign-admins');
  });

  it('is updated when it is there', () => {
    expect(run({ sources: 'ID Name Type Enabled\\n7 keycloak OAuth2 true\\n' }).calls).toMatch(
      /^admin auth update-oauth --id 7/,
    );
  });

  it('stays as it is, without a wait, while Keycloak is down and it is there', () => {
    const { calls, asked, output } = run({ sources: '7 keycloak OAuth2 true\\n', answers: 1000 });
    expect([calls, asked]).toEqual(['', 1]);
    expect(output).toContain('Keycloak does not answer');
  });

  it('never keeps Gitea from starting', () => {
    expect(run({ answers: 1000 })).toMatchObject({ calls: '', asked: 60 });
    expect(run({ writes: false }).output).toContain('could not be written');
  });
});
