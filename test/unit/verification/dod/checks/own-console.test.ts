import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../../src/kubernetes/client/kube.js';
import { ownDeploymentId } from '../../../../../src/sovereign/sovereign-names.js';
import { ownConsole } from '../../../../../src/verification/dod/checks/own-console.js';
import type { Scope } from '../../../../../src/verification/dod/scope.js';
import { fakeWorld } from '../../../../fakes/fake-world.js';
import { memoryCluster } from '../../../handover/rig.js';

const fqdn = 'omantel.omani.works';
const id = ownDeploymentId(fqdn);
const base = `https://console.${fqdn}/sovereign/`;
const page = `${base}${id}/cloud/architecture`;
const html = '<!doctype html><script type="module" src="/sovereign/assets/index.js"></script>';

const claim = (name: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: { namespace: 'gitea', name },
});
const topology = (...names: string[]) => ({
  topology: { regions: [{ name: 'fsn1', clusters: [{ name: fqdn, nodes: [{ name: 'cp1' }] }] }] },
  storage: { pvcs: names.map((name) => ({ namespace: 'gitea', name })) },
});

const sound: Record<string, { status?: number; headers?: Record<string, string>; text?: string }> = {
  [`https://console.${fqdn}/`]: { status: 302, headers: { location: base } },
  [base]: { text: html },
  [`${base}assets/index.js`]: { headers: { 'content-type': 'text/javascript' }, text: 'draw()' },
  [page]: { text: html },
  [`https://api.${fqdn}/healthz`]: { text: 'ok' },
  [`${base}api/v1/deployments/${id}/components/state`]: { text: JSON.stringify({ watching: true, components: [] }) },
  [`${base}api/v1/deployments/${id}/infrastructure/topology`]: { text: JSON.stringify(topology('gitea-pg-1')) },
};

function asked(change: typeof sound = {}) {
  const answers = { ...sound, ...change };
  const world = fakeWorld({
    clock: { now: () => new Date(0), sleep: async () => undefined },
    kube: async () => memoryCluster([claim('gitea-pg-1'), claim('gitea-data')]).kube,
    http: async ({ url }) => ({
      status: 404,
      headers: {},
      text: '',
      ...(answers[url] && { status: 200 }),
      ...answers[url],
    }),
  });
  return ownConsole({ world } as unknown as Scope);
}

describe('D21', () => {
  it('passes on the page of the architecture view and what its API draws there, and keeps both as they were seen', async () => {
    expect(await asked()).toMatchObject({
      status: 'pass',
      reason: expect.stringContaining(page),
      evidence: {
        page: { url: page, status: 200, files: [`${base}assets/index.js`] },
        ...{ servers: ['cp1'], volumes: ['gitea/gitea-pg-1'], claims: ['gitea/gitea-data', 'gitea/gitea-pg-1'] },
      },
    });
  });

  it.each([
    ['is not there', { status: 404 }, /cloud\/architecture, responds 404/],
    ['leads away', { status: 302, headers: { location: 'https://console.openova.io/' } }, /responds 302/],
    ['is another page', { text: '<!doctype html>welcome' }, /is not the console/],
  ])('fails when that page %s', async (_what, answer, reason) => {
    expect(await asked({ [page]: answer })).toMatchObject({ status: 'fail', reason: expect.stringMatching(reason) });
  });

  it('fails when the view shows volumes that the cluster does not have', async () => {
    const text = JSON.stringify(topology('gitea-pg-1', 'of-the-mother'));
    expect(await asked({ [`${base}api/v1/deployments/${id}/infrastructure/topology`]: { text } })).toMatchObject({
      status: 'fail',
      reason: expect.stringContaining('gitea/of-the-mother, which its cluster does not have'),
    });
  });
});
