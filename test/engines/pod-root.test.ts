/** A script in a Pod's root: it finds what the Pod mounts and its own tools, and leaves nothing on this machine. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { canMount, enterPodRoot } from '../../lab/src/engines/pods/pod-root.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createExec, startProgram } from '../../src/tools/exec/exec.js';

const exec = createExec(createRedactor());
const directory = mkdtempSync(join(tmpdir(), 'catalyst-pod-root-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(name: string, script: string, env: Record<string, string> = {}) {
  const folder = join(directory, name);
  const tool = join(directory, 'its-tool');
  writeFileSync(tool, '#!/bin/sh\necho "the tool, $1"\n');
  chmodSync(tool, 0o755);
  const files = { '/run/secrets/word': 'known', '/mounted/it.sh': 'echo "a mounted script"\n' };
  const { file, args, said } = enterPodRoot({ folder, files, tools: [tool] }, ['sh', '-c', script]);
  const logFile = join(directory, `${name}.log`);
  const program = startProgram({
    file,
    args,
    cwd: directory,
    logFile,
    env: { PATH: '/opt/tools:/usr/bin:/bin', ...env },
  });
  return { how: await program.ended, said: readFileSync(said, 'utf8'), log: readFileSync(logFile, 'utf8') };
}

describe.skipIf(!(await canMount(exec)))('a script in the root of a Pod', () => {
  test('finds files, tools and environment, and says its word', async () => {
    const script =
      'cat /var/run/secrets/word; sh /mounted/it.sh; its-tool "$FOR"; printf %s "$FOR" > /dev/termination-log';
    const { how, said, log } = await run('finds', script, { FOR: 'him' });
    expect({ how, said, log }).toEqual({ how: 'exit 0', said: 'him', log: 'knowna mounted script\nthe tool, him\n' });
  });

  test('sees nothing of this machine but its programs, and leaves nothing there', async () => {
    const mark = `/left-behind-${process.pid}`;
    const script = `for f in /home /root /mnt ${directory}; do [ ! -e "$f" ] || echo "$f"; done; echo > ${mark}; echo > /tmp${mark}; head -c 4 /dev/zero | wc -c; exit 3`;
    const { how, log } = await run('alone', script);
    expect({ how, log: log.trim() }).toEqual({ how: 'exit 3', log: '4' });
    expect([mark, `/tmp${mark}`].filter((file) => existsSync(file))).toEqual([]);
  });
});
