/**
 * The SSH endpoint of the lab's first control-plane server: real SSH, with the host key and the authorized keys that its
 * cloud-init brought. While no such server runs, connections are dropped. It knows a handful of commands, and files.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import ssh2, { type ParsedKey, type ServerChannel } from 'ssh2';
import { readUserData } from '../clusters/user-data.js';
import type { Faults } from '../requests/faults.js';
import type { RequestLog } from '../requests/request-log.js';

export interface SshEndpoint {
  port: number;
  endpoint: string;
  /** A server has booted. `files` are read at every call: path → content, undefined when there is none. */
  boot(server: BootedServer): void;
  /** No server any more. */
  off(): void;
  close(): Promise<void>;
}

export interface BootedServer {
  hostname: string;
  /** `#cloud-config` text. */
  userData: string;
  /** Public keys given beside cloud-init's. */
  authorizedKeys: readonly string[];
  file: (path: string) => string | undefined;
}

interface CloudConfig {
  ssh_keys?: { ed25519_private?: string; ecdsa_private?: string; rsa_private?: string };
  ssh_authorized_keys?: string[];
  users?: (string | { name?: string; ssh_authorized_keys?: string[] })[];
  write_files?: { path?: string; content?: string; encoding?: string }[];
}

export async function startSsh(options: { log: RequestLog; faults: Faults; host?: string }): Promise<SshEndpoint> {
  const { log, faults, host = '127.0.0.1' } = options;
  const open = new Set<Socket>();
  let current: InstanceType<typeof ssh2.Server> | undefined;
  const listener = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    if (!current || faults.match('ssh', 'CONNECT', '/')) socket.destroy();
    else current.injectSocket(socket);
  });
  await new Promise<void>((resolve, reject) => listener.once('error', reject).listen(0, host, resolve));
  const { port } = listener.address() as AddressInfo;
  const drop = () => {
    current = undefined;
    for (const socket of open) socket.destroy();
  };
  return {
    port,
    endpoint: `${host}:${port}`,
    boot(server) {
      drop();
      current = serverOf(server, log);
    },
    off: drop,
    close: () => {
      drop();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}

function serverOf(server: BootedServer, log: RequestLog): InstanceType<typeof ssh2.Server> {
  const config = readUserData(server.userData) as CloudConfig;
  const keys = config.ssh_keys ?? {};
  const injected = [keys.ed25519_private, keys.ecdsa_private, keys.rsa_private].filter((key) => key !== undefined);
  // a server whose cloud-init brings no key makes its own at its first boot
  const hostKeys = injected.length > 0 ? injected : [ssh2.utils.generateKeyPairSync('ed25519').private];
  const users = (config.users ?? []).flatMap((user) =>
    typeof user === 'string' ? [] : (user.ssh_authorized_keys ?? []),
  );
  const accepted = [...server.authorizedKeys, ...(config.ssh_authorized_keys ?? []), ...users]
    .map((line) => ssh2.utils.parseKey(line))
    .filter((key): key is ParsedKey => !(key instanceof Error));

  const file = (path: string) => {
    const written = config.write_files?.find((one) => one.path === path);
    const text = written?.encoding?.includes('b64')
      ? Buffer.from(written.content ?? '', 'base64').toString()
      : written?.content;
    return server.file(path) ?? text;
  };

  return new ssh2.Server({ hostKeys }, (connection) => {
    connection.on('error', () => connection.end());
    connection.on('authentication', (context) => {
      if (context.method !== 'publickey') return context.reject(['publickey']);
      const key = accepted.find((one) => one.type === context.key.algo && one.getPublicSSH().equals(context.key.data));
      if (!key) return context.reject(['publickey']);
      const proven =
        !context.signature || (context.blob && key.verify(context.blob, context.signature, context.hashAlgo) === true);
      return proven ? context.accept() : context.reject(['publickey']);
    });
    connection.on('session', (accept) => {
      const session = accept();
      session.on('pty', (acceptPty) => acceptPty?.());
      session.on('exec', (acceptExec, _reject, info) => {
        const result = execute(info.command, server.hostname, file);
        log.record({
          server: 'ssh',
          method: 'EXEC',
          path: `/${server.hostname}`,
          userAgent: '',
          status: result.exitCode,
          mutating: false,
          object: info.command,
        });
        finish(acceptExec(), result);
      });
    });
  });
}

interface Result {
  stdout: string;
  stderr: string;
  exitCode: number;
}

function finish(channel: ServerChannel, { stdout, stderr, exitCode }: Result): void {
  channel.write(stdout);
  channel.stderr.write(stderr);
  channel.exit(exitCode);
  channel.end();
}

/** What a shell on the server would answer. */
function execute(command: string, hostname: string, file: (path: string) => string | undefined): Result {
  const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  const [program = '', ...args] = words[0] === 'sudo' ? words.slice(1).filter((word) => word !== '-n') : words;
  const ok = (stdout = ''): Result => ({ stdout, stderr: '', exitCode: 0 });
  const no = (stderr: string, exitCode = 1): Result => ({ stdout: '', stderr: `${stderr}\n`, exitCode });
  switch (program) {
    case 'cat': {
      const texts = args.map(file);
      const missing = texts.indexOf(undefined);
      return missing < 0 ? ok(texts.join('')) : no(`cat: ${args[missing]}: No such file or directory`);
    }
    case 'test':
      return args[0] === '-f' && file(args[1] ?? '') === undefined ? { ...ok(), exitCode: 1 } : ok();
    case 'cloud-init':
      if (args[0] !== 'status') return no(`cloud-init: unknown command ${args[0]}`, 2);
      if (args.some((arg) => arg.includes('json')))
        return ok('{"status": "done", "extended_status": "done", "errors": []}\n');
      return ok(
        args.includes('--long')
          ? 'status: done\nextended_status: done\nboot_status_code: enabled-by-generator\nerrors: []\n'
          : 'status: done\n',
      );
    case 'systemctl':
      return ok(args[0] === 'is-active' ? 'active\n' : '');
    case 'hostname':
      return ok(`${hostname}\n`);
    case 'true':
      return ok();
    default:
      return no(`bash: line 1: ${program}: command not found`, 127);
  }
}
