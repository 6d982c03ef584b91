/** What follows from connections that were seen on the nodes while catalyst-api was stopped. */
import { describe, expect, it } from 'vitest';
import { scanPlaces } from '../../../../../src/scans/scan-places.js';
import {
  flowFindings,
  flowPlaces,
  flowsIn,
  unfollowed,
  windowOf,
} from '../../../../../src/verification/experiment/flows/flows.js';
import { afterFault, flowRow, followed, nodeFlows } from '../../../../fakes/followed.js';

const mother = ['198.51.100.1', '2001:db8::99'];
const window = windowOf(followed());
const found = (...rows: Parameters<typeof flowRow>[0][]) => flowFindings(nodeFlows(rows.map(flowRow)), window, mother);

describe('the log of a node', () => {
  it('gives each connection once with its times, and when the node was followed', () => {
    const line = (at: number, verdict = 'FORWARDED') =>
      JSON.stringify(['flow', at, '192.0.2.80', 'tcp/443', verdict, 'Deployment shop/web']);
    const log = ['["beat",100]', '["open",101]', line(102), 'no JSON', line(107), line(103, 'DROPPED'), '["lost",7]'];
    const text = [...log, '["gap",108]', '["open",109]', '["beat",110]', '["be'].join('\n');
    expect(flowsIn('cp1', text)).toEqual({
      ...{ node: 'cp1', from: 101, to: 110, gaps: 1, lost: 7 },
      rows: [flowRow({ verdict: 'DROPPED', at: [103] }), flowRow({ at: [102, 107] })],
    });
  });
});

describe('a connection to the mother', () => {
  it('is found inside the window, in both families, with who opened it', () => {
    expect(
      found({ to: '198.51.100.1' }, { to: '2001:db8:0:0::99', source: 'host', verdict: 'REDIRECTED' }),
    ).toMatchObject([
      {
        id: 'connection Deployment shop/web 198.51.100.1 tcp/443 on cp1',
        where: 'Deployment shop/web on node cp1',
        what: expect.stringMatching(
          /^opened connections to 198\.51\.100\.1 tcp\/443 while catalyst-api was stopped, first at /,
        ),
        grade: 'L1',
      },
      { where: 'host on node cp1' },
    ]);
  });

  it.each([
    ['was dropped', { verdict: 'DROPPED' }],
    ['was opened before the fault', { at: [afterFault(-30)] }],
    ['was opened after the undo', { at: [afterFault(50)] }],
    ["is catalyst's own canary's", { source: 'Job catalyst-probes/probe-mother-heard' }],
    ['went to somebody else', { to: '192.0.2.80' }],
  ])('is none when it %s', (_why, row) => {
    expect(found({ to: '198.51.100.1', ...row })).toEqual([]);
  });
});

it('the window is told by the clocks of the Sovereign', () => {
  const { startedAt, samples } = followed();
  const late = samples.map((one) => ({ ...one, date: Date.parse(startedAt) + one.t + one.ms + 40_000 }));
  expect(windowOf(followed(undefined, { samples: late })).from - window.from).toBe(40);
});

describe('places of the scan', () => {
  const looked = async (...args: Parameters<typeof followed>) =>
    (await scanPlaces(flowPlaces(followed(...args), mother))).looked;

  it('are clean where each node was followed throughout, and say what Hubble lost', async () => {
    expect(await looked({ nodes: [nodeFlows([flowRow()], { lost: 3 })] })).toMatchObject(
      [
        { place: 'connections of node cp1 while catalyst-api was stopped', ok: true, count: 1, how: /lost 3 events/ },
      ].map((one) => ({ ...one, how: expect.stringMatching(one.how) })),
    );
  });

  it.each([
    ['its Job failed', { error: 'the Job failed' }, /the Job failed/],
    ['Hubble was never reached', { from: undefined }, /was not followed/],
    ['Hubble went away', { gaps: 2 }, /went away 2 times/],
    ['it began too late', { from: afterFault(10) }, /only after catalyst-api was stopped/],
    ['it ended too early', { to: afterFault(1) }, /until catalyst-api was started again/],
  ])('were not looked at where %s', async (_why, more, error) => {
    const flows = { nodes: [nodeFlows([], more as object)] };
    expect(await looked(flows)).toMatchObject([{ ok: false, error: expect.stringMatching(error) }]);
  });

  it('are one that was not looked at where no node could be followed', async () => {
    expect(await looked({ nodes: [], error: 'no DaemonSet' })).toMatchObject([{ ok: false, error: 'no DaemonSet' }]);
  });

  it.each([
    ['no kill window', undefined, /no kill window/],
    ['nothing was killed', followed({ nodes: [] }, { notKilled: 'it was off' }), /nothing was killed/],
    ['none recorded', followed(), /did not record/],
  ])('are listed as not looked at: %s', (_why, seen, why) => {
    expect(unfollowed(seen)).toMatch(why);
  });

  it('are not listed so where they are places', () => {
    expect(unfollowed(followed({ nodes: [nodeFlows()] }))).toBeUndefined();
  });
});
