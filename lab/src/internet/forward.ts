/** Ways through the lab's proxies: what a connection is handed to once it has been let in. */
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Takes over a connection; whatever comes by it from then on is for the other end. */
export type Forward = (socket: Duplex) => void;

/** A way to a program on loopback as it is; undefined when nobody listens there. */
export function forwardTo(place: { host?: string; port: number }): Promise<Forward | undefined> {
  return new Promise((resolve) => {
    const far = connect(place.port, place.host ?? '127.0.0.1');
    far.once('error', () => resolve(undefined));
    far.once('connect', () =>
      resolve((socket) => {
        for (const [one, other] of [
          [far, socket],
          [socket, far],
        ] as const) {
          one.on('error', () => other.destroy());
          one.on('close', () => other.destroy());
        }
        if (socket.destroyed) far.destroy();
        far.pipe(socket).pipe(far);
      }),
    );
  });
}
