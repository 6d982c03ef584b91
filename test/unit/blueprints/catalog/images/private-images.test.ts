/** The registries that give images of the tree to a login alone: what the wizard writes into the spec. */
import { expect, it } from 'vitest';
import { privateHosts } from '../../../../../src/blueprints/catalog/images/private-images.js';
import { renderTree } from '../../../../../src/blueprints/render/render.js';
import { loadSpec } from '../../../../../src/sovereign/spec/load-spec.js';
import type { Sovereign } from '../../../../../src/sovereign/spec/schema.js';
import { blueprints, omantel, root } from '../../rig.js';

const hosts = async (sovereign: Sovereign) => {
  const all = await blueprints();
  return privateHosts(sovereign, renderTree(sovereign, all), all);
};

it('are those of openova-io, which the example names', async () => {
  expect(await hosts(omantel())).toEqual(['ghcr.io']);
  const { sovereign } = loadSpec(`${root}/examples/omantel.yaml`);
  expect(sovereign.spec.charts.secretRef).toEqual({ name: 'registry-pull', hosts: ['ghcr.io'], username: 'catalyst' });
});

it('are none where all of these images come from a mirror', async () => {
  const digest = `@sha256:${'0'.repeat(64)}`;
  const to = (name: string) => ({ [`ghcr.io/openova-io/openova/${name}`]: `mirror.example.org/${name}${digest}` });
  const mirrored = omantel(() => ({
    blueprints: {
      'bp-powerdns': { images: to('pool-domain-manager') },
      'bp-catalyst-platform': { images: { ...to('catalyst-api'), ...to('catalyst-ui') } },
    },
  }));
  expect(await hosts(mirrored)).toEqual([]);
});
