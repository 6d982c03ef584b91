/** The journal of this invocation: locked at its first use, until the command ends. */
import { join } from 'node:path';
import type { Context } from '../../actions/session/context.js';
import { noJournal } from '../../engine/dry-run.js';
import { writePrivateFile } from '../../sovereign/state/state-dir.js';
import { once } from '../command/once.js';
import type { Opening } from './opening.js';
import type { ChosenSpec } from './spec/chosen-spec.js';

export function createSessionJournal(
  { flags, request, clock, runId, by, output, log, live, lab, onClose }: Opening,
  chosen: ChosenSpec,
  { stateDir, credentials }: Pick<Context, 'stateDir' | 'credentials'>,
): Context['journal'] {
  const { redactor } = request;
  const openJournal = once(async () => {
    const [{ lockJournal }, { specToYaml }] = await Promise.all([
      import('../../actions/session/lock-journal.js'),
      import('../../sovereign/spec/spec-yaml.js'),
    ]);
    const dir = await stateDir();
    const locked = await lockJournal(dir, {
      ...{ command: request.command, runId, by, clock, redactor },
      ...{ fqdn: await chosen.fqdn(), keys: credentials, warn: output.warn },
    });
    onClose(() => locked.release());
    request.onActing();
    log.open(dir, { runId, at: clock.now() });
    live.open(dir, log.path());
    // So that --sovereign finds it later, wherever the file was.
    writePrivateFile(join(dir, 'sovereign.yaml'), specToYaml((await chosen.written()).sovereign));
    return locked;
  });
  return async (world) => {
    if (flags['dry-run']) return noJournal;
    const mark = await lab();
    const claimed = mark && { kind: 'lab' as const, id: mark.id, name: mark.name };
    const locked = await openJournal();
    await locked.bind({ fqdn: await chosen.fqdn(), world: (await world?.()) ?? claimed });
    return locked.journal;
  };
}
