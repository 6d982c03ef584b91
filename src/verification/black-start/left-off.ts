/** What a killed black start has left: its servers are powered on again by the next run, before that does anything else. */
import { foldJournal, type JournalState } from '../../engine/journal-state.js';
import { isCatalystError, messageOf } from '../../support/errors/errors.js';
import type { Act } from '../../world/step.js';
import type { World } from '../../world/world.js';
import { liftBlock, requireFree } from '../experiment/egress-life.js';
import { untilApiAnswers } from './recovery.js';
import { ownServers, power, poweredIn } from './servers.js';

const bootMs = 15 * 60_000;

/** Names of servers that the journal's newest word powered off, or may have. Pure. */
export function leftOff({ operations }: Pick<JournalState, 'operations'>): string[] {
  const newest = new Map<string, { at: string; isOn: boolean }>();
  for (const { sentence, status, begunAt } of operations.values()) {
    const powered = poweredIn(sentence);
    if (!powered || (powered.power === 'off' && status === 'fail')) continue;
    const known = newest.get(powered.name);
    if (known && known.at > begunAt) continue;
    newest.set(powered.name, { at: begunAt, isOn: powered.power === 'on' && status === 'ok' });
  }
  return [...newest].filter(([, { isOn }]) => !isOn).map(([name]) => name);
}

/** Does nothing where the journal leaves none off. Those that run already were powered on by somebody. */
export async function powerOnLeft(
  world: World,
  act: Act,
  { entries, report }: { entries: Parameters<typeof foldJournal>[0]; report: (line: string) => void },
): Promise<void> {
  const names = leftOff(foldJournal(entries));
  const off = (await ownServers(world)).filter(
    ({ name, status }) => names.includes(String(name)) && status !== 'running',
  );
  if (off.length === 0) return;
  report(`an earlier run left ${off.map(({ name }) => name).join(', ')} powered off: powering on`);
  await power(world, act, off, 'on');
  await untilApiAnswers(world, { reason: 'after the power-on', timeoutMs: bootMs, signal: world.signal });
  try {
    const kube = await world.kube();
    await requireFree(world, kube);
    await liftBlock(kube, { act });
  } catch (error) {
    world.signal.throwIfAborted();
    // of another run, which lifts it; else the cluster does when its time is over
    report(isCatalystError(error, 'E5024') ? messageOf(error) : `the egress block was not lifted: ${messageOf(error)}`);
  }
}
