/** The tree against what exists: every image is known, and none is any more when one letter of it is another. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { imagesOfTree } from '../../../src/blueprints/catalog/images/images.js';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import { renderTree } from '../../../src/blueprints/render/render.js';
import { packageRoot } from '../../../src/support/package-root.js';
import { omantel } from '../../../test/fakes/fake-world.js';
import { hasShell, knownAs } from '../../src/images/known-images.js';
import { createImagePulls } from '../../src/images/pulls.js';

const token = 'catalyst:right';
const pulls = createImagePulls(new Map([['ghcr.io', token]]));
const logins = new Map([['ghcr.io', [token]]]);

it('every image of the tree can be pulled with the login, and none with one other letter', async () => {
  const blueprints = await loadBlueprints(join(packageRoot, 'templates/blueprints'));
  const sovereign = omantel();
  const { images } = imagesOfTree(sovereign, renderTree(sovereign, blueprints), blueprints);
  expect(images.length).toBeGreaterThan(60);
  for (const { image } of images) {
    expect(pulls.refusal(image, logins), image).toBeUndefined();
    for (let at = 0; at < image.length; at += 1) {
      const letter = image[at]!;
      // a name's host and path, its tag and its digest are all of it
      if (!/[a-z0-9]/.test(letter)) continue;
      const other = `${image.slice(0, at)}${letter === '7' ? '8' : '7'}${image.slice(at + 1)}`;
      const refused = pulls.refusal(other, logins);
      // of two references the digest alone counts
      if (image.includes('@') && at < image.indexOf('@') && at > image.lastIndexOf(':', image.indexOf('@'))) continue;
      expect(refused, other).toMatchObject({ message: expect.stringContaining(other.split('/').at(-1)!) });
    }
  }
});

it.each<[string, string, string[], RegExp]>([
  ['private, without a login', 'ghcr.io/openova-io/openova/catalyst-api:4f80be2', [], /401 Unauthorized/],
  [
    'private, with a wrong one',
    'ghcr.io/openova-io/openova/catalyst-api:4f80be2',
    ['catalyst:wrong'],
    /403 Forbidden: denied/,
  ],
  [
    'public, with a wrong login for its registry',
    'ghcr.io/fluxcd/source-controller:v1.8.2',
    ['catalyst:wrong'],
    /denied/,
  ],
  ['never built', 'ghcr.io/openova-io/openova/pool-domain-manager:4f80be2', [token], /: not found/],
])('an image that is %s is refused', (_, image, given, words) => {
  expect(pulls.refusal(image, new Map(given.length > 0 ? [['ghcr.io', given]] : []))?.message).toMatch(words);
});

it('knows what has no shell', () => {
  expect(hasShell('ghcr.io/spiffe/spire-agent:1.15.2')).toBe(false);
  expect(hasShell('docker.io/library/busybox:1.37.0')).toBe(true);
  expect(knownAs('busybox:1.37')?.image).toBe('docker.io/busybox:1.37');
});
