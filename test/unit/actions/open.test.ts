/** Which address is opened, and what is said of a place that there is not. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { openPlace } from '../../../src/actions/open.js';
import { type ActionRig, actionRig } from '../../fakes/action-context.js';

let rig: ActionRig;
const opened: string[] = [];
const open = (name: string, starts = true) =>
  openPlace(rig.context, name, async (address) => {
    opened.push(address);
    return starts;
  });

beforeEach(() => {
  opened.length = 0;
  rig = actionRig();
});

describe('open', () => {
  it.each([
    ['console', 'https://console.omantel.omani.works'],
    ['git', 'https://gitea.omantel.omani.works'],
  ])('%s opens %s', async (name, address) => {
    expect(await open(name)).toEqual({ name, address: expect.stringContaining(address), opened: true });
    expect(opened).toHaveLength(1);
  });

  it('starts no browser for a lab, whose names resolve nowhere else, and says where one could not be started', async () => {
    Object.assign(rig.context.options, { lab: 'default' });
    expect(await open('console')).toMatchObject({ opened: false });
    expect(opened).toEqual([]);
    Object.assign(rig.context.options, { lab: undefined });
    expect(await open('console', false)).toMatchObject({ opened: false });
  });

  it('opens the report of the newest verdict, whichever it was', async () => {
    await expect(open('report')).rejects.toMatchObject({ code: 'E6102', actions: ['catalyst verify dod'] });
    const folder = join(rig.stateDir, 'evidence');
    mkdirSync(folder, { recursive: true });
    const pages = ['dod-2026-12-01T10-pass', 'dod-2026-12-01T11-invalid', 'rehearsal-2026-12-01T12-partial'];
    for (const page of pages) writeFileSync(join(folder, `${page}.html`), '');
    const { href } = pathToFileURL(join(folder, 'dod-2026-12-01T11-invalid.html'));
    expect(await open('report')).toMatchObject({ address: href, opened: true });
  });

  it('names the places that there are, the nearest first', async () => {
    await expect(open('consoles')).rejects.toMatchObject({
      code: 'E1001',
      message: expect.stringContaining('known: console, account, git, registry, grafana, report'),
      actions: ['catalyst open console'],
    });
    await expect(open('x')).rejects.toMatchObject({ code: 'E1001', actions: ['catalyst open console'] });
  });
});
