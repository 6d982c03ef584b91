/** How long the credentials of the kubeconfigs last: one that ends in the middle of a run ends the run there. */
import type { Kube } from '../kubernetes/client/kube.js';
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { Check } from './check.js';

/** A walk with a handover and its windows. */
const walkMs = 8 * 3_600_000;
const soonMs = 14 * 86_400_000;

export function credentialExpiry(options: {
  mother: () => Promise<Pick<Kube, 'credentialEnd'>>;
  clock: Pick<Clock, 'now'>;
}): Check {
  return {
    id: 'mother-credential',
    title: 'the credential for the mother lasts for the whole run',
    async look() {
      const { credentialEnd: ends } = await options.mother();
      if (ends === 'renewed') return 'a plugin or a file renews it';
      if (ends === undefined) return 'no expiry date could be read from it';
      const left = ends.getTime() - options.clock.now().getTime();
      const until = `It expires at ${ends.toISOString()}`;
      const actions = [
        `get a new kubeconfig for the mother, then: ${command('preflight', { 'mother-kubeconfig': 'FILE' })}`,
      ];
      if (left < walkMs)
        throw fail('E1306', `${until}: ${left < 0 ? 'it has expired' : 'before a run can be over'}.`, { actions });
      return left < soonMs ? { warn: `${until}.`, remedy: actions } : `until ${ends.toISOString().slice(0, 10)}`;
    },
  };
}
