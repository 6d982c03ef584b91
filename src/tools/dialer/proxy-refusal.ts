/** What to do when a proxy did not let a connection through, was not there, or never answered: nothing behind it was asked, or may have been. */
import { messageOf } from '../../support/errors/errors.js';
import { bareHost, proxyUrl, shownProxy } from './proxies.js';

/** Through which proxy a host is reached. */
export interface Through {
  /** Without its login. */
  proxy: string;
  host: string;
  /** Where it is named; default: the environment. */
  namedBy?: 'kubeconfig';
}

/** Of a way that the dialer found; undefined for a direct one. */
export const through = ({ proxy }: { proxy?: URL | undefined }, { hostname }: URL): Through | undefined =>
  proxy && { proxy: shownProxy(proxy), host: bareHost(hostname) };

/** Of `proxy-url` in a kubeconfig. */
export function throughOfKubeconfig(named: string, { hostname }: URL): Through | undefined {
  const proxy = proxyUrl(named);
  return proxy && { proxy: shownProxy(proxy), host: bareHost(hostname), namedBy: 'kubeconfig' };
}

/** In words, for messages: ` (through the proxy …)`, or nothing. */
export const throughText = (way: Through | undefined): string => (way ? ` (through the proxy ${way.proxy})` : '');

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

/**
 * Actions for a person, for all hosts in what was said; none when no proxy said it. Pure.
 * @param way of a call that got no answer: its proxy may have swallowed it, as a server may that is slow or away
 */
export function proxyActions(said: string, way?: Through): string[] {
  const refused = [...said.matchAll(tunnels)].map(
    ({ groups }) => groups as Record<'host' | 'proxy' | 'status', string>,
  );
  const [first] = refused;
  if (first === undefined) return absentActions(said, way);
  const hosts = [...new Set(refused.map(({ host }) => host))];
  const address = first.proxy.replace(/^.*:\/\/|\/$/g, '');
  if (refused.some(({ status }) => status === '407')) return [loginAction(address, way), ...passes(hosts.join(), way)];
  return [`ask whoever runs the proxy ${address} to let ${hosts.join(' and ')} through`, ...passes(hosts.join(), way)];
}

const loginAction = (address: string, way?: Through) =>
  way?.namedBy === 'kubeconfig'
    ? `give the proxy its login, in proxy-url of the kubeconfig: http://USER:PASSWORD@${address}`
    : `give the proxy its login: export HTTPS_PROXY=http://USER:PASSWORD@${address}`;

function absentActions(said: string, way?: Through): string[] {
  const absent = [...said.matchAll(ways)].map(({ groups }) => groups as Record<'host' | 'proxy', string>);
  const [first] = absent;
  if (first === undefined) return way ? silentActions(way) : [];
  return [
    `correct the proxy, at which nothing answers: ${whereSet(first.proxy, way)}`,
    ...passes([...new Set(absent.map(({ host }) => host))].join(), way),
  ];
}

const silentActions = (way: Through) => [
  `check that the proxy ${way.proxy} answers, and lets ${way.host} through: ${whereSet('it', way)}`,
  ...passes(way.host, way),
];

const whereSet = (what: string, way?: Through) =>
  way?.namedBy === 'kubeconfig'
    ? `proxy-url in the kubeconfig names ${what}`
    : `env | grep -i _proxy shows where ${what} is set`;

/** For what can be reached without the proxy; a proxy that a kubeconfig names is always taken. */
function passes(host: string, way?: Through): string[] {
  return way?.namedBy === 'kubeconfig' ? [] : [`or bypass it: export NO_PROXY="$NO_PROXY,${host}"`];
}
