/** Another Sovereign of the same invocation: what flags say of the first one does not lead to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openContext } from '../../../../src/cli/context/context.js';
import { throwawayOf } from '../../../../src/sovereign/spec/checks/throwaway.js';
import { packageRoot } from '../../../../src/support/package-root.js';
import { createRedactor } from '../../../../src/support/redact/redact.js';
import { omantel } from '../../../fakes/fake-world.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'catalyst-another-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const kubeconfig = `apiVersion: v1
kind: Config
current-context: it
clusters: [{name: it, cluster: {server: 'https://192.0.2.1:6443'}}]
users: [{name: it, user: {token: a-token}}]
contexts: [{name: it, context: {cluster: it, user: it}}]
`;

it('a throwaway is not reached with the kubeconfig of the Sovereign that is rehearsed: its cluster would be wiped', async () => {
  const file = join(home, 'kubeconfig');
  writeFileSync(file, kubeconfig, { mode: 0o600 });
  const { signal } = new AbortController();
  const flags = { yes: false, quiet: false, 'no-input': true, 'dry-run': true, verbose: false, 'no-color': true };
  const context = openContext(
    { ...flags, kubeconfig: file, 'state-dir': join(home, 'state') },
    {
      ...{ json: true, root: packageRoot, command: 'rehearse', ignored: [] },
      ...{ invocation: { program: 'catalyst', given: {} }, runs: [], planned: [] },
      env: { XDG_CONFIG_HOME: home, XDG_STATE_HOME: home, CATALYST_PASSPHRASE: 'nobody reads this' },
      redactor: createRedactor(),
      ...{ signal, undoSignal: signal, onActing: () => undefined, onChange: () => undefined },
    },
  );
  const own = { sovereign: omantel(), path: join(home, 'sovereign.yaml') };
  context.useSpec(own);
  const other = context.another({ ...own, sovereign: throwawayOf(own.sovereign, 'test') });
  try {
    expect((await (await context.world()).kube()).server).toBe('https://192.0.2.1:6443');
    await expect((await other.world()).kube()).rejects.toMatchObject({ code: 'E3101' });
  } finally {
    await other.close();
    await context.close();
  }
});
