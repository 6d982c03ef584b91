/** D19 and W2: durations against estimates that are there. */
import { fail, notChecked, worldsOn } from '../rigged-world.js';
import { onDurations } from '../stages/durations.js';

export const worlds = worldsOn(onDurations, [
  {
    ...{ id: 'duration-unknown', item: 'D19', gap: 'a step without an estimate' },
    rigged: 'a step that nobody has estimated or measured',
    expected: notChecked(/#999 has no estimate/),
    rig({ steps, took }) {
      steps.push({ id: '#999' });
      took.set('#999', [3000]);
    },
  },
  {
    ...{ id: 'duration-untimed', item: 'D19', gap: 'a step that was not timed' },
    rigged: 'the journal has no duration of #383',
    expected: notChecked(/#383 was not timed/),
    rig: ({ took }) => took.delete('#383'),
  },
  {
    ...{ id: 'duration-late', item: 'D19', gap: 'later than its estimate' },
    rigged: '#383 took ten minutes, and nothing says why',
    expected: fail(/#383 took 10m/),
    rig: ({ took }) => took.set('#383', [600_000]),
  },
  {
    ...{ id: 'duration-half-explained', item: 'D19', gap: 'a wait that explains a part' },
    rigged: '#383 took ten minutes, of which it waited two for a certificate',
    expected: fail(/#383 took 10m.* waited 2m for a certificate/),
    rig({ took, waits }) {
      took.set('#383', [600_000]);
      waits.set('#383', [{ for: 'a certificate', ms: 120_000 }]);
    },
  },
  {
    ...{ id: 'duration-quick', item: 'D19', gap: 'quicker than it can have been' },
    rigged: 'an earlier run of #384 took five minutes; this one took none',
    expected: fail(/#384 took .*, earlier runs took 5m/),
    rig: ({ took }) => took.set('#384', [300_000, 100]),
  },
]);
