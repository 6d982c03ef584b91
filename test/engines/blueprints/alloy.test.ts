/** Alloy's configuration, as the tree hands it over, read by Alloy's own parser. What each component accepts is not checked. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { builtProgram, rendered } from './rendered.js';

const parser = builtProgram('alloy-syntax', 'alloy-syntax');

/** Name and label of each block at the top. Throws with the parser's words. */
const blocksOf = (text: string) =>
  execFileSync(parser ?? '', { input: text, encoding: 'utf8', stdio: 'pipe' })
    .trim()
    .split('\n')
    .map((line) => line.trim());

async function configuration(profile: 'solo' | 'ha'): Promise<string> {
  const { all } = await rendered('bp-grafana', profile);
  const release = all.find(({ kind, metadata }) => kind === 'HelmRelease' && metadata.name === 'bp-grafana-alloy');
  return release!['spec'].values.alloy.configMap.content;
}

describe.skipIf(!parser)("Alloy's parser", () => {
  test.each(['solo', 'ha'] as const)('%s: it reads the whole configuration', async (profile) => {
    const text = await configuration(profile);
    const blocks = blocksOf(text);
    // every block that begins a line is one at the top: none is swallowed by an unclosed one before it
    expect(blocks).toEqual(
      [...text.matchAll(/^([a-z][\w.]*)(?: "(\w+)")? \{/gm)].map(([, name, label = '']) => `${name} ${label}`.trim()),
    );
    expect(blocks).toContain('prometheus.remote_write mimir');
  });

  test('a brace that is missing is told with its line', async () => {
    const text = (await configuration('solo')).trimEnd().replace(/\}$/, '');
    expect(() => blocksOf(text)).toThrow(/config\.alloy:\d+:\d+: expected \}, got EOF/);
  });
});
