/** What is asked of both ingresses, and what of an answer is compared. */
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { domain } from './objects.js';

/** As the Blueprint sets it, or without the redirect to websecure and without TLS of its entry point. */
export type Settings = 'tree' | 'bare';

export interface Turn {
  /** Names the turn in differences.ts. */
  id: string;
  settings: Settings;
  secure: boolean;
  host: string;
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Name that TLS is begun with: the host unless given; empty: none. */
  servername: string;
}

export interface Answer {
  status: number | string;
  location?: string;
  type?: string | undefined;
  /** What the backend saw, or the text of the answer. */
  said?: unknown;
  /** Common name of the certificate, and what tells it from others of that name. */
  certificate?: string;
}

type More = Partial<Pick<Turn, 'method' | 'headers' | 'body' | 'servername'>> & { of?: Settings };

function turn(secured: boolean) {
  return (id: string, address: string, { of = 'tree', ...more }: More = {}): Turn => {
    const cut = address.indexOf('/');
    const host = `${address.slice(0, cut)}.${domain}`;
    const about = { id: `${of}: ${id}`, settings: of, secure: secured, host, path: address.slice(cut) };
    return { ...about, method: 'GET', headers: {}, servername: host.replace(/:\d+$/, ''), ...more };
  };
}
const ask = turn(true);
const askPlain = turn(false);
const bare = (more: More = {}): More => ({ ...more, of: 'bare' });
const post = (more: More = {}): More => ({ method: 'POST', body: 'a=1', ...more });

