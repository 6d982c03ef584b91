/** A SOCKS5 door on loopback, for programs that call addresses: to an HTTP proxy they name only the host that a request is for. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createSocks } from '@pondwader/socks5-server';
import type { Passage } from './passage.js';

export interface SocksDoor {
  /** `socks5://127.0.0.1:PORT` */
  url: string;
  close(): Promise<void>;
}

/** `way` finds the way to a host and port; undefined refuses the connection. */
export async function openSocksDoor(
  way: (host: string, port: number) => Promise<Passage | undefined>,
): Promise<SocksDoor> {
  const sockets = new Set<Socket>();
  const socks = createSocks().setConnectionHandler(({ socket, destAddress, destPort }, tell) => {
    socket.pause();
    void way(destAddress, destPort)
      .catch(() => undefined)
      .then((passage) => {
        tell(passage ? 'REQUEST_GRANTED' : 'HOST_UNREACHABLE');
        passage?.(socket);
      });
  });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socks._handleConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `socks5://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
