/** Files of nodes in an umbilical scan: a tether there counts as any other, and no node is taken for clean that nobody looked at. */
import { describe, expect, it } from 'vitest';
import { isClean, openFindings } from '../../../../src/scans/scan.js';
import { nodeLines } from '../../../../src/scans/umbilical/node-files.js';
import { scanUmbilical } from '../../../../src/scans/umbilical.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { nodeReader } from '../../../../src/walk/probes/node-files.js';
import type { NodeAnswers } from '../../../fakes/answering-nodes.js';
import { ownGit, scannedWorld } from '../../../rigged/stages/umbilical.js';
import { fakeContext } from '../../walk/rig.js';

async function scan(nodes: NodeAnswers) {
  const world = await scannedWorld([ownGit()], { nodes });
  return scanUmbilical(world, { nodes: nodeReader(world, fakeContext(world).context) });
}

const clean = ['file h /etc/hosts', 'name 127.0.0.1', 'name cp1.omantel.omani.works', 'absent /etc/chrony.conf'];

describe('nodes without a tether', () => {
  it('are clean, each with what was read and what is not there', async () => {
    const result = await scan({ w1: clean, cp1: [...clean, 'file h /etc/rancher/k3s/config.yaml'] });
    expect(isClean(result)).toBe(true);
    expect(result.looked.filter(({ place }) => place.startsWith('files of node'))).toMatchObject([
      { place: 'files of node cp1', answer: 'looked', count: 2 },
      { place: 'files of node w1', answer: 'looked', count: 1 },
    ]);
    expect(nodeLines(result.nodes ?? [])).toEqual([
      'node cp1: /etc/hosts, /etc/rancher/k3s/config.yaml (not there: /etc/chrony.conf)',
      'node w1: /etc/hosts (not there: /etc/chrony.conf)',
    ]);
  });

  it.each(['name catalyst.openova.io/role=', 'name console.omantel.omani.works', 'name 10.0.0.2', 'name 2001:db8::'])(
    'may have %s',
    async (row) => {
      expect(openFindings(await scan({ cp1: ['file h /etc/rancher/k3s/config.yaml', row] }))).toEqual([]);
    },
  );
});

describe('a tether on a node', () => {
  it.each([
    ['/etc/rancher/k3s/registries.yaml', 'https://harbor.openova.io/v2', 'harbor.openova.io', /pulls images/],
    ['/etc/rancher/k3s/config.yaml', 'https://x.openova.io/role=', 'x.openova.io', /k3s on the node/],
    ['/etc/resolv.conf', 'svc.openova.io', 'svc.openova.io', /the node resolves names/],
    ['/etc/systemd/timesyncd.conf', 'time.openova.io', 'time.openova.io', /the clock/],
  ])('in %s is found in one node alone, with what it breaks', async (path, name, key, breaks) => {
    const { findings } = await scan({ cp1: clean, w1: [`file h ${path}`, `name ${name}`] });
    expect(findings).toEqual([
      expect.objectContaining({
        id: `Node w1 ${path} ${key}`,
        where: `node w1: ${path}`,
        what: `names ${key}`,
        breaks: expect.stringMatching(breaks),
        grade: 'L1',
      }),
    ]);
  });

  it('is also the registry that a folder of containerd is named for', async () => {
    const path = '/etc/containerd/certs.d/harbor.openova.io/hosts.toml';
    expect((await scan({ cp1: [`file h ${path}`] })).findings).toMatchObject([{ what: 'names harbor.openova.io' }]);
  });

  it('of OpenOva alone breaks L2', async () => {
    const rows = ['file h /etc/rancher/k3s/registries.yaml', 'name https://ghcr.io/openova-io/x'];
    expect((await scan({ cp1: rows })).findings).toMatchObject([{ what: 'names ghcr.io/openova-io', grade: 'L2' }]);
  });
});

describe('a node that was not looked at', () => {
  it.each([
    ['its Job does not end', 'dead' as const, /probe-node-files/],
    ['its Job tells of no file', [], /told of no file/],
    ['a file could not be read', [...clean, 'unread /etc/ntp.conf it is no file'], /ntp\.conf: it is no file/],
  ])('is none that is clean: %s', async (_why, rows, error) => {
    const result = await scan({ cp1: clean, w1: rows });
    expect(isClean(result)).toBe(false);
    expect(result.looked.filter(({ ok }) => !ok)).toMatchObject([
      { place: 'files of node w1', answer: 'could not look', error: expect.stringMatching(error) },
    ]);
  });

  it('is told where the nodes cannot be listed', async () => {
    const world = await scannedWorld([ownGit()]);
    const nodes = () => Promise.reject(new Error('forbidden'));
    const { looked } = await scanUmbilical(world, { nodes: { nodes, read: async () => [] } });
    expect(looked.filter(({ ok }) => !ok)).toMatchObject([{ place: 'files of the nodes', error: /no list of nodes/ }]);
  });

  it('ends the run where the gate does', async () => {
    const world = await scannedWorld([ownGit()]);
    const nodes = () => Promise.reject(fail('E5006', 'the protected set has changed'));
    await expect(scanUmbilical(world, { nodes: { nodes, read: async () => [] } })).rejects.toMatchObject({
      code: 'E5006',
    });
  });
});
