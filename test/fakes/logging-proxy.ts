/** An HTTP proxy that notes what it is asked for and leads every tunnel to one place on this machine. */
import { createServer, request as send } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface LoggingProxy {
  url: string;
  /** `CONNECT host:port` or `GET http://…`, in order. */
  asked: string[];
  close(): Promise<void>;
}

/** @param leadTo the port that every tunnel and request leads to; 0: where it names */
export async function loggingProxy(leadTo = 0): Promise<LoggingProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? '');
    const port = leadTo || Number(url.port || 80);
    const { method, headers } = request;
    const onward = send({ host: '127.0.0.1', port, method, path: url.pathname + url.search, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on('connect', (request, downstream) => {
    asked.push(`CONNECT ${request.url}`);
    const upstream = connect(leadTo || Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      downstream.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(downstream).pipe(upstream);
    });
    for (const socket of [upstream, downstream as Socket]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
