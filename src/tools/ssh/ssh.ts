/** SSH with a pinned host key: the key was put on the server by us, so an unknown one is never trusted. */
import type { Socket } from 'node:net';
import type { ClientChannel, ConnectConfig } from 'ssh2';
import { command } from '../../support/commands/command.js';
import { fail, messageOf } from '../../support/errors/errors.js';
import type { ConnectRule } from '../dialer/connect-to.js';
import { openConnection } from '../dialer/open-connection.js';
import { TooLarge } from '../http/bounded.js';

export interface SshTarget {
  /** Address of the server. */
  host: string;
  port?: number;
  username?: string;
  /** OpenSSH or PEM. */
  privateKey: string;
  /** `ssh-ed25519 AAAA…`: the only key the server may show. */
  hostKey: string;
  signal?: AbortSignal;
  timeoutMs?: number;
}

export interface SshResult {
  stdout: string;
  stderr: string;
  exitCode: number;
}

export interface Ssh {
  /** Runs one command on its own connection. Throws E3003 when the server cannot be reached or shows another key. */
  run(target: SshTarget, command: string): Promise<SshResult>;
  /** Content of a file, or undefined when there is none. */
  readFile(target: SshTarget, path: string): Promise<string | undefined>;
}

/** `connectTo`: the rules of spec.access, so that a server can be reached through a tunnel. */
export function createSsh(connectTo: readonly ConnectRule[] = []): Ssh {
  const run: Ssh['run'] = async (target, command) => {
    const { Client } = await import('ssh2');
    const connection = new Client();
    const { host, timeoutMs = 20_000, signal } = target;
    const shown = { other: false };
    const ended = new AbortController();
    const answer = new Promise<SshResult>((resolve, reject) => {
      const deadline = setTimeout(() => reject(new Error(`did not end within ${timeoutMs / 1000}s`)), timeoutMs);
      ended.signal.addEventListener('abort', () => clearTimeout(deadline));
      signal?.addEventListener('abort', () => reject(signal.reason), { signal: ended.signal });
      connection
        .on('ready', () =>
          connection.exec(command, (error, channel) => (error ? reject(error) : collect(channel, resolve, reject))),
        )
        .on('error', reject)
        .on('close', () => reject(new Error('the connection was closed')));
      openConnection({ rules: connectTo }, host, target.port ?? 22).then((sock) => {
        if (ended.signal.aborted) sock.destroy();
        else connection.connect(settings(target, sock, shown));
      }, reject);
    });
    try {
      signal?.throwIfAborted();
      return await answer;
    } catch (error) {
      signal?.throwIfAborted();
      if (shown.other) throw foreignKey(host, error);
      throw fail('E3003', `SSH to ${host} failed: ${messageOf(error)}.`, { cause: error, data: { host } });
    } finally {
      ended.abort();
      connection.end();
    }
  };
  return {
    run,
    readFile: async (target, path) => {
      const { stdout, exitCode } = await run(target, `cat ${quote(path)}`);
      return exitCode === 0 ? stdout : undefined;
    },
  };
}

/** What a command of ours prints is a file of some kilobytes at most. */
const largestOutput = 16 * 1024 * 1024;

function collect(channel: ClientChannel, resolve: (result: SshResult) => void, reject: (error: Error) => void): void {
  let size = 0;
  const keep = (chunks: Buffer[]) => (chunk: Buffer) => {
    size += chunk.length;
    if (size > largestOutput) reject(new TooLarge(largestOutput));
    else chunks.push(chunk);
  };
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  channel.on('data', keep(out));
  channel.stderr.on('data', keep(err));
  channel.on('close', (exitCode: number | null) => {
    const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
    resolve({ stdout: text(out), stderr: text(err), exitCode: exitCode ?? 255 });
  });
}

function settings(target: SshTarget, sock: Socket, shown: { other: boolean }): ConnectConfig {
  const pinned = blob(target.hostKey);
  return {
    sock,
    username: target.username ?? 'root',
    privateKey: target.privateKey,
    readyTimeout: target.timeoutMs ?? 20_000,
    algorithms: { serverHostKey: ['ssh-ed25519'] },
    hostVerifier: (key: Buffer) => {
      shown.other = !key.equals(pinned);
      return !shown.other;
    },
  };
}

function blob(publicKey: string): Buffer {
  const part = publicKey.trim().split(/\s+/)[1];
  if (!part) throw fail('E9001', 'The pinned SSH host key is not in OpenSSH form.');
  return Buffer.from(part, 'base64');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function foreignKey(host: string, cause: unknown) {
  return fail('E3004', `The server at ${host} presents an SSH host key other than the one it was created with.`, {
    actions: [
      'Check that the address belongs to your server; this may be a man-in-the-middle attack',
      command('cluster status'),
    ],
    cause,
    data: { host },
  });
}
