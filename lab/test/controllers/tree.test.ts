import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBlueprints } from '../../../src/blueprints/catalog/load.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { createRedactor } from '../../../src/support/redact/redact.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { createBinaries } from '../../../src/tools/exec/binaries.js';
import { createExec } from '../../../src/tools/exec/exec.js';
import { stubCharts } from '../../src/stub-charts/stub.js';

describe('charts that the lab renders', () => {
  const exec = createExec(createRedactor());
  const binaries = createBinaries({ exec, env: process.env, cacheDir: join(homedir(), '.cache', 'catalyst') });
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'charts-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('route to what the values say and bring what others rely on', async () => {
    const { writeFile } = await import('node:fs/promises');
    const blueprints = await loadBlueprints(fileURLToPath(new URL('../../../templates/blueprints', import.meta.url)));
    const own = blueprints.flatMap(({ chart, ownChart }) => (ownChart ? [{ ...chart, tgz: ownChart.tgz }] : []));
    const charts = [...(await stubCharts(blueprints)), ...own];
    const hosts: string[] = [];
    const kinds: string[] = [];
    for (const chart of charts) {
      const file = join(folder, `${chart.name}.tgz`);
      await writeFile(file, chart.tgz);
      const blueprint = blueprints.find((one) => one.chart.name === chart.name);
      const values = JSON.stringify(blueprint?.documents.values['values'] ?? {})
        .replaceAll('${fqdn}', 'omantel.test')
        .replace(/"?\$\{(secure|replicas)[^}]*\}"?/g, '1');
      const { stdout } = await exec({
        file: await binaries.path('helm'),
        args: ['template', 'rel', file, '-n', 'ns', '--values', '-'],
        stdin: values,
      });
      for (const object of parseYamlStream(stdout) as KubeObject[]) {
        kinds.push(`${chart.name} ${object.kind}`);
        for (const rule of object.kind === 'Ingress' ? object.spec.rules : []) hosts.push(rule.host);
      }
    }
    expect(hosts.map((host) => host.split('.')[0]).sort()).toEqual(
      expect.arrayContaining(['auth', 'gitea', 'grafana', 'harbor', 'api', 'console']),
    );
    expect(kinds).toContain('velero BackupStorageLocation');
    expect(kinds).toContain('cert-manager ValidatingWebhookConfiguration');
  });
});
