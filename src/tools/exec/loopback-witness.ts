/**
 * A server on loopback, in a process of its own, that answers at once whatever it is asked. Who asks it learns how slow this machine
 * is: what is late here is late because of us, not because of anybody else's server.
 */
import { execPath } from 'node:process';
import { fail, messageOf } from '../../support/errors/errors.js';
import { startPiped } from './exec.js';

/** Says its port on stdout, and ends with the pipe that is its stdin: with us, however we end. ^C on a terminal is ours to handle. */
const program = `
const server = require('node:http').createServer((_request, answer) => answer.end('here'));
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => process.stdout.write(server.address().port + '\\n'));
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
process.stdin.on('close', () => process.exit()).resume();
`;

export interface LoopbackWitness {
  /** `http://127.0.0.1:…/` */
  url: string;
  /** Resolves when the process has ended. */
  stop(): Promise<void>;
}

/** Throws E3001 when the process does not start. */
export async function startLoopbackWitness(): Promise<LoopbackWitness> {
  const { said, stop } = startPiped(execPath, ['--max-old-space-size=16', '-e', program]);
  try {
    return { url: `http://127.0.0.1:${Number(await said)}/`, stop };
  } catch (error) {
    await stop();
    throw fail('E3001', `The witness on loopback could not be started (${execPath}): ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
