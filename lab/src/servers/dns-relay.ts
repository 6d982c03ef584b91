/** A question handed on to another DNS server on loopback, as it is, and the answer handed back. */
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

/** The answer; undefined when none came within `timeoutMs`, or nobody listens there. */
export function relay(
  message: Buffer,
  to: { port: number; transport: 'udp' | 'tcp'; timeoutMs?: number },
): Promise<Buffer | undefined> {
  const { port, transport, timeoutMs = 3000 } = to;
  return transport === 'udp' ? byUdp(message, port, timeoutMs) : byTcp(message, port, timeoutMs);
}

function byUdp(message: Buffer, port: number, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const end = (answer?: Buffer) => {
      clearTimeout(late);
      socket.close();
      resolve(answer);
    };
    const late = setTimeout(end, timeoutMs);
    socket.once('message', end);
    socket.once('error', () => end());
    // connected, so that a port where nobody listens is an error and no silence
    socket.connect(port, '127.0.0.1', () => socket.send(message));
  });
}

function byTcp(message: Buffer, port: number, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let read = Buffer.alloc(0);
    const end = (answer?: Buffer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => end());
    socket.once('error', () => end());
    socket.once('end', () => end());
    socket.on('data', (chunk) => {
      read = Buffer.concat([read, chunk]);
      if (read.length >= 2 && read.length >= 2 + read.readUInt16BE(0)) end(read.subarray(2, 2 + read.readUInt16BE(0)));
    });
    socket.write(framed(message));
  });
}

/** As messages stand in a TCP stream (RFC 1035, 4.2.2): two bytes of length before each. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}
