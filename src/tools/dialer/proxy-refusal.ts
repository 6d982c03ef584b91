/** What to do when a proxy did not let a connection through: that error is the proxy's own, and nothing behind it was asked. */

/** As Node says it of a tunnel. */
const tunnel = /establish tunnel to (?<host>.+):\d+ via (?<proxy>\S+): HTTP\/[\d.]+ (?<status>\d{3})/;

/** Actions for a person; none when no proxy said it. Pure. */
export function proxyActions(said: string): string[] {
  const { host = '', proxy = '', status } = tunnel.exec(said)?.groups ?? {};
  if (status === undefined) return [];
  const address = proxy.replace(/^.*:\/\/|\/$/g, '');
  if (status === '407')
    return [`give the proxy its login: export HTTPS_PROXY=http://USER:PASSWORD@${address}`, passBy(host)];
  return [`ask whoever runs the proxy ${address} to let ${host} through`, passBy(host)];
}

/** For what can be reached without the proxy. */
export function passBy(host: string): string {
  return `or bypass it: export NO_PROXY="$NO_PROXY,${host}"`;
}
