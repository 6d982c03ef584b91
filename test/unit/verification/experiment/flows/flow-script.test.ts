/** What the Job on a node makes of Hubble's lines, by jq as the image of Cilium's agent has it. Left out where this machine has none. */
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { flowScriptEnv } from '../../../../../src/verification/experiment/flows/flow-script.js';

const hasJq = spawnSync('jq', ['--version']).status === 0;

const flow = (more: object = {}) => ({
  ...{ time: '2026-11-22T10:00:01.123456789Z', verdict: 'FORWARDED', is_reply: false, Type: 'L3_L4' },
  IP: { source: '10.42.0.7', destination: '192.0.2.80', ipVersion: 'IPv4' },
  l4: { TCP: { source_port: 40_000, destination_port: 443, flags: { SYN: true } } },
  source: {
    ...{ identity: 4711, namespace: 'shop', pod_name: 'web-1', labels: ['k8s:app=web'] },
    workloads: [{ name: 'web', kind: 'Deployment' }],
  },
  destination: { identity: 2, labels: ['reserved:world'] },
  ...more,
});
const at = Date.parse('2026-11-22T10:00:01Z') / 1000;

function told(...lines: object[]) {
  const input = lines.map((line) => JSON.stringify(line)).join('\n');
  const args = ['--unbuffered', '-cnR', flowScriptEnv.FOLLOW];
  const { stdout, stderr, status } = spawnSync('jq', args, { input, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
const of = (...flows: object[]) => told(...flows.map((one) => ({ flow: one, node_name: 'cp1' })));

it.skipIf(!hasJq)('tells destination, port, verdict and who opened it', () => {
  expect(of(flow())).toEqual([['flow', at, '192.0.2.80', 'tcp/443', 'FORWARDED', 'Deployment shop/web']]);
});

it.skipIf(!hasJq).each([
  ['a Pod of no workload', { source: { namespace: 'shop', pod_name: 'one' } }, 'Pod shop/one'],
  ['the node itself', { source: { identity: 1, labels: ['reserved:host', 'reserved:remote-node'] } }, 'host'],
  ['nobody that is known', { source: {} }, 'unknown'],
])('tells %s as the source', (_who, more, source) => {
  expect(of(flow(more))).toMatchObject([[...['flow', at, '192.0.2.80', 'tcp/443', 'FORWARDED'], source]]);
});

it.skipIf(!hasJq).each([
  [
    'a network that a policy names',
    { destination: { labels: ['cidr:192.0.2.80/32', 'reserved:world-ipv4'] } },
    'tcp/443',
  ],
  ['another protocol', { l4: { UDP: { destination_port: 53 } } }, 'udp/53'],
  ['one without ports', { l4: { ICMPv4: { type: 8 } } }, 'icmpv4'],
  ['one of which nobody knows who opened it, by its first packet', { is_reply: null }, 'tcp/443'],
])('also tells %s', (_what, more, port) => {
  expect(of(flow(more)).map((row) => row.slice(0, 4))).toEqual([['flow', at, '192.0.2.80', port]]);
});

it.skipIf(!hasJq).each([
  ['an answer', { is_reply: true }],
  ['a later packet of which nobody knows who opened it', { is_reply: null, l4: { TCP: { flags: { ACK: true } } } }],
  ['what stays in the cluster', { destination: { identity: 77, namespace: 'shop', labels: ['k8s:app=db'] } }],
])('does not tell %s', (_what, more) => {
  expect(of(flow(more))).toEqual([]);
});

it.skipIf(!hasJq)('tells one connection once in five seconds, and each verdict of it', () => {
  const later = (seconds: string, more: object = {}) => flow({ time: `2026-11-22T10:00:${seconds}Z`, ...more });
  const rows = of(flow(), later('02'), later('02', { verdict: 'DROPPED', is_reply: null }), later('06'));
  expect(rows.map(([, when, , , verdict]) => [when - at, verdict])).toEqual([
    [0, 'FORWARDED'],
    [1, 'DROPPED'],
    [5, 'FORWARDED'],
  ]);
});

it.skipIf(!hasJq)('tells what Hubble lost, and goes on behind a line that is cut off', () => {
  const lost = { lost_events: { source: 'HUBBLE_RING_BUFFER', num_events_lost: '12' }, node_name: 'cp1' };
  expect(told(lost, 'no flow' as never, { flow: flow() })).toEqual([['lost', 12], expect.arrayContaining(['flow'])]);
});
