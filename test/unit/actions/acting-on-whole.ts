import { type ActionRig, actionRig } from '../../fakes/action-context.js';
import { type WholeRig, wholeRig } from '../handover/whole-rig.js';

/** A context of actions over both clusters in memory, which count as a lab. */
export async function actingOnWhole(): Promise<{ rig: WholeRig; acting: ActionRig }> {
  const rig = await wholeRig();
  Object.assign(rig.world, {
    identity: async () => ({ kind: 'lab', id: '1f', name: 'default' }),
    undoSignal: new AbortController().signal,
  });
  return { rig, acting: actionRig({ whole: rig.world }) };
}
