/** Which rules a cluster has: what Kubernetes, Flux and the operators of the platform do, where no real program does it. */
import type { Exec } from 'catalyst/tools/exec/exec.js';
import type { OpenBao } from '../components/openbao.js';
import type { ChartRenderer } from './flux/chart-render.js';
import type { ChartSource } from './flux/charts.js';
import { helmReleases } from './flux/helm-releases.js';
import { kustomizations } from './flux/kustomizations.js';
import { sources } from './flux/sources.js';
import { garbage, namespaces } from './namespaces.js';
import type { ClusterNetwork } from './network/network.js';
import { services } from './network/services.js';
import { certManager } from './platform/cert-manager.js';
import { cnpg } from './platform/cnpg.js';
import { cnpgBackups } from './platform/cnpg-backups.js';
import { crossplane } from './platform/crossplane/crossplane.js';
import { openTofu } from './platform/crossplane/opentofu.js';
import { externalSecrets } from './platform/external-secrets.js';
import { kyverno } from './platform/kyverno/kyverno.js';
import { runtimeCrds } from './platform/runtime-crds.js';
import { sealedSecrets } from './platform/sealed-secrets.js';
import { trivy } from './platform/trivy.js';
import { velero } from './platform/velero.js';
import type { Rule } from './reconciler.js';
import { storageClaims } from './workloads/claims-of-storage.js';
import { daemonSets } from './workloads/daemon-sets.js';
import { deployments } from './workloads/deployments.js';
import { jobs } from './workloads/jobs.js';
import { statefulSets } from './workloads/stateful-sets.js';
import type { LabWorld } from './world.js';

/** Operators that are real programs, and need not be emulated. */
export interface RealOperators {
  sealedSecrets: boolean;
  externalSecrets: boolean;
  certManager: boolean;
  crossplane: boolean;
}

/** What kube-controller-manager and k3s do, and Flux. */
export function kubernetesAndFlux(of: {
  exec: Exec;
  network: ClusterNetwork;
  charts: ChartSource;
  renderer: ChartRenderer;
}): Rule[] {
  const owned = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'].map((kind) => `apps/v1/${kind}`);
  return [
    ...[namespaces, deployments, statefulSets, daemonSets, jobs, storageClaims, services],
    ...[...owned, 'batch/v1/Job', 'v1/Service'].map(garbage),
    ...sources(of),
    helmReleases(of),
    kustomizations,
  ];
}

/** The operators: cert-manager on both clusters, all others on the Sovereign alone. */
export function platformRules(of: { world: LabWorld; openbao: OpenBao; real: RealOperators | undefined }): Rule[] {
  const { world, openbao, real } = of;
  const certificates = real?.certManager ? [] : certManager;
  if (world.role === 'mother') return certificates;
  // Crossplane's own first container makes its kinds
  const byCrossplane = (name: string) => real?.crossplane === true && name === 'bp-crossplane';
  return [
    ...certificates,
    ...runtimeCrds(
      world.blueprints.filter(({ name }) => !byCrossplane(name)),
      world.upstreamCrds,
    ),
    ...cnpg,
    ...cnpgBackups,
    ...(real?.sealedSecrets ? [] : sealedSecrets),
    ...(real?.crossplane ? [] : crossplane),
    openTofu(),
    ...openbao.rules,
    ...(real?.externalSecrets ? [] : externalSecrets(openbao)),
    ...trivy,
    ...velero,
    ...kyverno,
  ];
}
