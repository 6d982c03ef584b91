/** The kinds of a bare kube-apiserver 1.35, as one table. */
import { builtInType } from './built-in-types.js';
import type { Kind } from './kinds.js';

/**
 * One line per kind: `Kind plural flags shortNames categories`. Flags: n namespaced, s status subresource, c scale
 * subresource, g keeps metadata.generation, r review (POST only); `-` for none.
 */
const table: Record<string, string> = {
  v1: `
    Namespace namespaces s ns
    Node nodes s no
    Pod pods nsg po all
    Service services ns svc all
    ConfigMap configmaps n cm
    Secret secrets n
    ServiceAccount serviceaccounts n sa
    PersistentVolumeClaim persistentvolumeclaims ns pvc
    PersistentVolume persistentvolumes s pv
    Event events n ev
    Endpoints endpoints n ep
    ResourceQuota resourcequotas ns quota
    LimitRange limitranges n limits
    ReplicationController replicationcontrollers nscg rc all
    PodTemplate podtemplates n`,
  'apps/v1': `
    Deployment deployments nscg deploy all
    StatefulSet statefulsets nscg sts all
    DaemonSet daemonsets nsg ds all
    ReplicaSet replicasets nscg rs all
    ControllerRevision controllerrevisions n`,
  'batch/v1': `
    Job jobs nsg - all
    CronJob cronjobs nsg cj all`,
  'networking.k8s.io/v1': `
    Ingress ingresses nsg ing
    IngressClass ingressclasses g
    NetworkPolicy networkpolicies ng netpol
    ServiceCIDR servicecidrs s
    IPAddress ipaddresses - ip`,
  'rbac.authorization.k8s.io/v1': `
    Role roles n
    RoleBinding rolebindings n
    ClusterRole clusterroles -
    ClusterRoleBinding clusterrolebindings -`,
  'policy/v1': `
    PodDisruptionBudget poddisruptionbudgets nsg pdb`,
  'storage.k8s.io/v1': `
    StorageClass storageclasses - sc
    VolumeAttachment volumeattachments s
    CSIDriver csidrivers -
    CSINode csinodes -
    CSIStorageCapacity csistoragecapacities n
    VolumeAttributesClass volumeattributesclasses - vac`,
  'coordination.k8s.io/v1': `
    Lease leases n`,
  'apiextensions.k8s.io/v1': `
    CustomResourceDefinition customresourcedefinitions sg crd,crds api-extensions`,
  'admissionregistration.k8s.io/v1': `
    ValidatingWebhookConfiguration validatingwebhookconfigurations g - api-extensions
    MutatingWebhookConfiguration mutatingwebhookconfigurations g - api-extensions
    ValidatingAdmissionPolicy validatingadmissionpolicies sg - api-extensions
    ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings g - api-extensions`,
  'apiregistration.k8s.io/v1': `
    APIService apiservices s - api-extensions`,
  'authorization.k8s.io/v1': `
    SubjectAccessReview subjectaccessreviews r
    SelfSubjectAccessReview selfsubjectaccessreviews r`,
  'authentication.k8s.io/v1': `
    TokenReview tokenreviews r`,
  'discovery.k8s.io/v1': `
    EndpointSlice endpointslices ng`,
  'events.k8s.io/v1': `
    Event events n ev`,
  'scheduling.k8s.io/v1': `
    PriorityClass priorityclasses g pc`,
  'node.k8s.io/v1': `
    RuntimeClass runtimeclasses -`,
  'autoscaling/v2': `
    HorizontalPodAutoscaler horizontalpodautoscalers ns hpa all`,
  'certificates.k8s.io/v1': `
    CertificateSigningRequest certificatesigningrequests s csr`,
  'flowcontrol.apiserver.k8s.io/v1': `
    FlowSchema flowschemas sg
    PriorityLevelConfiguration prioritylevelconfigurations sg`,
};

const builtInScale = {
  specReplicasPath: '.spec.replicas',
  statusReplicasPath: '.status.replicas',
  labelSelectorPath: '.spec.selector',
};

const typed = (apiVersion: string, kind: string) => {
  const types = builtInType(apiVersion, kind);
  return types ? { types } : {};
};

export function builtInKinds(): Kind[] {
  const kinds: Kind[] = [];
  for (const [apiVersion, lines] of Object.entries(table)) {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    for (const line of lines.trim().split('\n')) {
      const [kind = '', plural = '', flags = '', short, categories] = line.trim().split(/\s+/);
      const list = (text: string | undefined) => (text === undefined || text === '-' ? [] : text.split(','));
      kinds.push({
        group,
        version,
        kind,
        plural,
        singular: kind.toLowerCase(),
        shortNames: list(short),
        categories: list(categories),
        namespaced: flags.includes('n'),
        status: flags.includes('s'),
        ...(flags.includes('c') ? { scale: builtInScale } : {}),
        generations: flags.includes('g'),
        review: flags.includes('r'),
        ...typed(apiVersion, kind),
      });
    }
  }
  return kinds;
}
