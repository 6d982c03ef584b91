import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import { expect, it } from 'vitest';
import { versionLine } from '../../../src/cli/command/main.js';

it('says what the framework would say', async () => {
  const root = new URL('../../../', import.meta.url);
  const { userAgent } = await Config.load(fileURLToPath(root));
  expect(versionLine(new URL('package.json', root))).toBe(userAgent);
});
