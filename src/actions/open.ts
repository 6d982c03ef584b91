/** Addresses of a Sovereign that a person opens in a browser. */
import { pathToFileURL } from 'node:url';
import { logins } from '../sovereign/logins.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import { nearest } from '../support/nearest.js';
import { newestReport } from './evidence/show.js';
import type { Context } from './session/context.js';

export interface Place {
  name: string;
  address: string;
  /** Whether a browser was started. */
  opened: boolean;
}

export type OpenInBrowser = (address: string) => Promise<boolean>;

/** Throws E1001 for a place that is none, E6102 for a report that nobody has made yet. */
export async function openPlace(context: Context, name: string, open: OpenInBrowser): Promise<Place> {
  const { fqdn } = (await context.spec()).sovereign.spec;
  const places = placesOf(fqdn);
  if (name === 'report') {
    const report = newestReport(await context.stateDir());
    if (report === undefined)
      throw fail('E6102', `There is no report of ${fqdn} yet: the Definition of Done was not taken.`, {
        actions: [command('verify dod')],
      });
    const address = pathToFileURL(report).href;
    return { name, address, opened: await open(address) };
  }
  const address = places[name];
  if (address === undefined) {
    const known = [...Object.keys(places), 'report'];
    const near = nearest(name, known);
    throw fail('E1001', `There is no place "${name}"; known: ${known.join(', ')}.`, {
      actions: [near ? command('open', near) : command('open', 'console')],
    });
  }
  // The names of a lab resolve inside of it alone.
  return { name, address, opened: context.options.lab === undefined && (await open(address)) };
}

function placesOf(fqdn: string): Record<string, string> {
  const [account, , git, registry, grafana] = logins(fqdn).map((login) => login.address);
  return { console: `https://console.${fqdn}`, account: account!, git: git!, registry: registry!, grafana: grafana! };
}
