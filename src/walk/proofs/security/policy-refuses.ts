/** #379: an audit policy reports on a probe, and an enforcing one refuses a probe (both policies stand in the tree). */

import type { KubeObject } from '../../../kubernetes/client/kube.js';
import { isCatalystError, messageOf } from '../../../support/errors/errors.js';
import { probeImages } from '../../probes/probe-images.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';

/** A Pod that breaks the audit policies (it states no requests) and harms nobody: it never starts. */
const audited: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'probe-audited', namespace: probeNamespace },
  spec: {
    schedulingGates: [{ name: 'catalyst.openova.io/probe' }],
    containers: [{ name: 'probe', image: probeImages.pause }],
  },
};

/** A privileged Pod: the tree's `disallow-privileged` refuses it in this namespace. Asked only in a dry-run. */
const refused: KubeObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'probe-refused', namespace: probeNamespace },
  spec: {
    schedulingGates: [{ name: 'catalyst.openova.io/probe' }],
    containers: [
      {
        name: 'probe',
        image: probeImages.pause,
        securityContext: { privileged: true },
        resources: { requests: { cpu: '1m', memory: '1Mi' } },
      },
    ],
  },
};

export const policyRefuses: ProofOf = (world) => {
  const objects = [probeNamespaceObject(), audited];
  return {
    plan: () => probeMutations(objects),
    async take(context) {
      const kube = await world.kube();
      return withProbes(kube, context, objects, async () => {
        const refusal = await kube.tryApply([refused]).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (!refusal) throw disproved('#379', 'the enforcing policy to refuse a probe', 'it was admitted');
        if (!isCatalystError(refusal, 'E3102')) throw refusal;
        if (!/disallow-privileged/.test(refusal.message))
          throw disproved('#379', 'a refusal by the policy disallow-privileged', refusal.message);
        const report = await kube.waitFor<KubeObject>(
          {
            apiVersion: 'wgpolicyk8s.io/v1alpha2',
            kind: 'PolicyReport',
            namespace: probeNamespace,
            name:
              (await kube.get({ apiVersion: 'v1', kind: 'Pod', namespace: probeNamespace, name: 'probe-audited' }))
                ?.metadata.uid ?? '',
          },
          {
            reason: 'a PolicyReport on the probe Pod',
            timeoutMs: 300_000,
            look: (object) =>
              object?.results?.length > 0 ? { done: object! } : { pending: 'no PolicyReport on the probe yet' },
          },
        );
        const results = report.results as { policy: string; result: string }[];
        if (!results.some((result) => result.result === 'fail'))
          throw disproved('#379', 'a failing result on the probe', 'only passes');
        return {
          summary: `a probe was refused by admission, another reported on by ${new Set(results.map((result) => result.policy)).size} policies`,
          facts: { refusal: messageOf(refusal).slice(0, 300), results: results.slice(0, 10) },
        };
      });
    },
  };
};
