/** A server that gets user-data: Debian's cloud-init applies it at its first boot, then what came of it is copied out and the power goes off. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { type MachineFile, startMachine } from '../../lab/src/machines/machine.js';
import { type CloudOptions, createCloud } from './cloud.js';

/** Folder of this test in the server. */
const own = '/opt/boot-test';
/** Copied out, where it is there. */
const kept = [
  ...['/etc/rancher', '/etc/ssh', '/etc/sysctl.d', '/etc/fstab', '/root/.ssh', '/var/lib/catalyst'],
  ...['/usr/local/sbin/catalyst-boot', '/etc/systemd/system/k3s.service', '/etc/systemd/system/k3s-agent.service'],
];

/** What else is looked at while the server runs: name → command. */
const looks: Record<string, string> = {
  'cloud-init': 'cloud-init status --format json',
  schema: 'cloud-init schema --system',
  shellcheck: 'shellcheck /usr/local/sbin/catalyst-boot',
  sshd: 'sshd -T',
  'login-with-key': `ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=${own}/known_hosts -i ${own}/person root@"$(hostname -I | cut -d ' ' -f 1)" id -u`,
  instances: 'cat /proc/sys/fs/inotify/max_user_instances',
  watches: 'cat /proc/sys/fs/inotify/max_user_watches',
  k3s: 'systemctl is-active k3s',
  'k3s-agent': 'systemctl is-active k3s-agent',
  failed: 'systemctl --failed --plain --no-legend',
};

const observe = `#!/bin/sh
mkdir -p /share/result
cd /share/result || exit 1
${Object.entries(looks)
  .map(([name, command]) => `${command} > '${name}' 2>&1 < /dev/null; echo $? > '${name}.exit'`)
  .join('\n')}
for path in ${kept.join(' ')}; do
  [ ! -e "$path" ] || cp -a --parents "$path" /share/result
done
: > done
systemctl poweroff --force --force
`;

const unit = '/etc/systemd/system';
/** The journal as it grows, for a boot that does not end; and what comes after cloud-init. */
const units: Record<string, MachineFile> = {
  [`${unit}/journal-copy.service`]: {
    text: `[Unit]\nDefaultDependencies=no\nAfter=systemd-journald.service\n[Service]\nExecStart=/bin/sh -c 'exec journalctl --follow --lines=all --no-pager > /share/journal'\n`,
  },
  [`${unit}/sysinit.target.wants/journal-copy.service`]: { link: '../journal-copy.service' },
  [`${unit}/observe.service`]: {
    text: '[Unit]\nAfter=cloud-final.service\n[Service]\nType=oneshot\nExecStart=/opt/boot-test/observe\n',
  },
  [`${unit}/cloud-init.target.wants/observe.service`]: { link: '../observe.service' },
  // no network is to be waited for or configured; no housekeeping
  ...Object.fromEntries(
    [
      ...['systemd-networkd.service', 'systemd-networkd.socket', 'systemd-networkd-wait-online.service'],
      ...['systemd-firstboot.service', 'getty.target', 'apt-daily.timer', 'apt-daily-upgrade.timer'],
    ].map((name) => [`${unit}/${name}`, { link: '/dev/null' }]),
  ),
};

const { generateKeyPairSync } = ssh2.utils;
/** Whoever may log in, and what the server is known by. */
export const person = generateKeyPairSync('ed25519');
export const hostKey = generateKeyPairSync('ed25519');

export interface Booted {
  /** Output and exit status of one of the looks. */
  look(name: string): { text: string; exit: number };
  /** Content of a file of the server; undefined when it is not there. */
  file(path: string): string | undefined;
  /** Permissions of a file of the server, as three octal digits. */
  mode(path: string): string;
  /** What the stub of the installer was given; undefined when it did not run. */
  installer(name: 'calls' | 'environment' | 'config.yaml'): string | undefined;
  /** Requests to metadata and to where the installer is. */
  asked: readonly string[];
}

export interface BootOptions extends CloudOptions {
  /** Finished folder of `npm run machines`. */
  machine: string;
  /** Folder of this server alone, there and empty. */
  folder: string;
  userData: string;
  /** Cuts the power. */
  signal: AbortSignal;
}

/** Resolves once the server is off. Rejects with the end of its journal when it went off before it had been looked at. */
export async function bootServer({ machine, folder, userData, signal, ...cloudOptions }: BootOptions): Promise<Booted> {
  const share = join(folder, 'share');
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
  const cloud = await createCloud(cloudOptions);
  const server = startMachine({
    ...{ machine, folder, name: 'server', address: `${cloudOptions.privateAddress}/16` },
    files: { ...units, ...ourFiles(cloudOptions.privateAddress), ...seed(userData), ...cloud.files },
  });
  const stop = () => void server.stop();
  signal.addEventListener('abort', stop);
  const answers = await cloud.answer(share);
  const how = await server.ended;
  answers.close();
  signal.removeEventListener('abort', stop);
  const result = join(share, 'result');
  if (!existsSync(join(result, 'done'))) {
    const tail = (read(join(share, 'journal')) ?? 'no journal').split('\n').slice(-40).join('\n');
    throw new Error(`the server went off (${how}) before it was looked at:\n${tail}`);
  }
  return {
    look: (name) => ({ text: read(join(result, name)) ?? '', exit: Number(read(join(result, `${name}.exit`))) }),
    file: (path) => read(join(result, path)),
    mode: (path) => (statSync(join(result, path)).mode & 0o777).toString(8),
    installer: (name) => read(join(result, 'installer', name)),
    asked: answers.asked,
  };
}

/** The user-data where the data source of a machine without a cloud has it: Hetzner's own looks at firmware that namespaces do not have. */
const seed = (userData: string): Record<string, MachineFile> => ({
  '/var/lib/cloud/seed/nocloud/user-data': { text: userData },
  '/var/lib/cloud/seed/nocloud/meta-data': { text: 'instance-id: "4711"\nlocal-hostname: server\n' },
  '/etc/cloud/cloud.cfg.d/99-boot-test.cfg': { text: 'datasource_list: [NoCloud]\nnetwork: {config: disabled}\n' },
  '/etc/machine-id': { text: `${randomUUID().replaceAll('-', '')}\n` },
  // an image has a swap partition at times; k3s does without
  '/etc/fstab': { text: '/dev/sda1 / ext4 defaults 0 1\n/dev/sda2 none swap sw 0 0\n' },
});

const ourFiles = (address: string): Record<string, MachineFile> => ({
  [`${own}/observe`]: { text: observe, mode: 0o755 },
  [`${own}/person`]: { text: `${person.private.trim()}\n`, mode: 0o600 },
  [`${own}/known_hosts`]: { text: `${address} ${hostKey.public}\n` },
});
