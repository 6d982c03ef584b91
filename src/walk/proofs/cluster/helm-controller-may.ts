/** #338: helm-controller may do everything, and a canary HelmRelease that makes a ClusterRole goes Ready and is removed. */
import { chartReference, chartUrl, helmRepository } from '../../../blueprints/charts/chart-source.js';
import { type AccessReview, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import { waitForRelease } from '../../../kubernetes/wait-for-release.js';
import type { World } from '../../../world/world.js';
import { probeMutations, probeNamespace, probeNamespaceObject, withProbes } from '../../probes/probe-objects.js';
import { disproved, type ProofOf } from '../proof.js';

const account = 'system:serviceaccount:flux-system:helm-controller';

const question: AccessReview = {
  kind: 'SubjectAccessReview',
  spec: {
    user: account,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:flux-system'],
    resourceAttributes: { verb: '*', group: '*', resource: '*' },
  },
};

/** Traefik's chart with everything off but its RBAC: it makes one ClusterRole and starts nothing. */
const canaryValues = {
  deployment: { enabled: false },
  service: { enabled: false },
  ingressClass: { enabled: false },
  ingressRoute: { dashboard: { enabled: false } },
  rbac: { enabled: true },
};

export const helmControllerMay: ProofOf = (world) => {
  const objects = canary(world);
  return {
    plan: () => probeMutations(objects),
    async take(context) {
      const kube = await world.kube();
      const answer = await kube.review(question);
      if (!answer.allowed)
        throw disproved(
          '#338',
          `${account} to be allowed every verb on every resource`,
          `denied ${answer.reason ?? ''}`,
        );
      const role = await withProbes(kube, context, objects, async () => {
        const release = refOfObject(objects.at(-1)!);
        await waitForRelease(kube, release, 300_000);
        const roles = await kube.list({
          apiVersion: 'rbac.authorization.k8s.io/v1',
          kind: 'ClusterRole',
          labelSelector: `helm.toolkit.fluxcd.io/name=${release.name},helm.toolkit.fluxcd.io/namespace=${release.namespace}`,
        });
        if (roles.length === 0) throw disproved('#338', 'a ClusterRole made by the canary release', 'none');
        return roles[0]!.metadata.name;
      });
      await kube.waitFor<true>(
        { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', name: role },
        {
          reason: `ClusterRole ${role} removed with the canary`,
          timeoutMs: 120_000,
          look: (object) => (object ? { pending: 'it is still there' } : { done: true }),
        },
      );
      return {
        summary: `helm-controller has every permission; a canary release created ClusterRole ${role} and removed it`,
        facts: { account, role },
      };
    },
  };
};

function canary(world: World): KubeObject[] {
  const traefik = world.blueprints.find((blueprint) => blueprint.name === 'bp-traefik')!;
  const at = { name: 'probe-canary', namespace: probeNamespace };
  return [
    probeNamespaceObject(),
    helmRepository(world.sovereign, chartUrl(world.sovereign, traefik.chart), at),
    {
      apiVersion: 'helm.toolkit.fluxcd.io/v2',
      kind: 'HelmRelease',
      metadata: at,
      spec: {
        interval: '10m',
        timeout: '3m',
        releaseName: 'probe-canary',
        targetNamespace: probeNamespace,
        chart: chartReference(traefik.chart, at),
        install: { crds: 'Skip' },
        values: canaryValues,
      },
    },
  ];
}
