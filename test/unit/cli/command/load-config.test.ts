import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../../src/cli/command/load-config.js';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

describe('what oclif is told of', () => {
  it.each([
    [
      ['blueprint', 'render', 'bp-harbor'],
      ['blueprint:render', 'bp-harbor'],
    ],
    [
      ['explain', 'spec.fqdn'],
      ['explain', 'spec.fqdn'],
    ],
    [
      ['plan', '--', '--help'],
      ['plan', '--', '--help'],
    ],
  ])('%j: that command alone', async (words, argv) => {
    const found = await loadConfig(root, words);
    expect(found.argv).toEqual(argv);
    expect(found.config.commandIDs).toEqual([argv[0]]);
  });

  it.each([
    [['blueprint', 'render', '--help']],
    [['blueprint', 'rendr']],
    [['blueprint']],
    [['help', 'plan']],
    [['--json', 'blueprint', 'list']],
    [['blueprint:list']],
    [['../commands/plan']],
    [[]],
  ])('%j: every command, and the plugins', async (words) => {
    const { argv, config } = await loadConfig(root, words);
    expect(argv).toEqual(words);
    expect(config.commandIDs.length).toBeGreaterThan(40);
    expect(config.plugins.size).toBeGreaterThan(1);
  });
});
