/** What the Job on a node without Hubble makes of the connection tables: the script as it stands, on a folder that looks like /proc. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { lookScript, tableScriptEnv } from '../../../../../src/verification/experiment/flows/table-script.js';

const uid = '0a1b2c3d-0000-4000-8000-00000000abcd';
/** 192.0.2.80 and 2001:db8::50, as the kernel writes them. */
const mother = { v4: '500200C0', v6: 'B80D0120000000000000000050000000' };
let dir: string;
let inside: string[];

const row = (local: string, remote: string, state: string) =>
  `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000\n`;
const local = '05002A0A';

function put(pid: number, tables: Record<string, string>, cgroup = '0::/\n'): void {
  const at = join(dir, 'proc', String(pid));
  mkdirSync(join(at, 'net'), { recursive: true });
  writeFileSync(join(at, 'cgroup'), cgroup);
  for (const [name, text] of Object.entries({ tcp: '', ...tables })) writeFileSync(join(at, 'net', name), text);
}
const ofPod = (id = uid) =>
  `0::/../../kubepods-burstable-pod${id.replaceAll('-', '_')}.slice/cri-containerd-${'f'.repeat(64)}.scope\n`;
const trie = (address: string) => `Local:\n  +-- 0.0.0.0/0 3 0 5\n     |-- ${address}\n        /32 host LOCAL\n`;

