/** This machine's clock against Hetzner's: Object Storage refuses signatures, and certificates are not valid yet, where it is wrong. */
import type { Clock } from '../support/clock.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { Http } from '../tools/http/http.js';
import type { Check } from './check.js';

/** S3 refuses a request that was signed more than 15 minutes away from its own clock (RequestTimeTooSkewed). */
const refusedMs = 15 * 60_000;
/** Far more than a header in whole seconds and a slow answer make up. */
const suspiciousMs = 30_000;

/** @param endpoint an address that answers with a Date, whatever its status */
export function clockCheck(options: { http: Http; clock: Pick<Clock, 'now'>; endpoint: () => Promise<string> }): Check {
  const { http, clock, endpoint } = options;
  return {
    id: 'clock',
    title: 'the clock of this machine is right',
    async look() {
      const url = await endpoint();
      const before = clock.now().getTime();
      const { headers } = await http({ url, method: 'HEAD', timeoutMs: 8000 });
      const after = clock.now().getTime();
      const theirs = Date.parse(headers['date'] ?? '');
      if (Number.isNaN(theirs)) return `not compared: ${new URL(url).host} answers without a Date`;
      // a Date in whole seconds was true at some moment between request and answer
      const away = theirs + 1000 < before ? before - theirs - 1000 : theirs > after ? theirs - after : 0;
      const told = `${Math.round(away / 1000)} s ${theirs < before ? 'ahead of' : 'behind'} ${new URL(url).host}`;
      if (away < suspiciousMs) return away === 0 ? 'as the clock of Hetzner' : told;
      const remedy = ['set the clock by NTP: timedatectl set-ntp true', `then: ${command('preflight')}`];
      if (away < refusedMs) return { warn: `This machine's clock is ${told}.`, remedy };
      throw fail('E1402', `This machine's clock is ${told}; Object Storage refuses requests that are signed with it.`, {
        actions: remedy,
      });
    },
  };
}
