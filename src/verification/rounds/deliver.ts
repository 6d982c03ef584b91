/** Sends what is new by each channel, once; what one does not take stays owed to it. */
import { DryRunStop } from '../../engine/dry-run.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import type { Act } from '../../world/step.js';
import type { News } from './alert.js';
import type { Channel } from './channels.js';
import type { Judged } from './judge.js';
import type { Alarm, Delivery } from './round.js';

export interface Delivered extends Pick<Judged, 'alarms' | 'owed'> {
  deliveries: Delivery[];
}

type About = Pick<News, 'fqdn' | 'at' | 'runId'>;

/** Throws what ends a run. */
export async function deliver(
  { alarms, owed }: Pick<Judged, 'alarms' | 'owed'>,
  { channels, act, about, signal }: { channels: readonly Channel[]; act: Act; about: About; signal: AbortSignal },
): Promise<Delivered> {
  let state: Pick<Judged, 'alarms' | 'owed'> = { alarms, owed };
  const deliveries: Delivery[] = [];
  for (const { name, send } of channels) {
    const returned = state.alarms.filter(({ told }) => !told.includes(name));
    const cleared = state.owed.filter(({ told }) => told.includes(name));
    if (returned.length + cleared.length === 0) continue;
    const told = { channel: name, returned: returned.map(({ key }) => key), cleared: cleared.map(({ key }) => key) };
    try {
      const answer = await send(act, { ...about, returned, cleared });
      state = { alarms: state.alarms.map(withChannel(name)), owed: without(state.owed, name) };
      if (answer === 'sent') deliveries.push({ ...told, sent: true });
    } catch (error) {
      signal.throwIfAborted();
      if (endsTheRun(error)) throw error;
      const why = error instanceof DryRunStop ? 'a dry-run sends nothing' : messageOf(error);
      deliveries.push({ ...told, sent: false, error: why });
    }
  }
  // What is owed to a channel that the spec does not name any more is owed to nobody.
  const names = channels.map(({ name }) => name as string);
  return { ...state, owed: state.owed.filter(({ told }) => told.some((name) => names.includes(name))), deliveries };
}

const withChannel =
  (name: string) =>
  (alarm: Alarm): Alarm =>
    alarm.told.includes(name) ? alarm : { ...alarm, told: [...alarm.told, name] };

function without(owed: readonly Alarm[], name: string): Alarm[] {
  return owed.flatMap((alarm) => {
    const told = alarm.told.filter((one) => one !== name);
    return told.length > 0 ? [{ ...alarm, told }] : [];
  });
}
