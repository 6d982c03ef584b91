/** After the walk: the egress block goes with nobody to lift it, neither catalyst nor the Job that was armed. */
import { describe, expect, test } from 'vitest';
import { pullLabel } from '../../../src/blueprints/charts/chart-source.js';
import { armedAnnotation } from '../../../src/mother/jobs/undo-scripts.js';
import { runLabel } from '../../../src/mother/own-names.js';
import { allowedNamesKey, blockName, blockNamesKey } from '../../../src/scans/umbilical/marks.js';
import { blockNames, blockPolicy } from '../../../src/verification/experiment/egress/block-policy.js';
import { type BlockRun, expiryObjects } from '../../../src/verification/experiment/egress-objects.js';
import type { LabInfo } from '../../lab/catalyst.js';
import { apply, fqdn, imageOfCatalyst, kubectlText, runsScripts, until } from '../rig.js';

const probes = 'catalyst-probes';
const ofFirst = ['-o', 'jsonpath={.items[0].metadata.name}'];
const aMinute = 60_000;

export function egressExpiry(lab: () => LabInfo): void {
  describe.runIf(runsScripts)('the egress block', () => {
    const ask = (...args: string[]) => kubectlText(lab().kubeconfigs.sovereign, args);
    const run: BlockRun = {
      ...{ fqdn, runId: 'feedface', until: new Date(Date.now() + aMinute) },
      process: { pid: 1, started: '', pids: '', boot: '', machine: '' },
    };

    test(
      'is lifted by its CronJob when its time is over and its Job was deleted',
      async () => {
        const pullSecret = await ask(...['-n', 'flux-system', 'get', 'secrets', '-l', `${pullLabel}=true`, ...ofFirst]);
        const image = await imageOfCatalyst(lab().kubeconfigs.sovereign, 'catalyst-system');
        const armed = expiryObjects({ ...run, image, pullSecret, seconds: 20 });
        const allowed = [{ as: 'own' as const, addresses: ['127.0.0.1'], namedBy: [] }];
        try {
          for (const object of armed) await apply(lab().kubeconfigs.sovereign, object);
          await apply(lab().kubeconfigs.sovereign, blockNames(['m.example'], '', run.runId));
          await apply(lab().kubeconfigs.sovereign, blockPolicy(run, allowed));
          const job = ['-n', probes, 'job', blockName];
          const armedBy = `jsonpath={.metadata.annotations.${armedAnnotation.replaceAll('.', '\\.')}}`;
          await until(async () => (await ask('get', ...job, '-o', armedBy)) === 'true');
          await ask('delete', ...job);
          expect(await ask('get', 'ciliumclusterwidenetworkpolicies', '-o', 'name')).toContain(blockName);
          await until(
            async () => !(await ask('get', 'ciliumclusterwidenetworkpolicies', '-o', 'name')).includes(blockName),
          );
          await until(async () => !(await ask('get', 'clusterrolebindings', '-o', 'name')).includes(blockName));
          const names = await ask('-n', 'kube-system', 'get', 'configmap', 'coredns-custom', '-o', 'jsonpath={.data}');
          expect(names).not.toMatch(new RegExp(`${blockNamesKey}|${allowedNamesKey}`));
        } finally {
          await ask('delete', 'ciliumclusterwidenetworkpolicies', blockName, '--ignore-not-found');
          // the Job that the CronJob made tells for a minute what it did
          await ask('-n', probes, 'delete', 'jobs', '-l', `${runLabel}=${run.runId}`);
          for (const { kind, metadata } of armed.toReversed())
            await ask('-n', metadata.namespace ?? probes, 'delete', kind, metadata.name, '--ignore-not-found');
        }
      },
      5 * aMinute,
    );
  });
}
