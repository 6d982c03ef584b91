/**
 * The undo of the kill experiment, armed on the mother itself before the fault: a Job that waits until a moment and then
 * puts replicas and Kustomization back, also when this process, its machine and its network are gone.
 */
import type { KubeObject } from '../tools/kube.js';
import { jobLabel, sovereignLabel } from './claim-jobs.js';
import type { CatalystOnMother } from './discover.js';
import { ownPrefix } from './protected-set.js';

const script = `set -eu
sleep "$SECONDS_TO_WAIT"
kubectl -n "$NAMESPACE" scale deployment "$DEPLOYMENT" --replicas="$REPLICAS"
if [ -n "$KUSTOMIZATION" ]; then
  kubectl -n "$KUSTOMIZATION_NAMESPACE" patch kustomizations.kustomize.toolkit.fluxcd.io "$KUSTOMIZATION" --type=merge -p '{"spec":{"suspend":null}}'
fi
printf '{"undone":true}' > /dev/termination-log
`;

/** ServiceAccount, roles and bindings that allow just this undo, and the Job; in the order to apply. */
export function undoObjects(
  catalyst: CatalystOnMother,
  options: { fqdn: string; runId: string; seconds: number; until: Date },
): KubeObject[] {
  const name = `${ownPrefix}undo-${options.runId.slice(0, 8).toLowerCase()}`;
  const labels = { [jobLabel]: 'undo-kill', [sovereignLabel]: options.fqdn };
  const { namespace, deployment } = catalyst;
  const flux = catalyst.kustomization && !catalyst.kustomization.suspended ? catalyst.kustomization : undefined;
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const rbac = 'rbac.authorization.k8s.io/v1';
  const role = (at: string | undefined, rules: Record<string, unknown>[]): KubeObject[] => [
    { apiVersion: rbac, kind: 'Role', metadata: { name, namespace: at, labels }, rules },
    { apiVersion: rbac, kind: 'RoleBinding', metadata: { name, namespace: at, labels }, subjects, roleRef },
  ];
  const scale = [
    { apiGroups: ['apps'], resources: ['deployments'], resourceNames: [deployment.name], verbs: ['get', 'patch'] },
    {
      apiGroups: ['apps'],
      resources: ['deployments/scale'],
      resourceNames: [deployment.name],
      verbs: ['get', 'update', 'patch'],
    },
  ];
  const resume = {
    apiGroups: ['kustomize.toolkit.fluxcd.io'],
    resources: ['kustomizations'],
    resourceNames: [flux?.name ?? ''],
    verbs: ['get', 'patch'],
  };
  const sameNamespace = flux?.namespace === namespace;
  const roles = sameNamespace
    ? role(namespace, [...scale, resume])
    : [...role(namespace, scale), ...(flux ? role(flux.namespace, [resume]) : [])];
  const env = {
    SECONDS_TO_WAIT: String(options.seconds),
    UNTIL: options.until.toISOString(),
    NAMESPACE: namespace,
    DEPLOYMENT: deployment.name,
    REPLICAS: String(catalyst.replicas),
    KUSTOMIZATION: flux?.name ?? '',
    KUSTOMIZATION_NAMESPACE: flux?.namespace ?? '',
  };
  const job: KubeObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, namespace, labels },
    spec: {
      backoffLimit: 6,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          restartPolicy: 'OnFailure',
          imagePullSecrets: catalyst.imagePullSecrets,
          containers: [
            {
              name: 'job',
              image: catalyst.image,
              command: ['/bin/sh', '-c', script],
              env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
            },
          ],
        },
      },
    },
  };
  return [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } }, ...roles, job];
}
