/** What a server of Hetzner's finds around itself: metadata, and by TLS the address that the installer of k3s is fetched from. */
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { type CertificateAndKey, issueCertificate } from '../../lab/src/certificates.js';
import type { MachineFile } from '../../lab/src/machines/machine.js';

export interface Cloud {
  /** What a server needs to reach it. */
  files: Record<string, MachineFile>;
  /** Starts answering in a server's /share; what was asked is added to `asked`. */
  answer(share: string): Promise<{ asked: string[]; close(): void }>;
}

/** Addresses that it answers on inside of a server: the one of Hetzner's metadata, and one of the range for documentation (RFC 5737). */
const doors = [
  { name: 'metadata', address: '169.254.169.254', port: 80 },
  { name: 'installer', address: '203.0.113.80', port: 443 },
] as const;

export interface CloudOptions {
  privateAddress: string;
  publicAddress: string;
  installer: { url: string; content: string };
}

export async function createCloud({ privateAddress, publicAddress, installer }: CloudOptions): Promise<Cloud> {
  const { hostname, pathname } = new URL(installer.url);
  const authority = await issueCertificate({ commonName: 'boot test', isAuthority: true });
  const pair = await issueCertificate({ commonName: hostname, dnsNames: [hostname] }, authority);
  // docs.hetzner.cloud, "Server Metadata": private-networks is YAML, public-ipv4 a bare address
  const metadata: Record<string, string> = {
    '/hetzner/v1/metadata/public-ipv4': publicAddress,
    '/hetzner/v1/metadata/private-networks': `- ip: ${privateAddress}\n  alias_ips: []\n  interface_num: 1\n  mac_address: 86:00:00:00:00:01\n  network_id: 1\n  network_name: omantel\n  network: 10.0.0.0/16\n  subnet: 10.0.1.0/24\n  gateway: 10.0.0.1\n`,
    '/hetzner/v1/metadata/instance-id': '4711',
    '/hetzner/v1/metadata/hostname': 'server',
    '/hetzner/v1/metadata/region': 'eu-central',
    '/hetzner/v1/metadata/availability-zone': 'fsn1-dc14',
  };
  return {
    files: {
      '/etc/hosts': { text: `127.0.0.1 localhost\n203.0.113.80 ${hostname}\n` },
      // the only authority that the server trusts
      '/etc/ssl/certs/ca-certificates.crt': { text: authority.certificate },
      ...Object.assign({}, ...doors.map(doorUnits)),
    },
    answer: (share) => answer(share, { pair, metadata, installer: { [pathname]: installer.content } }),
  };
}

async function answer(
  share: string,
  served: { pair: CertificateAndKey; metadata: Record<string, string>; installer: Record<string, string> },
) {
  const asked: string[] = [];
  const listener =
    (name: 'metadata' | 'installer'): RequestListener =>
    ({ url = '' }, response) => {
      asked.push(`${name} ${url}`);
      const text = served[name][url];
      response.writeHead(text === undefined ? 404 : 200).end(text);
    };
  const { certificate, key } = served.pair;
  const servers = {
    metadata: createServer(listener('metadata')),
    installer: createTlsServer({ cert: certificate, key }, listener('installer')),
  };
  for (const { name } of doors)
    await new Promise<void>((resolve) => servers[name].listen(join(share, `${name}.socket`), resolve));
  return { asked, close: () => doors.forEach(({ name }) => void servers[name].close()) };
}

/** systemd takes connections on the address and hands them on to the Unix socket in /share. */
function doorUnits({ name, address, port }: (typeof doors)[number]): Record<string, MachineFile> {
  const units = '/etc/systemd/system';
  const socket = `[Socket]
ListenStream=${address}:${port}
ExecStartPre=/usr/sbin/ip addr add ${address}/32 dev lo
`;
  const service = `[Service]
ExecStart=/usr/lib/systemd/systemd-socket-proxyd /share/${name}.socket
`;
  return {
    [`${units}/${name}.socket`]: { text: socket },
    [`${units}/${name}.service`]: { text: service },
    [`${units}/sockets.target.wants/${name}.socket`]: { link: `../${name}.socket` },
  };
}
