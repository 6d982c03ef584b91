/** The table is shown again when the journal changed what it says, and only then. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { watchStatus } from '../../../src/actions/status-watch.js';
import { actionRig } from '../../fakes/action-context.js';
import { until } from '../../until.js';

it('status --watch follows the journal until it is stopped', async () => {
  const rig = actionRig();
  const journal = await rig.context.journal();
  journal.append({ kind: 'run-started', inputs: { command: 'wizard', steps: ['#370'] } });
  const stop = new AbortController();
  const shown: string[] = [];
  const watched = watchStatus(rig.stateDir, 'omantel.omani.works', stop.signal, (result) =>
    shown.push(JSON.stringify(result)),
  );
  writeFileSync(join(rig.stateDir, 'other'), '');
  await until(() => {
    // Whatever is watched only from now on is seen at the next line.
    journal.append({ kind: 'note' });
    return shown.length > 0;
  });
  const first = shown.length;
  journal.append({ kind: 'step-started', step: '#370' });
  await until(() => shown.length > first);
  expect(new Set(shown).size).toBe(shown.length);
  stop.abort();
  expect(JSON.stringify(await watched)).toBe(shown.at(-1));
  appendFileSync(join(rig.stateDir, 'other'), 'more');
  await rig.end();
});

it('of a folder that is not there fails', async () => {
  const never = new AbortController().signal;
  await expect(watchStatus('/nowhere/at/all', undefined, never, () => undefined)).rejects.toThrow('ENOENT');
});
