/** A loopback port that is taken from the start and leads nowhere until something stands behind it: a server not yet booted. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Forwarder {
  port: number;
  /** `127.0.0.1:1234` */
  endpoint: string;
  /** From now on connections go to that loopback port; undefined: they are reset. Open ones are cut. */
  lead(port: number | undefined): void;
  close(): Promise<void>;
}

export interface ForwarderOptions {
  host?: string;
  /** Asked at each connection; false: it is reset. */
  admits?: () => boolean;
}

export async function openForwarder({
  host = '127.0.0.1',
  admits = () => true,
}: ForwarderOptions = {}): Promise<Forwarder> {
  const open = new Set<Socket>();
  let target: number | undefined;
  const server = createServer((near) => {
    if (target === undefined || !admits()) return void near.resetAndDestroy();
    const far = connect(target, host);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        open.delete(one);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port,
    endpoint: `${host}:${port}`,
    lead(to) {
      target = to;
      cut();
    },
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
