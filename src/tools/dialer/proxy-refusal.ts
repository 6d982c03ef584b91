/** What to do when a proxy did not let a connection through, or was not there: nothing behind it was asked. */
import { messageOf } from '../../support/errors/errors.js';

/** As Node says it of a tunnel. */
const tunnels = /establish tunnel to (?<host>\[[^\]]+\]|[^\s:]+):\d+ via (?<proxy>\S+): HTTP\/[\d.]+ (?<status>\d{3})/g;

/** As `unreachable` says it. */
const ways = /the proxy (?<proxy>\S+) on the way to (?<host>\S+) cannot be reached/g;

/** The error of the way to a proxy, which names neither the proxy nor whom it was to lead to. */
export function unreachable(proxy: string, host: string, error: Error): Error {
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  const { code } = error as { code?: string };
  // Node's own, with the answer of the proxy.
  if (/via \S+: HTTP/.test(inner)) return error;
  const named = new Error(`the proxy ${proxy} on the way to ${host} cannot be reached: ${inner || code}`, {
    cause: error,
  });
  return Object.assign(named, code === undefined ? {} : { code });
}

/** Actions for a person, for all hosts in what was said; none when no proxy said it. Pure. */
export function proxyActions(said: string): string[] {
  const refused = [...said.matchAll(tunnels)].map(
    ({ groups }) => groups as Record<'host' | 'proxy' | 'status', string>,
  );
  const [first] = refused;
  if (first === undefined) return absentActions(said);
  const hosts = [...new Set(refused.map(({ host }) => host))];
  const address = first.proxy.replace(/^.*:\/\/|\/$/g, '');
  if (refused.some(({ status }) => status === '407'))
    return [`give the proxy its login: export HTTPS_PROXY=http://USER:PASSWORD@${address}`, passBy(hosts.join())];
  return [`ask whoever runs the proxy ${address} to let ${hosts.join(' and ')} through`, passBy(hosts.join())];
}

function absentActions(said: string): string[] {
  const absent = [...said.matchAll(ways)].map(({ groups }) => groups as Record<'host' | 'proxy', string>);
  const [first] = absent;
  if (first === undefined) return [];
  return [
    `correct the proxy, at which nothing answers: env | grep -i _proxy shows where ${first.proxy} is set`,
    passBy([...new Set(absent.map(({ host }) => host))].join()),
  ];
}

/** For what can be reached without the proxy. */
export function passBy(host: string): string {
  return `or bypass it: export NO_PROXY="$NO_PROXY,${host}"`;
}
