import { expect, it } from 'vitest';
import { readSource } from '../../../../src/handover/sovereign/actual-state.js';
import { memoryCluster, sovereign } from '../rig.js';

const read = (url: string) => {
  const metadata = { name: 'flux-system', namespace: 'flux-system' };
  const { kube } = memoryCluster([{ apiVersion: 'v1', kind: 'GitRepository', metadata, spec: { url } }]);
  return readSource({ sovereign: sovereign(), kube: async () => kube });
};

it.each([
  'http://gitea-http.gitea.svc.cluster.local:3000/sovereign/fleet.git',
  'http://gitea-http.gitea.svc:3000/sovereign/fleet',
  'http://gitea-http.gitea:3000/sovereign/fleet.git',
  'https://gitea.omantel.omani.works/sovereign/fleet.git',
  'https://GITEA.omantel.omani.works:443/other/repository',
])("%s is the Sovereign's own Gitea", async (url) => expect(await read(url)).toMatchObject({ own: true, url }));

it.each([
  'https://github.com/openova-io/openova',
  'https://gitea.omantel.omani.works.evil.example/sovereign/fleet.git',
  'https://gitea.newomantel.omani.works/sovereign/fleet.git',
  'https://evil.example/gitea.omantel.omani.works/fleet.git',
  'http://gitea-http.gitea.svc.cluster.local.evil.example/fleet.git',
  'not a URL',
  '',
])('%s is not', async (url) => expect(await read(url)).toMatchObject({ own: false }));

it('is not there before anything is read', async () => {
  const { kube } = memoryCluster([]);
  expect(await readSource({ sovereign: sovereign(), kube: async () => kube })).toEqual({ own: false });
});
