/** The kubeconfig goes to a file that only its owner reads, or is answered; there is none before the cluster. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { clusterKubeconfig } from '../../../../src/actions/cluster/kubeconfig.js';
import { type ActionRig, actionRig } from '../../../fakes/action-context.js';
import { k3sYaml } from '../../../fakes/fake-world.js';

let rig: ActionRig;
beforeEach(() => {
  rig = actionRig();
});

it('exits 4 before the cluster was created, with the command that does', async () => {
  await expect(clusterKubeconfig(rig.context)).rejects.toMatchObject({
    code: 'E1301',
    actions: ['catalyst cluster create'],
  });
});

it('is answered, or written with mode 0600 and not answered', async () => {
  rig.world.kept.set('sovereign-kubeconfig', k3sYaml);
  expect((await clusterKubeconfig(rig.context)).kubeconfig).toContain('https://127.0.0.1:6443');
  const file = join(rig.stateDir, 'kubeconfig');
  expect(await clusterKubeconfig(rig.context, file)).toEqual({ file });
  expect(readFileSync(file, 'utf8')).toContain('current-context: default');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});
