/** What a bundle says of the files of nodes follows from the names in them; a node that was left out is missed. */
import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../../../../src/scans/scan.js';
import type { NodeFiles } from '../../../../src/scans/umbilical/node-files.js';
import { nodesCutShort } from '../../../../src/verification/rederive/node-looks.js';
import { omantel } from '../../../fakes/fake-world.js';

const looked = (place: string, more: object = {}) =>
  ({ place, how: '', ok: true, answer: 'looked', found: 0, ...more }) as ScanResult['looked'][number];
const hosts = (node: string, names: string[] = []): NodeFiles => ({
  node,
  files: [{ path: '/etc/hosts', answer: 'looked', hash: 'h', names }],
});

function scan(nodes: NodeFiles[], more: Partial<ScanResult> = {}): ScanResult {
  const places = nodes.map(({ node }) => looked(`files of node ${node}`, { count: 1 }));
  return {
    findings: [],
    looked: [looked('nodes (v1) on the Sovereign', { count: 2 }), ...places],
    nodes,
    known: { addresses: ['203.0.113.99'] },
    ...more,
  };
}
const cut = (result: ScanResult, lab = false) => nodesCutShort(result, { sovereign: omantel(), lab });

describe('files of nodes in a bundle', () => {
  it('are whole when each node is there and names nobody', () => {
    expect(cut(scan([hosts('cp1'), hosts('w1', ['cdn.example'])]))).toBeUndefined();
  });

  it('are not asked for in a lab, whose nodes have none', () => {
    expect(cut({ findings: [], looked: [] }, true)).toBeUndefined();
  });

  it.each<[string, ScanResult, RegExp]>([
    ['no node', scan([]), /files of 0 of 2 nodes/],
    ['one node of two', scan([hosts('cp1')]), /files of 1 of 2 nodes/],
    ['no list of nodes', { findings: [], looked: [] }, /files of 0 of all nodes/],
    ['a node without its files', scan([hosts('cp1'), hosts('w1')], { nodes: [hosts('cp1')] }), /does not say .* w1/],
    ['a node with no file', scan([hosts('cp1'), { node: 'w1', files: [] }]), /does not say .* w1/],
    [
      'a file that was not read, in a place that is said to be looked at',
      scan([hosts('cp1'), { node: 'w1', files: [{ path: '/etc/hosts', answer: 'could not look' }] }]),
      /has not read \/etc\/hosts/,
    ],
    ['a name of hers', scan([hosts('cp1'), hosts('w1', ['mail.openova.io'])]), /no finding of node w1: \/etc\/hosts/],
    ['an address of hers', scan([hosts('cp1', ['203.0.113.99']), hosts('w1')]), /names 203\.0\.113\.99/],
  ])('are not the whole look with %s', (_what, result, why) => {
    expect(cut(result)).toMatch(why);
  });

  it('are settled by a finding, which D14 judges, and by a place that could not be looked at', () => {
    const [where, what] = ['node w1: /etc/hosts', 'names mail.openova.io'];
    const finding = { id: 'Node w1 /etc/hosts mail.openova.io', where, what, breaks: '', remedy: '' };
    expect(cut(scan([hosts('cp1'), hosts('w1', ['mail.openova.io'])], { findings: [finding] }))).toBeUndefined();
    const blind = scan([hosts('cp1')]);
    blind.looked.push(looked('files of node w1', { ok: false, answer: 'could not look', error: 'dead' }));
    expect(cut(blind)).toBeUndefined();
  });
});
