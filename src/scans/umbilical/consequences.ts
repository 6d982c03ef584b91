/** What a reference breaks when the mother goes, and what ends it, by the kind that has it. Pure. */
import type { KubeObject } from '../../kubernetes/client/kube.js';
import { command } from '../../support/commands/command.js';

interface Consequences {
  breaks: string;
  remedy: string;
}

const edit = 'change it in the GitOps tree, or by spec.blueprints.<bp>.values';
const flux = {
  breaks: 'while the mother is down, nothing new is fetched from it',
  remedy: `point it at the Sovereign itself: ${command('handover finalize')}`,
};
const pods = { breaks: 'its Pods contact the mother, or cannot be pulled again', remedy: edit };
const calls = { breaks: 'calls to it end at the mother', remedy: edit };
const rights = {
  breaks: 'nothing, but it lets the mother act on the Sovereign',
  remedy: `delete it, or: ${command('handover finalize')}`,
};
const packages = { breaks: 'the package cannot be pulled again', remedy: edit };

const byKind: Record<string, Consequences> = {
  ...Object.fromEntries(
    ['GitRepository', 'OCIRepository', 'HelmRepository', 'Bucket', 'HelmChart', 'Kustomization'].map((kind) => [
      kind,
      flux,
    ]),
  ),
  ...Object.fromEntries(
    ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Pod', 'Job', 'CronJob'].map((kind) => [kind, pods]),
  ),
  ...Object.fromEntries(
    ['Service', 'Endpoints', 'EndpointSlice', 'IngressRoute', 'HTTPRoute', 'Middleware'].map((kind) => [kind, calls]),
  ),
  ...Object.fromEntries(['ClusterRoleBinding', 'RoleBinding', 'ServiceAccount'].map((kind) => [kind, rights])),
  ...Object.fromEntries(['Provider', 'Configuration', 'Function'].map((kind) => [kind, packages])),
  HelmRelease: { breaks: 'what it installs contacts the mother', remedy: edit },
  ConfigMap: { breaks: 'what reads it contacts the mother; CoreDNS forwards are here too', remedy: edit },
  Secret: { breaks: 'what uses it contacts the mother', remedy: 'replace or delete the Secret' },
  Ingress: { breaks: 'its host or its sign-in is at the mother', remedy: edit },
  ValidatingWebhookConfiguration: { breaks: 'objects are refused when the mother does not answer', remedy: edit },
  MutatingWebhookConfiguration: { breaks: 'objects are refused when the mother does not answer', remedy: edit },
  APIService: { breaks: 'an API of the Sovereign is answered by the mother', remedy: edit },
  CustomResourceDefinition: {
    breaks: 'objects of this kind cannot be converted when the mother does not answer',
    remedy: edit,
  },
  ClusterIssuer: { breaks: 'certificates are not renewed', remedy: edit },
  Issuer: { breaks: 'certificates are not renewed', remedy: edit },
  ClusterSecretStore: { breaks: 'secrets are not refreshed', remedy: edit },
  SecretStore: { breaks: 'secrets are not refreshed', remedy: edit },
  BackupStorageLocation: { breaks: 'backups go to the mother, or fail', remedy: edit },
};

export function consequencesOf({ kind }: KubeObject): Consequences {
  return byKind[kind] ?? { breaks: 'what reads it contacts the mother', remedy: edit };
}
