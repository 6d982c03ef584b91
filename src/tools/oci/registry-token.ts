/**
 * Answers a registry's challenge: Basic, or a bearer token from its token service. The challenge is the server's word alone, so the
 * login goes to no other host than the one it was given for, or the one that the spec names, and over TLS.
 */
import { fail } from '../../support/errors/errors.js';
import { bareHost, isLoopback } from '../dialer/proxies.js';

export interface RegistryLogin {
  /** `https://ghcr.io` */
  origin: string;
  /** `user:password`; left out: anonymous. */
  login?: string;
  /** Host of a token service that the spec names beside the registry's own. */
  tokenService?: string;
}

/** GET of that address; the body as text. */
export type AskToken = (
  url: string,
  headers: Record<string, string>,
) => Promise<{
  status: number;
  text: string;
}>;

/** The authorization header for the next requests, empty when there is no login. Throws E3009 and E3010. */
export async function authorizationFor(ask: AskToken, challenge: string, registry: RegistryLogin): Promise<string> {
  const basic = registry.login === undefined ? '' : `Basic ${Buffer.from(registry.login).toString('base64')}`;
  if (!/^bearer\b/i.test(challenge)) {
    if (basic) requireTls(new URL(registry.origin), registry);
    return basic;
  }
  const url = tokenAddress(challenge, registry);
  if (basic) requireOwn(url, registry);
  const answer = await ask(url.href, basic ? { authorization: basic } : {});
  return `Bearer ${answer.status === 200 ? tokenIn(answer.text, url) : ''}`;
}

/** Where an upload goes on: where the registry says, as long as that is the registry itself. Throws E3009 and E3010. */
export function uploadAddress(location: string | undefined, { origin }: Pick<RegistryLogin, 'origin'>): URL {
  if (!location || !URL.canParse(location, origin))
    throw fail('E3010', `${origin} gave no address to continue an upload.`);
  const [url, own] = [new URL(location, origin), new URL(origin)];
  if (url.hostname !== own.hostname)
    throw fail('E3009', `${origin} requests an upload, with the login, to be sent to ${url.host}.`, {
      data: { registry: origin, location: url.origin },
    });
  // behind a proxy that ends TLS, registries name themselves as they see it
  url.protocol = own.protocol;
  url.port = own.port;
  return url;
}

function tokenAddress(challenge: string, { origin }: RegistryLogin): URL {
  const field = (name: string) => challenge.match(new RegExp(`\\b${name}="([^"]*)"`, 'i'))?.[1];
  const realm = field('realm') ?? '';
  const url = URL.canParse(realm) ? new URL(realm) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw fail('E3010', `${origin} names a token service at "${realm}", which is not an address.`);
  for (const name of ['service', 'scope']) {
    const value = field(name);
    if (value) url.searchParams.set(name, value);
  }
  return url;
}

function requireOwn(url: URL, registry: RegistryLogin): void {
  const own = [new URL(registry.origin).hostname, registry.tokenService ?? ''].map(bareHost);
  if (own.includes(bareHost(url.hostname))) {
    requireTls(url, registry);
    return;
  }
  throw fail(
    'E3009',
    `${registry.origin} requests its login to be sent to ${url.host}. catalyst sends a login only to the registry's own host.`,
    {
      actions: [`If ${url.hostname} is its token service, set spec.charts.tokenService: ${url.hostname}`],
      data: { registry: registry.origin, realm: url.origin },
    },
  );
}

function requireTls(url: URL, { origin }: RegistryLogin): void {
  if (url.protocol === 'https:' || isLoopback(url.hostname)) return;
  throw fail('E3009', `${origin} requests its login to be sent to ${url.origin}, without TLS: anybody could read it.`, {
    actions: [`Reach the registry by https, or without a login: helm registry logout ${new URL(origin).host}`],
    data: { registry: origin, realm: url.origin },
  });
}

function tokenIn(text: string, url: URL): string {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch {
    said = undefined;
  }
  const { token, access_token: other } = (said ?? {}) as { token?: unknown; access_token?: unknown };
  const found = token ?? other;
  if (typeof found === 'string' && /^[\x21-\x7e]+$/.test(found)) return found;
  throw fail('E3010', `The token service at ${url.origin} answered 200 without a token.`, {
    data: { realm: url.origin },
  });
}
