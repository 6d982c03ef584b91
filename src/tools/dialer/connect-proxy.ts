/**
 * A proxy on loopback for programs that cannot be told where to dial (git, helm): it goes the ways of the dialer and passes
 * bytes through, so TLS stays between the program and the server. It asks for a random password, so that nobody else on
 * this machine can use it.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { withCause } from '../http/network-cause.js';
import type { AgentFor, Dialer } from './dialer.js';

export interface ConnectProxy {
  /** `http://catalyst:…@127.0.0.1:port`: a secret, for the environment of a child only. */
  url: string;
  /** Why a connection could not be made, or was cut, since this was asked last, as a sentence: the program itself learns a status alone. */
  takeFailure(): string | undefined;
  close(): Promise<void>;
}

const challenge = 'Proxy-Authenticate: Basic realm="catalyst"';

export async function openConnectProxy(dialer: Dialer): Promise<ConnectProxy> {
  const agents = dialer.agents({ keepAlive: false });
  const password = randomBytes(16).toString('hex');
  const expected = Buffer.from(`Basic ${Buffer.from(`catalyst:${password}`).toString('base64')}`);
  const allowed = ({ headers }: IncomingMessage): boolean => {
    const given = Buffer.from(headers['proxy-authorization'] ?? '');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  let failure: string | undefined;
  const cut = (where: string, error: Error) => {
    failure = `The connection to ${where} was cut: ${withCause(error)}.`;
  };
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  };
  const server = createServer((request, response) => {
    if (allowed(request)) void forward(agents, request, response, cut);
    else response.writeHead(407, { 'proxy-authenticate': 'Basic realm="catalyst"' }).end();
  });
  server.on('connection', track);
  server.on('connect', async (request: IncomingMessage, downstream: Socket, head: Buffer) => {
    if (!allowed(request)) {
      downstream.end(`HTTP/1.1 407 Proxy Authentication Required\r\n${challenge}\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [host = '', port = '443'] = (request.url ?? '').split(/:(?=\d+$)/);
    try {
      const upstream = await dialer.tcp(host, Number(port));
      track(upstream);
      downstream.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.write(head);
      upstream.once('error', (error) => cut(`${host}:${port}`, error));
      // The end of one side is that of the other: a program whose side stayed open would wait for its own deadline.
      pipeline(upstream, downstream, ended);
      pipeline(downstream, upstream, ended);
    } catch (error) {
      const told = dialer.told(new URL(`https://${host}:${port}`));
      failure = `The connection to ${host}:${port}${told} failed: ${withCause(error)}.`;
      downstream.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://catalyst:${password}@127.0.0.1:${port}`,
    takeFailure() {
      const told = failure;
      failure = undefined;
      return told;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

/** Both sides are destroyed by then. */
const ended = () => undefined;

/** A plain http:// request in its proxy form. */
async function forward(
  agents: AgentFor,
  request: IncomingMessage,
  response: ServerResponse,
  cut: (where: string, error: Error) => void,
): Promise<void> {
  if (!request.url?.startsWith('http://') || !URL.canParse(request.url)) {
    response.writeHead(400).end();
    return;
  }
  const url = new URL(request.url);
  const { 'proxy-authorization': _ours, 'proxy-connection': _hop, ...headers } = request.headers;
  const settings = { method: request.method, headers, agent: await agents(url) };
  const onward = httpRequest(url, settings, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.once('error', (error) => cut(url.host, error));
    pipeline(answer, response, ended);
  });
  onward.on('error', () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
  response.once('close', () => onward.destroy());
  request.pipe(onward);
}
