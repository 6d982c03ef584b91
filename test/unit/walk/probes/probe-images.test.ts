/** Every image that a proof or an exercise starts is in the list that preflight asks for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseImage } from '../../../../src/tools/oci/image-name.js';
import { probeImages } from '../../../../src/walk/probes/probe-images.js';

const sources = join(import.meta.dirname, '../../../../src');
const rooms = ['walk', 'verification', 'handover', 'mother'];

it('has no image beside the list', () => {
  const files = rooms.flatMap((room) =>
    readdirSync(join(sources, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(sources, room, file)),
  );
  const named = files
    .filter((file) => !file.endsWith('probe-images.ts'))
    .flatMap((file) => readFileSync(file, 'utf8').match(/'[a-z0-9.-]+\/[a-z0-9./-]+:v?\d[\w.-]*'/g) ?? []);
  expect(named).toEqual([]);
});

it('names a version of each', () => {
  for (const image of Object.values(probeImages)) expect(parseImage(image)?.tag, image).toMatch(/\d/);
});
