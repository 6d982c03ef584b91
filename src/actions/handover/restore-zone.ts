/** `--restore-zone` of `handover abort` and `cluster destroy`: a run of its own after theirs. */
import { keptZone } from '../../walk/delegation/kept-zone.js';
import { restoreZone } from '../../walk/delegation/restore-zone.js';
import { confirmedRun } from '../session/confirmed-run.js';
import type { Context } from '../session/context.js';
import { runOne } from '../session/run-one.js';
import type { StepsRun } from '../session/run-steps.js';

/** Throws E5030 where nothing was kept. `inputs`: of the command, with what `resume` needs to call it again. */
export async function restoreMotherZone(
  context: Context,
  { inputs, confirm }: { inputs: { command: string } & Record<string, unknown>; confirm?: string },
): Promise<StepsRun['mutations']> {
  const step = restoreZone(await context.world());
  const { mutations } = await confirmedRun(context, (session) => runOne(session, step, { inputs }), { confirm });
  return mutations;
}

/** Tells a person that it can be put back, where something is kept. */
export async function offerRestoration(context: Context, command: string): Promise<void> {
  const world = await context.world();
  const { zones } = await keptZone(world);
  const kept = zones.at(-1);
  if (kept)
    context.output.note(
      `The mother's own zone ${world.sovereign.spec.fqdn} is kept as it was at ${kept.at}; to put it back: catalyst ${command} --restore-zone`,
    );
}
