/** Ports for programs that are started later, minutes later some of them: until then nobody else may be given these. */
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Below what Linux gives to whoever asks for any port (32768 and more): between being chosen here and being listened on by a
 * program, such a port would go to one of the lab's many connections now and then, and the program could never start.
 */
const range = { from: 15_000, to: 32_000 };
const blockSize = 20;
/** What is left of the block that this process claimed last. */
let block: number[] = [];

/** So many loopback ports that are free now and are given to nobody else, by this process or another lab's, while it lives. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = block.pop();
    if (port === undefined) block = await claimBlock();
    else if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** The ports of a block whose first one is held as long as this process lives: whoever finds that taken takes another block. */
async function claimBlock(): Promise<number[]> {
  for (;;) {
    const first = range.from + blockSize * randomInt((range.to - range.from) / blockSize);
    const guard = await listen(first);
    guard?.unref();
    if (guard) return Array.from({ length: blockSize - 1 }, (_, index) => first + 1 + index);
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  return server !== undefined;
}

/** Undefined where somebody listens already. */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
