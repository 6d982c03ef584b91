/** What to do when a proxy did not let a connection through: that error is the proxy's own, and nothing behind it was asked. */

/** As Node says it of a tunnel. */
const tunnels = /establish tunnel to (?<host>\[[^\]]+\]|[^\s:]+):\d+ via (?<proxy>\S+): HTTP\/[\d.]+ (?<status>\d{3})/g;

/** Actions for a person, for all hosts in what was said; none when no proxy said it. Pure. */
export function proxyActions(said: string): string[] {
  const refused = [...said.matchAll(tunnels)].map(
    ({ groups }) => groups as Record<'host' | 'proxy' | 'status', string>,
  );
  const [first] = refused;
  if (first === undefined) return [];
  const hosts = [...new Set(refused.map(({ host }) => host))];
  const address = first.proxy.replace(/^.*:\/\/|\/$/g, '');
  if (refused.some(({ status }) => status === '407'))
    return [`give the proxy its login: export HTTPS_PROXY=http://USER:PASSWORD@${address}`, passBy(hosts.join())];
  return [`ask whoever runs the proxy ${address} to let ${hosts.join(' and ')} through`, passBy(hosts.join())];
}

/** For what can be reached without the proxy. */
export function passBy(host: string): string {
  return `or bypass it: export NO_PROXY="$NO_PROXY,${host}"`;
}
