/**
 * The cluster's own network as emulated pods see it: an HTTP proxy on loopback. In-cluster names answer from the component
 * behind the Service, other names lead to the address that the DNS gives, and to what answers there.
 */
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { ProxyAgent, request as send } from 'undici';
import { type Forward, forwardTo } from '../../internet/forward.js';
import { openSocksProxy } from '../../internet/socks-proxy.js';
import { type LabResponse, relay } from '../../requests/http-server.js';

export interface NetworkAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

export interface ClusterNetwork {
  /** `http://127.0.0.1:PORT`, for programs (git) that take http_proxy. */
  proxy: string;
  /** `socks5://127.0.0.1:PORT`, for programs that call Services and Pods by address. */
  socks: string;
  /** File with the roots that pods trust. */
  caFile: string;
  fetch(
    url: string,
    options?: { method?: string; headers?: Record<string, string>; body?: string | Buffer; signal?: AbortSignal },
  ): Promise<NetworkAnswer>;
  close(): Promise<void>;
}

export interface NetworkOptions {
  cacheDir: string;
  /** PEM. */
  authority: string;
  /** True for the name of a Service of the cluster. */
  isInside(host: string): boolean;
  /** Answer of the component behind an in-cluster name. */
  answer(request: IncomingMessage, host: string, port: number, body: Buffer): Promise<LabResponse>;
  /** The way to a Service or Pod, by name or address; undefined when it is none. */
  inside(host: string, port: number): Promise<Forward | undefined>;
  /** Where a name outside answers; undefined when it does not resolve or egress is refused. */
  dial(host: string, port: number): Promise<{ host: string; port: number } | undefined>;
}

export async function createClusterNetwork(options: NetworkOptions): Promise<ClusterNetwork> {
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'nowhere'}`);
    void relay(request, response, (body) => {
      request.url = url.pathname + url.search;
      return forward(request, url.hostname, Number(url.port || 80), body);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (request: IncomingMessage, socket: Socket) => {
    socket.on('error', () => socket.destroy());
    const [host = '', port = '443'] = (request.url ?? '').split(':');
    void way(host, Number(port))
      .catch(() => undefined)
      .then((forward) => {
        if (!forward) return socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        forward(socket);
      });
  });

  const dialed = (host: string, port: number) => options.dial(host === 'localhost' ? '127.0.0.1' : host, port);

  async function way(host: string, port: number): Promise<Forward | undefined> {
    const inside = await options.inside(host, port);
    const place = inside || options.isInside(host) ? undefined : await dialed(host, port);
    return place ? forwardTo(place) : inside;
  }

  async function forward(request: IncomingMessage, host: string, port: number, body: Buffer): Promise<LabResponse> {
    if (options.isInside(host)) return options.answer(request, host, port, body);
    const place = await dialed(host, port);
    if (!place) return { status: 502, body: `no route from the cluster to ${host}:${port}` };
    const { 'proxy-connection': _, connection: __, ...headers } = request.headers;
    const far = await send(`http://${place.host}:${place.port}${request.url}`, {
      method: (request.method ?? 'GET') as 'GET',
      headers: headers as Record<string, string>,
      body: body.length > 0 ? body : null,
    });
    return { status: far.statusCode, headers: plain(far.headers), body: Buffer.from(await far.body.arrayBuffer()) };
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const caFile = join(options.cacheDir, 'cluster-ca.pem');
  await writeFile(caFile, options.authority);
  const socks = await openSocksProxy({ connect: way });
  const agent = new ProxyAgent({ uri: proxy, requestTls: { ca: options.authority } });

  return {
    proxy,
    socks: socks.url,
    caFile,
    async fetch(url, { method = 'GET', headers = {}, body, signal } = {}) {
      const answer = await send(url, {
        dispatcher: agent,
        method: method as 'GET',
        headers,
        body: body ?? null,
        ...(signal ? { signal } : {}),
      });
      return {
        status: answer.statusCode,
        headers: plain(answer.headers),
        body: Buffer.from(await answer.body.arrayBuffer()),
      };
    },
    close: async () => {
      await Promise.all([agent.destroy(), socks.close()]);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

const plain = (headers: Record<string, string | string[] | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
