/** Which addresses are of the cluster, and whether awk on a node finds exactly those. */
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { networksOf } from '../../../../../src/support/addresses/networks.js';
import { digits, insideOf, patternOf } from '../../../../../src/verification/experiment/flows/inside.js';
import { type FakeKube, fakeKube } from '../../../../fakes/fake-kube.js';

describe('addresses of the cluster', () => {
  const put = (kube: FakeKube, kind: string, object: Record<string, unknown>) =>
    kube.put({ apiVersion: 'v1', kind, metadata: { name: kind.toLowerCase() }, ...object });

  it('are networks by their masks, in both families, and addresses where no network has them', async () => {
    const kube = fakeKube();
    put(kube, 'Node', {
      spec: { podCIDRs: ['10.42.0.0/24', 'fd00:42::/64'] },
      status: {
        addresses: [{ address: '203.0.113.10' }, { address: '2001:db8::10' }, { address: 'cp1' }],
      },
    });
    put(kube, 'ServiceCIDR', { spec: { cidrs: ['10.96.0.0/16', 'fd00:96::/112'] } });
    put(kube, 'Service', { spec: { clusterIPs: ['10.96.0.1', 'None'] } });
    expect(await insideOf(kube)).toEqual([
      ...['10.42.0.0/24', '10.96.0.0/16', '2001:db8::10', '203.0.113.10', 'fd00:42::/64', 'fd00:96::/112'],
    ]);
  });

  it('are those that Cilium gives to Pods where it chooses them, and each Service where no range is served', async () => {
    const kube = fakeKube();
    put(kube, 'CiliumNode', { spec: { ipam: { podCIDRs: ['10.0.3.0/24'] } } });
    put(kube, 'Service', { spec: { clusterIPs: ['10.43.7.9'] } });
    expect(await insideOf(kube)).toEqual(['10.0.3.0/24', '10.43.7.9']);
  });
});

const size = { 4: 32, 6: 128 } as const;
/** As /proc writes it. */
function textOf(value: bigint, family: 4 | 6): string {
  const hex = value.toString(16).padStart(size[family] / 4, '0');
  return family === 4
    ? hex
        .match(/../g)!
        .map((part) => Number.parseInt(part, 16))
        .join('.')
    : hex.match(/..../g)!.join(':');
}

it('awk finds by the digits of an address what the mask says, on both sides of each border', () => {
  const cases = fc.constantFrom<4 | 6>(4, 6).chain((family) => {
    const address = fc.bigInt({ min: 0n, max: (1n << BigInt(size[family])) - 1n });
    return fc.record({
      ...{ family: fc.constant(family), base: address, other: address },
      bits: fc.integer({ min: 0, max: size[family] }),
      flipped: fc.integer({ min: 0, max: size[family] - 1 }),
    });
  });
  const rows = fc.sample(cases, 2000).flatMap(({ family, base, other, bits, flipped }) => {
    const network = `${textOf(base, family)}/${bits}`;
    const near = base ^ (1n << BigInt(flipped));
    return [base, near, other].map((value) => ({ network, address: textOf(value, family) }));
  });
  const { stdout } = spawnSync('awk', [`${digits}\n{ print digits($1) ~ ("^" $2) }`], {
    input: rows.map(({ network, address }) => `${address} ${patternOf(network)}\n`).join(''),
    encoding: 'utf8',
  });
  const found = stdout.trim().split('\n');
  const wrong = rows.filter(({ network, address }, index) => (found[index] === '1') !== networksOf([network])(address));
  expect(found).toHaveLength(rows.length);
  expect(wrong).toEqual([]);
});
