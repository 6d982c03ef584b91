/** The walk on two real control planes with real Flux: the same commands, the same answers, and a look from outside with kubectl. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Catalyst, LabInfo } from '../lab/catalyst.js';
import { catalystOnEngines, kubectl } from './rig.js';

interface Listed {
  items: {
    kind: string;
    metadata: { name: string; namespace: string };
    spec: Record<string, unknown>;
    status?: { conditions?: { type: string; status: string }[] };
  }[];
}

const isReady = (one: Listed['items'][number]) =>
  one.status?.conditions?.some((entry) => entry.type === 'Ready' && entry.status === 'True') ?? false;
const nameOf = (one: Listed['items'][number]) => `${one.metadata.namespace}/${one.metadata.name}`;

describe('the walk on real engines', () => {
  let catalyst: Catalyst;
  let lab: LabInfo;
  beforeAll(async () => {
    catalyst = catalystOnEngines('walk');
    lab = await catalyst.up();
  });
  afterAll(() => catalyst.close());

  test('phase 3 on a fresh Sovereign is refused with exit 7', async () => {
    const { code, document } = await catalyst.json(['phase', 'run', '3', '--lab', catalyst.lab]);
    expect(code).toBe(7);
    expect(document.error).toMatchObject({ code: 'E4001', exitCode: 7 });
  });

  test('ends with a verdict', async () => {
    const { code, stdout, stderr } = await catalyst.run(['wizard', '--lab', catalyst.lab, '--yes']);
    expect([0, 3], stderr.split('\n').slice(-40).join('\n')).toContain(code);
    expect(stdout + stderr).toMatch(/PASS|PARTIAL/);
    expect(stderr).not.toMatch(/FAIL for/);
  });

  test('every ticket up to phase 6 is proven', async () => {
    const { document } = await catalyst.json<{ id: string; phase: number; status: string }[]>([
      'ticket',
      'list',
      '--lab',
      catalyst.lab,
    ]);
    const open = document.result.filter((row) => row.phase <= 6 && row.status !== 'done');
    expect(open).toEqual([]);
  });

  test('the real helm-controller says that every HelmRelease is Ready', async () => {
    const { items } = await kubectl<Listed>(lab.kubeconfigs.sovereign, ['get', 'helmreleases', '-A']);
    expect(items.length).toBeGreaterThanOrEqual(24);
    expect(items.filter((one) => !isReady(one)).map(nameOf)).toEqual([]);
  });

  test('the real kustomize-controller reads the Sovereign from its own Gitea, and the mother from hers', async () => {
    for (const kubeconfig of Object.values(lab.kubeconfigs)) {
      const { items } = await kubectl<Listed>(kubeconfig, ['get', 'gitrepositories,kustomizations', '-A']);
      expect(items.length).toBeGreaterThan(1);
      expect(items.filter((one) => !isReady(one)).map(nameOf)).toEqual([]);
    }
  });

  test('the API servers are what they say', async () => {
    for (const kubeconfig of Object.values(lab.kubeconfigs)) {
      const { serverVersion } = await kubectl<{ serverVersion: { gitVersion: string } }>(kubeconfig, ['version']);
      expect(serverVersion.gitVersion).toBe('v1.36.3');
    }
  });
});
