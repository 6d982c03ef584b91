/** The first page of a newcomer: where to start, before what is listed by name. */
import { join } from 'node:path';
import { Config } from '@oclif/core';
import { expect, it } from 'vitest';
import { rootPage } from '../../../../src/cli/command/help.js';

it('begins with what to type first, and lists no command of a plugin that ours stands for', async () => {
  const page = await rootPage(await Config.load(join(import.meta.dirname, '../../../..')));
  expect(page.match(/^[A-Z]+( [A-Z]+)*$/gm)).toEqual(['VERSION', 'USAGE', 'START HERE', 'TOPICS', 'COMMANDS']);
  expect(page).toMatch(/^START HERE\n {2}catalyst wizard --lab default +the whole walk on the built-in lab/m);
  expect(page).not.toMatch(/^ {2}autocomplete/m);
  expect(page).toMatch(/^ {2}completion/m);
});