function look(at: number): unknown[] {
  const paths = { proc: join(dir, 'proc'), logs: join(dir, 'logs'), state: join(dir, 'seen') };
  const { stdout, stderr, status } = spawnSync('sh', ['-c', `set -u\n${lookScript}tell ${at}`], {
    env: { PATH: process.env.PATH, ...tableScriptEnv(paths, inside) },
    encoding: 'utf8',
  });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
const flow = (at: number, to: string, port: string, source: string, verdict = 'FORWARDED') => [
  ...['flow', at, to, port, verdict, source],
];

beforeEach(() => {
  inside = ['10.42.0.0/16', '10.43.0.0/16', '203.0.113.10'];
  dir = mkdtempSync(join(tmpdir(), 'catalyst-tables-'));
  mkdirSync(join(dir, 'logs', `shop_web-1_${uid}`), { recursive: true });
  put(1, { fib_trie: trie('203.0.113.10') });
  return () => rmSync(dir, { recursive: true });
});

it('tells who has a connection to which address outside, in both families, once in each look', () => {
  const tcp = row(`${local}:9C40`, `${mother.v4}:01BB`, '01');
  put(77, { tcp, tcp6: row(`${'0'.repeat(32)}:9C41`, `${mother.v6}:1F90`, '01') }, ofPod());
  put(78, { tcp }, ofPod());
  const seen = (at: number) => [
    flow(at, '192.0.2.80', 'tcp/443', 'Pod shop/web-1'),
    flow(at, '2001:0db8:0000:0000:0000:0000:0000:0050', 'tcp/8080', 'Pod shop/web-1'),
    ['beat', at],
  ];
  expect(look(100)).toEqual(seen(100));
  expect(look(105)).toEqual(seen(105));
});

it('tells of the node itself, of UDP, and of an address of version 4 in a table of version 6', () => {
  put(1, {
    udp: row('00000000:007B', `${mother.v4}:007B`, '01') + row('00000000:0035', '00000000:0000', '07'),
    tcp6: row(`${'0'.repeat(16)}FFFF0000${local}:9C42`, `${'0'.repeat(16)}FFFF0000${mother.v4}:01BB`, '01'),
  });
  expect(look(100)).toEqual([
    flow(100, '192.0.2.80', 'tcp/443', 'host'),
    flow(100, '192.0.2.80', 'udp/123', 'host'),
    ['beat', 100],
  ]);
});

it('leaves out what came in, what stays in the cluster, and the tables of a Pod that has the network of the node', () => {
  const tcp =
    row('00000000:01BB', '00000000:0000', '0A') +
    row(`${local}:01BB`, `${mother.v4}:9C40`, '01') +
    row(`${local}:9C40`, '07002A0A:1F90', '01') +
    row(`${local}:9C41`, '0A7100CB:1F90', '01') +
    row(`${local}:9C42`, '0100007F:1F90', '01');
  put(77, { tcp, fib_trie: trie('10.42.0.5') }, ofPod());
  const host = { fib_trie: trie('203.0.113.10'), tcp: row(`${local}:9C43`, `${mother.v4}:01BB`, '01') };
  put(1, host);
  put(79, host, ofPod('0a1b2c3d-0000-4000-8000-00000000ffff'));
  expect(look(100)).toEqual([flow(100, '192.0.2.80', 'tcp/443', 'host'), ['beat', 100]]);
});

it('takes a network of the cluster by its mask, not by how it begins: what lies beside it is outside', () => {
  inside = ['10.42.0.0/23', '10.96.0.0/20', 'fd00:42::/56'];
  const to = (address: string) => `${address}:01BB`;
  put(
    77,
    {
      tcp: ['FE012A0A', '01022A0A', '010F600A', '0110600A'].map((one) => row(`${local}:9C40`, to(one), '01')).join(''),
      tcp6: ['420000FD', '420000FE']
        .map((begin) => row(`${'0'.repeat(32)}:9C41`, to(`${begin}FF00000000000000 01000000`.replace(' ', '')), '01'))
        .join(''),
    },
    ofPod(),
  );
  expect(look(100)).toEqual([
    flow(100, '10.42.2.1', 'tcp/443', 'Pod shop/web-1'),
    flow(100, '10.96.16.1', 'tcp/443', 'Pod shop/web-1'),
    flow(100, 'fe00:0042:0000:00ff:0000:0000:0000:0001', 'tcp/443', 'Pod shop/web-1'),
    ['beat', 100],
  ]);
});

it('tells of an ended connection when it first sees it, and of one that is only tried as that', () => {
  const ended = row(`${local}:9C40`, `${mother.v4}:01BB`, '06');
  put(77, { tcp: ended }, ofPod());
  expect(look(100)).toHaveLength(2);
  expect(look(105)).toEqual([['beat', 105]]);
  put(77, { tcp: ended + row(`${local}:9C41`, `${mother.v4}:01BB`, '06') }, ofPod());
  expect(look(110)).toEqual([flow(110, '192.0.2.80', 'tcp/443', 'Pod shop/web-1'), ['beat', 110]]);
  put(77, { tcp: row(`${local}:9C42`, `${mother.v4}:01BB`, '02') }, ofPod());
  expect(look(115)).toEqual([flow(115, '192.0.2.80', 'tcp/443', 'Pod shop/web-1', 'SYN-SENT'), ['beat', 115]]);
});

it('takes from what the node tracks what was too short for its tables, by the Pod that had the address', () => {
  put(77, { fib_trie: trie('10.42.0.5') }, ofPod());
  expect(look(100)).toEqual([['beat', 100]]);
  rmSync(join(dir, 'proc', '77'), { recursive: true });
  const tracked = join(dir, 'proc', '1', 'net', 'nf_conntrack');
  const line = (src: string, more = '') =>
    `ipv4     2 tcp      6 117 TIME_WAIT src=${src} dst=192.0.2.80 sport=40000 dport=443 ${more}src=192.0.2.80 dst=203.0.113.10 sport=443 dport=40000 [ASSURED] mark=0 use=1\n`;
  writeFileSync(tracked, line('10.42.0.5') + line('198.51.100.1').replace('192.0.2.80', '203.0.113.10'));
  expect(look(105)).toEqual([flow(105, '192.0.2.80', 'tcp/443', 'Pod shop/web-1'), ['beat', 105]]);
  expect(look(110)).toEqual([['beat', 110]]);
  appendFileSync(tracked, line('10.42.0.9', '[UNREPLIED] '));
  expect(look(115)).toEqual([flow(115, '192.0.2.80', 'tcp/443', 'address 10.42.0.9', 'UNREPLIED'), ['beat', 115]]);
});

it('a table that cannot be read is a gap: nothing follows from it', () => {
  rmSync(join(dir, 'proc', '1', 'net', 'tcp'));
  expect(look(100)).toEqual([
    ['gap', 100],
    ['beat', 100],
  ]);
  put(1, {});
  put(77, {}, ofPod());
  rmSync(join(dir, 'proc', '77', 'net', 'tcp'));
  expect(look(105)).toEqual([
    ['gap', 105],
    ['beat', 105],
  ]);
  rmSync(join(dir, 'proc', '1'), { recursive: true });
  rmSync(join(dir, 'proc', '77'), { recursive: true });
  expect(look(110)).toEqual([
    ['gap', 110],
    ['beat', 110],
  ]);
});
