/** Who vouches for the archive of a chart: its pin, its first pull, or what its source has now. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ChartPin } from '../../../../../../src/blueprints/catalog/blueprint.js';
import { treeSource } from '../../../../../../src/blueprints/charts/own-chart.js';
import { publishedCharts } from '../../../../../../src/verification/dod/checks/installed/published-charts.js';
import { omantel } from '../../../../../fakes/fake-world.js';
import { clockAt } from '../../../../../fakes/rehearsed.js';

const sha = (digit: string) => digit.repeat(64);
const index = `apiVersion: v1
entries:
  gitea:
  - version: 11.0.0
    digest: ${sha('a')}
  - name: gitea
    version: "12.1.0+up.1"
    digest: sha256:${sha('b')}
  gitea-actions:
  - version: 12.1.0
    digest: ${sha('c')}
  undigested:
  - version: 1.0.0
`;
let asked: string[];
let answer: { status: number; text: string };
const chart = (name: string, version: string, source = 'https://charts.example/stable/', digest?: string) =>
  ({ name, version, source, ...(digest ? { digest } : {}) }) as ChartPin;

async function published(kind: 'lab' | 'real' = 'real') {
  const of = await publishedCharts({
    ...{
      sovereign: omantel(),
      stateDir: mkdtempSync(join(tmpdir(), 'charts-')),
      clock: clockAt('2026-11-22T10:00:00Z'),
    },
    identity: async () => ({ kind, id: '1f', name: 'default' }) as never,
    credentials: { find: async () => undefined } as never,
    http: async ({ url }: { url: string }) => {
      asked.push(url);
      return { headers: {}, ...answer };
    },
  } as never);
  return (one: ChartPin) => of(one as never);
}

beforeEach(() => {
  asked = [];
  answer = { status: 200, text: index };
});

describe('the archive of a chart', () => {
  it('is its pin, and nobody is asked', async () => {
    const of = await published();
    const digest = `sha256:${sha('d')}`;
    expect(await of(chart('gitea', '1.0.0', undefined, digest))).toEqual({ archive: digest, by: 'its pin' });
    expect(await of(chart('own', '1.0.0', treeSource))).toEqual({ archive: undefined, by: 'the tree' });
    expect(asked).toEqual([]);
  });

  it('is what the index of its source has under exactly that name and version, asked once', async () => {
    const of = await published();
    const by = expect.stringMatching(/^https:\/\/charts\.example\/stable\/?$/);
    expect(await of(chart('gitea', '11.0.0'))).toEqual({ archive: `sha256:${sha('a')}`, by });
    expect(await of(chart('gitea', '12.1.0+up.1'))).toEqual({ archive: `sha256:${sha('b')}`, by });
    for (const [name, version] of [
      ['gitea', '12.1.0'],
      ['gitea', '11.0'],
      ['gite', '11.0.0'],
      ['undigested', '1.0.0'],
    ] as const)
      expect(await of(chart(name, version))).toEqual({ archive: undefined, by });
    expect(asked).toEqual(['https://charts.example/stable/index.yaml']);
  });

  it('in a lab is what the lab serves, whatever the pin says', async () => {
    const of = await published('lab');
    const pinned = chart('gitea', '11.0.0', undefined, `sha256:${sha('d')}`);
    expect((await of(pinned)).archive).toBe(`sha256:${sha('a')}`);
  });

  it('is not taken for none when the source does not answer', async () => {
    answer = { status: 503, text: '' };
    const of = await published();
    await expect(of(chart('gitea', '11.0.0'))).rejects.toThrow('index.yaml answers 503');
  });

  it('in a registry is what its manifest names', async () => {
    const layer = { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', digest: `sha256:${sha('e')}` };
    answer = { status: 200, text: JSON.stringify({ schemaVersion: 2, layers: [layer], config: {} }) };
    const of = await published();
    const seen = await of(chart('gitea', '1.0.0+up.2', 'oci://registry.example/charts'));
    expect(seen).toMatchObject({ archive: layer.digest, by: 'oci://registry.example/charts' });
    expect(asked[0]).toBe('https://registry.example/v2/charts/gitea/manifests/1.0.0_up.2');
  });
});
