/** A tree on disk is replaced whole or not at all. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renderBlueprints } from '../../../../src/actions/blueprint/render.js';
import type { Blueprint } from '../../../../src/blueprints/catalog/blueprint.js';
import { loadBlueprints } from '../../../../src/blueprints/catalog/load.js';
import { omantel } from '../../../fakes/fake-world.js';

const webhook = 'bp-cert-manager-powerdns-webhook';
const folder = 'clusters/omantel.omani.works';
let blueprints: readonly Blueprint[];
let out: string;
const render = (request: Parameters<typeof renderBlueprints>[2]) => renderBlueprints(omantel(), blueprints, request);

beforeAll(async () => {
  blueprints = await loadBlueprints(new URL('../../../../templates/blueprints', import.meta.url).pathname);
});
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'render-'));
});

describe('blueprint render', () => {
  it('without --out answers one stream, of one Blueprint with its own folders alone', async () => {
    const all = await render({});
    const one = await render({ only: webhook });
    expect(all.stream?.split('---\n').length).toBeGreaterThan(24);
    expect(new Set(one.files.map((file) => file.split('/').slice(0, 3).join('/')))).toEqual(
      new Set([`${folder}/${webhook}`, `${folder}/${webhook}-config`]),
    );
    expect(one.hash).toBe(all.hash);
    await expect(render({ only: 'knative' })).rejects.toMatchObject({ code: 'E3201' });
  });

  it('removes what an earlier render left, and nothing beside', async () => {
    mkdirSync(join(out, folder, 'bp-gone'), { recursive: true });
    writeFileSync(join(out, 'README.md'), 'mine');
    const { files, stream } = await render({ out });
    expect(stream).toBeUndefined();
    expect(existsSync(join(out, folder, 'bp-gone'))).toBe(false);
    expect(files.filter((file) => !existsSync(join(out, file)))).toEqual([]);
    expect(readdirSync(out).sort()).toEqual(['README.md', 'clusters']);
  });

  it('of one Blueprint leaves the others as they are', async () => {
    await render({ out });
    const other = join(out, (await render({ only: 'gitea' })).files[0]!);
    writeFileSync(other, 'changed by hand');
    await render({ out, only: 'harbor' });
    expect(readFileSync(other, 'utf8')).toBe('changed by hand');
  });

  it('takes the sealed tree when it is asked for', async () => {
    const sealed = { folders: [], hash: 'of-the-sealed', folder: () => undefined };
    expect(await render({ sealed: async () => sealed })).toEqual({ files: [], hash: 'of-the-sealed', stream: '' });
    expect((await render({ only: 'harbor', sealed: async () => sealed })).files).toEqual([]);
  });

  it('that cannot be written leaves nothing half-way, and says to choose another folder', async () => {
    const file = join(out, 'a-file');
    writeFileSync(file, '');
    const failed = { code: 'E1201', actions: ['choose another --out'] };
    await expect(render({ out: join(file, 'below') })).rejects.toMatchObject(failed);
    // clusters is a file: nothing can be moved below it
    writeFileSync(join(out, 'clusters'), '');
    await expect(render({ out })).rejects.toMatchObject(failed);
    expect(readdirSync(out).sort()).toEqual(['a-file', 'clusters']);
  });
});