export const turns: readonly Turn[] = [
  askPlain('to https', 'ing/'),
  askPlain('to https with a query', 'ing/x/y?z=1&a=%2F'),
  askPlain('to https of a post', 'ing/', post()),
  askPlain('to https of a head', 'ing/', { method: 'HEAD' }),
  askPlain('to https of nobody', 'nobody-there/x'),
  { ...askPlain('to https with a port', 'ing/p'), host: `ing.${domain}:31080` },
  { ...askPlain('to https of a name in capitals', 'ing/'), host: `ING.${domain.toUpperCase()}` },

  ask('root', 'ing/'),
  ask('a path below', 'ing/some/where?q=1'),
  ask('a prefix', 'ing/api'),
  ask('below a prefix', 'ing/api/v1'),
  ask('what only begins like a prefix', 'ing/apis'),
  ask('exact', 'ing/exact'),
  ask('exact with a slash', 'ing/exact/'),
  ask('longer than exact', 'ing/exact/below/x'),
  ask('a port by its name', 'ing/named'),
  ask('implementation specific', 'ing/specific/x'),
  ask('encoded', 'ing/a%20b%2Fc'),
  ask('a prefix that is encoded', 'ing/%61pi'),
  ask('dots', 'ing/a/../api/./x/..'),
  ask('more than one slash', 'ing//a///api/'),
  ask('dots above all', 'ing/../../x'),
  askPlain('dots to https', 'ing/a/../b//c/'),
  ask('a post', 'ing/api', post({ headers: { 'content-type': 'text/plain' } })),
  ask('a head', 'ing/api', { method: 'HEAD' }),
  ask('a put', 'ing/', { method: 'PUT', body: '{}' }),
  ask('a Service without Pods', 'ing/empty'),
  ask('a Service whose Pod is not Ready', 'ing/unready'),
  ask('a Service that is not there', 'ing/missing'),
  ask('a port that is not there', 'ing/no-port'),
  ask('a port whose name is not there', 'ing/no-such-name'),
  ask('a Service outside', 'ing/outside'),
  ask('the greater priority', 'ing/private'),
  ask('below the greater priority', 'ing/prior'),
  ask('one below a wildcard', 'some.wild/'),
  ask('two below a wildcard', 'a.some.wild/'),
  ask('the wildcard without a name', 'wild/'),
  ask('beside a wildcard', 'own.wild/'),
  ask('any host', 'nobody-there/for-any-host'),
  ask('nobody', 'nobody-there/'),
  { ...ask('a name in capitals', 'ing/'), host: `ING.${domain.toUpperCase()}` },
  { ...ask('a port in the name', 'ing/'), host: `ing.${domain}:31443` },
  { ...ask('a dot at the end', 'ing/'), host: `ing.${domain}.` },
  ask('another class', 'another-class/'),
  ask('a class that is not there', 'no-such-class/'),
  ask('of websecure alone', 'secure-only/'),
  ask('of web alone', 'plain-only/'),
  ask('annotated with tls', 'with-tls/'),
  ask('a Middleware', 'stripped/strip/x'),
  ask('a Middleware that leaves nothing', 'stripped/strip'),
  ask('a Middleware that leaves a query', 'stripped/strip?x=1'),
  ask('a Middleware of another namespace', 'stripped-elsewhere/strip/x'),
  ask('a Middleware that is not there', 'no-middleware/'),
  ask('two Middlewares', 'first-of-two/from/x'),
  ask('a redirect to where it is', 'redirected/x'),

  ask('a route', 'route/'),
  ask('a route, its rule a prefix', 'rules/a/x'),
  ask('a route, its rule a path', 'rules/b'),
  ask('a route, not that path', 'rules/b/x'),
  ask('a route, its rule a pattern', 'rules/cdc'),
  ask('a route, its rule a denial', 'rules/e'),
  ask('a route, none of its rules', 'rules/'),
  ask('a route, its host a pattern', 'some-rules/'),
  ask('a route, its host in capitals', 'upper/'),
  ask('a route with two hosts', 'a/'),
  ask('the longer rule', 'order/long/path'),
  ask('the shorter rule', 'order/other'),
  ask('the priority of a route', 'order/lo'),
  ask('a route to nothing', 'gone/'),
  ask('a route to no port', 'no-port/'),
  ask('a route to another namespace', 'other-service/'),
  ask('a route by a Middleware of another namespace', 'other-middleware/strip/x'),
  ask('a route by no Middleware', 'none/'),
  ask('a route to nobody', 'nobody/'),
  ask('a route without tls', 'no-tls/'),
  ask('a route of web', 'plain-route/'),

  ask('moved', 'moved/old/x?y=1'),
  ask('moved, a post', 'moved/old/x', post()),
  ask('moved, a head', 'moved/old/x', { method: 'HEAD' }),
  ask('not moved', 'moved/new'),
  ask('found', 'found/a/x'),
  ask('found, a post', 'found/a/x', post()),
  { ...ask('found, with a port', 'found/a/x'), host: `found.${domain}:31443` },
  ask('to https already', 'to-https/x'),
  ask('to another port', 'to-port/x?y=1'),
  ask('stripped and prefixed', 'strip/strip/x?y=1'),
  ask('stripped of all', 'strip/strip'),
  ask('stripped of the second', 'strip/cut/x'),
  ask('stripped in the midst of a word', 'strip/stripped'),
  ask('not stripped', 'strip/other'),
  ask('prefixed', 'prefix/x?y=1'),
  ask('another path', 'path/x?y=1'),
  ask('another path by a pattern', 'path-regex/from/x?y=1'),
  ask('the path as it was', 'path-regex/other'),
  ask('what the caller says of himself', 'ing/', {
    headers: { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-proto': 'http', 'x-real-ip': '192.0.2.1', 'x-other': '1' },
  }),

  ask('the certificate of an Ingress', 'tls/'),
  ask('the same for what else it names', 'beside/'),
  ask('the certificate of a route', 'routed/'),
  ask('one of two certificates of one host', 'twice/'),
  ask('one of two certificates of the same names', 'same/'),
  ask('a Secret that is not there', 'no-secret/'),
  ask('the default certificate below it', 'a.b.c/'),
  ask('no name for the certificate', 'ing/', { servername: '' }),
  ask('another name for the certificate', 'ing/', { servername: `tls.${domain}` }),
  ask('a name in capitals for the certificate', 'ing/', { servername: `TLS.${domain}` }),

  askPlain('plain', 'ing/api', bare()),
  askPlain('plain, nobody', 'nobody-there/', bare()),
  askPlain('plain, of websecure alone', 'secure-only/', bare()),
  askPlain('plain, of web alone', 'plain-only/', bare()),
  askPlain('plain, annotated with tls', 'with-tls/', bare()),
  askPlain('plain, redirected', 'redirected/x?y=1', bare()),
  askPlain('plain, redirected, a post', 'redirected/', bare(post())),
  { ...askPlain('plain, redirected, with a port', 'redirected/x', bare()), host: `redirected.${domain}:8080` },
  askPlain('plain, a route', 'plain-route/', bare()),
  askPlain('plain, a route with tls', 'route/', bare()),
  askPlain('plain, a route of both', 'no-tls/', bare()),
  askPlain('plain, a route redirected', 'to-https/x', bare()),
  askPlain('plain, another port', 'to-port/x', bare()),
  ask('a route with tls', 'route/', bare()),
  ask('a route without tls', 'no-tls/', bare()),
  ask('an Ingress without tls', 'ing/', bare()),
  ask('an Ingress annotated with tls', 'with-tls/', bare()),
  ask('an Ingress with a certificate', 'tls/', bare()),
];

export interface Ports {
  http: number;
  https: number;
}

export async function hold(ports: Record<Settings, Ports>): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  for (const one of turns) answers[one.id] = await take(one, ports[one.settings]);
  return answers;
}

export function take(one: Turn, ports: Ports): Promise<Answer> {
  return new Promise((resolve) => {
    const { method, path, host, servername } = one;
    const about = { host: '127.0.0.1', method, path, headers: { host, ...one.headers }, agent: false as const };
    const call = one.secure
      ? secure({ ...about, port: ports.https, servername, rejectUnauthorized: false })
      : plain({ ...about, port: ports.http });
    call.on('error', (error: NodeJS.ErrnoException) => resolve({ status: error.code ?? error.message }));
    call.on('response', async (response) => {
      const shown = one.secure ? shownBy(response.socket as TLSSocket) : undefined;
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk as Buffer);
      const { location, 'content-type': type } = response.headers;
      resolve({
        status: response.statusCode ?? 0,
        ...(location === undefined ? {} : { location }),
        type,
        said: readable(Buffer.concat(chunks).toString()),
        ...(shown === undefined ? {} : { certificate: shown }),
      });
    });
    call.end(one.body);
  });
}

/** Each makes one of its own to show where there is none. */
function shownBy(socket: TLSSocket): string {
  const { subject, fingerprint256 } = socket.getPeerCertificate();
  const name = `${subject?.CN}`;
  return name === 'TRAEFIK DEFAULT CERT' ? name : `${name} ${fingerprint256}`;
}

function readable(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
