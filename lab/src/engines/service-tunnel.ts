/**
 * The way from a real API server to Services and Pods: its egress selector asks this HTTP proxy, on a Unix socket, to CONNECT to
 * a cluster IP or a Pod's IP, and it is led there by the cluster's own proxy.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServiceProxy } from '../controllers/network/service-proxy.js';

export interface ServiceTunnel {
  /** Path of the Unix socket on which it listens. */
  socket: string;
  /** From now on Services are looked up there. */
  lead(to: { proxy: ServiceProxy } | undefined): void;
  close(): Promise<void>;
}

export async function openServiceTunnel(): Promise<ServiceTunnel> {
  let leads: { proxy: ServiceProxy } | undefined;
  const sockets = new Set<Socket>();
  const server = createServer((_request, response) => response.writeHead(405).end());
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', async (request: IncomingMessage, socket: Socket) => {
    const [, host = '', port = ''] = /^\[?([^\]]+)\]?:(\d+)$/.exec(request.url ?? '') ?? [];
    const forward = await leads?.proxy(host, Number(port)).catch(() => undefined);
    if (!forward) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    forward(socket);
  });

  // not below the lab's own folder: the path of a socket holds 107 bytes
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-lab-'));
  const path = join(folder, 'services.sock');
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  return {
    socket: path,
    lead(to) {
      leads = to;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
