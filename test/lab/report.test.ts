/** Story: the report of a whole verdict in a browser, at the widths of a phone and of a desk, and on paper. It needs no lab. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Browser, findChromium, startChromium } from '../fakes/chromium.js';
import { cleanVerdict } from '../fakes/clean-verdict.js';

const chromium = findChromium();
if (!chromium)
  process.stderr.write('NOT RUN: the report in a browser, as there is no Chromium (apt-get install chromium)\n');

let home: string;
let address: string;
let browser: Browser;

beforeAll(async () => {
  if (!chromium) return;
  home = mkdtempSync(join(tmpdir(), 'catalyst-report-'));
  const { files } = await cleanVerdict();
  writeFileSync(join(home, 'report.html'), files['report.html']!);
  address = pathToFileURL(join(home, 'report.html')).href;
  browser = await startChromium(chromium);
});
afterAll(async () => {
  await browser?.close();
  if (home) rmSync(home, { recursive: true, force: true });
});

test.skipIf(!chromium).each([390, 1280])(
  'at %i pixels nothing is beside the window, and nothing is loaded',
  async (width) => {
    const tab = await browser.open(address, { width, height: 800 });
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(tab.asked).toEqual([address]);
    expect(tab.complaints).toEqual([]);
  },
);

test.skipIf(!chromium)('on paper it has at most eight pages, and the first is full', async () => {
  const tab = await browser.open(address, { width: 1280, height: 800 });
  const path = join(home, 'report.pdf');
  await tab.pdf(path);
  const pages = readFileSync(path, 'latin1').match(/\/Type ?\/Page\b/g) ?? [];
  expect(pages.length).toBeGreaterThan(1);
  expect(pages.length).toBeLessThanOrEqual(8);
});
