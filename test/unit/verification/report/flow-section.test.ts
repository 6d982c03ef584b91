/** The connections of the kill window in the page for people. */
import { expect, it } from 'vitest';
import { flowsPart } from '../../../../src/verification/report/flow-section.js';
import { flowRow, nodeFlows } from '../../../fakes/followed.js';

it('has each kind of connection once, with the nodes that it was seen on', () => {
  const rows = [flowRow(), flowRow({ to: '<script>', verdict: 'DROPPED' })];
  const part = flowsPart({ nodes: [nodeFlows(rows), nodeFlows([flowRow()], { node: 'w1', error: 'the log ended' })] });
  expect(part).toMatch(/2 kinds of connection to the outside, on 2 nodes/);
  expect(part).toMatch(/192\.0\.2\.80 tcp\/443.*Deployment shop\/web.*forwarded.*cp1, w1/s);
  expect(part).toMatch(/node w1: the log ended/);
  expect(part).not.toMatch(/<script>/);
});

it('shows so many, and says how many more there are', () => {
  const rows = Array.from({ length: 50 }, (_, at) => flowRow({ to: `192.0.2.${at}` }));
  expect(flowsPart({ nodes: [nodeFlows(rows)] })).toMatch(/and 10 more, in the bundle/);
});

it('says why there is none, and nothing in a lab', () => {
  expect(flowsPart({ nodes: [], error: 'no DaemonSet' })).toMatch(
    /the connections of no node were followed: no DaemonSet/,
  );
  expect(flowsPart(undefined)).toBe('');
});
