/** What a bundle says of the files of nodes follows from the names in them; a node that was left out is missed. */
import { describe, expect, it } from 'vitest';
import type { ScanResult } from '../../../../src/scans/scan.js';
import type { NodeFiles } from '../../../../src/scans/umbilical/node-files.js';
import type { FlowsSeen, Followed } from '../../../../src/verification/experiment/flows/flows.js';
import { flowsCutShort, nodesCutShort } from '../../../../src/verification/rederive/node-looks.js';
import { omantel } from '../../../fakes/fake-world.js';
import { flowRow, followed, nodeFlows } from '../../../fakes/followed.js';

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

describe('connections of the kill window in a bundle', () => {
  const of = (flows?: FlowsSeen, more: Partial<Followed> = {}) => followed(flows, more);
  const both: FlowsSeen = { nodes: [nodeFlows(), nodeFlows([], { node: 'w1' })] };
  const place = (node: string, more: object = {}) =>
    looked(`connections of node ${node} while catalyst-api was stopped`, more);
  const seenBy = (...places: ScanResult['looked']): ScanResult => ({
    findings: [],
    looked: [looked('nodes (v1) on the Sovereign', { count: 2 }), ...places],
    known: { addresses: ['203.0.113.99'] },
  });
  const flowsCut = (result: ScanResult, experiment: Followed | undefined, lab = false) =>
    flowsCutShort(result, { sovereign: omantel(), lab, experiment });

  it('are whole with each node, and are not asked for where there can be none', () => {
    expect(flowsCut(seenBy(place('cp1'), place('w1')), of(both))).toBeUndefined();
    expect(flowsCut(seenBy(), of(), true)).toBeUndefined();
    expect(flowsCut(seenBy(), undefined)).toBeUndefined();
    expect(flowsCut(seenBy(), of(undefined, { notKilled: 'it was off' }))).toBeUndefined();
    expect(flowsCut(seenBy(looked('connections of the network', { ok: false })), of({ nodes: [] }))).toBeUndefined();
  });

  const hers = nodeFlows([flowRow({ to: '203.0.113.99' })]);
  it.each<[string, ScanResult, Followed, RegExp]>([
    ['no record', seenBy(place('cp1'), place('w1')), of(), /does not have the connections/],
    ['no place', seenBy(), of(both), /does not look at the connections/],
    ['one node of two', seenBy(place('cp1')), of(both), /connections of 1 of 2 nodes/],
    ['a node that nobody followed', seenBy(place('cp1'), place('w2')), of(both), /w2 .*has none of them/],
    [
      'a node that was followed too late',
      seenBy(place('cp1'), place('w1')),
      of({ nodes: [nodeFlows([], { from: undefined }), nodeFlows([], { node: 'w1' })] }),
      /Hubble was not followed/,
    ],
    [
      'a connection to the mother that is no finding',
      seenBy(place('cp1'), place('w1')),
      of({ nodes: [hers, nodeFlows([], { node: 'w1' })] }),
      /no finding of Deployment shop\/web on node cp1/,
    ],
  ])('are not the whole look with %s', (_what, result, experiment, why) => {
    expect(flowsCut(result, experiment)).toMatch(why);
  });
});
