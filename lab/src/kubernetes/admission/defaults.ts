/** Fields that the API server itself fills in, for the built-in kinds (by table below) and for kinds of CRDs (by schema). */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Kind, Schema } from '../kinds/kinds.js';
import { defaultPodSpec } from './pod-defaults.js';

type Json = Record<string, unknown>;

/** What defaulting may look at or take from the cluster. */
export interface DefaultSources {
  clusterIp(): string;
  nodePort(): number;
  defaultStorageClass(): string | undefined;
}

/** The object with its defaults; never changes what it is given. */
export function withDefaults(object: KubeObject, kind: Kind, sources: DefaultSources): KubeObject {
  const copy = structuredClone(object);
  if (kind.schema) defaultBySchema(copy, kind.schema);
  else {
    if (['apps', 'batch'].includes(kind.group)) copy['spec'] ??= {};
    byKind[`${kind.group}/${kind.kind}`]?.(copy, sources);
  }
  return copy;
}

function defaultBySchema(value: unknown, schema: Schema): void {
  if (Array.isArray(value)) {
    if (schema.items) for (const item of value) defaultBySchema(item, schema.items);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const fields = value as Json;
  for (const [name, property] of Object.entries((schema.properties ?? {}) as Record<string, Schema>)) {
    if (fields[name] === undefined && property.default !== undefined) fields[name] = structuredClone(property.default);
    if (fields[name] !== undefined) defaultBySchema(fields[name], property);
  }
  if (typeof schema.additionalProperties === 'object') {
    for (const [name, item] of Object.entries(fields)) {
      if (!schema.properties?.[name]) defaultBySchema(item, schema.additionalProperties);
    }
  }
}

/** Sets each field that is not there yet; what is missing altogether is for validation to tell. */
export function fill(target: Json | undefined, defaults: Json): void {
  if (!target) return;
  for (const [name, value] of Object.entries(defaults)) target[name] ??= value;
}

/** Lists that a built-in kind always has: the real server keeps no difference between an empty one and none, and says null of both. */
function nullWhereEmpty(target: Json, ...names: readonly string[]): void {
  for (const name of names) if (!(target[name] as unknown[] | undefined)?.length) target[name] = null;
}

const template = (object: KubeObject) => {
  if (object.spec?.template?.spec) defaultPodSpec(object.spec.template.spec);
};

const byKind: Record<string, (object: KubeObject, sources: DefaultSources) => void> = {
  '/Namespace'(object) {
    object.spec ??= {};
    fill(object.spec, { finalizers: ['kubernetes'] });
    object.status ??= { phase: 'Active' };
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name };
  },
  '/Secret'(object) {
    object.type ??= 'Opaque';
    const plain = (object.stringData ?? {}) as Record<string, string>;
    delete object.stringData;
    for (const [key, value] of Object.entries(plain)) {
      object.data = { ...object.data, [key]: Buffer.from(value).toString('base64') };
    }
  },
  '/Service': defaultService,
  '/Pod'(object) {
    object.spec ??= {};
    defaultPodSpec(object.spec);
    fill(object.spec, {
      serviceAccountName: 'default',
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    });
    fill(object.spec, { serviceAccount: object.spec.serviceAccountName, priority: 0 });
    tolerateLostNodes(object.spec);
    object.status ??= { phase: 'Pending', qosClass: 'BestEffort' };
  },
  '/PersistentVolumeClaim'(object, sources) {
    object.spec ??= {};
    fill(object.spec, { volumeMode: 'Filesystem' });
    const standard = sources.defaultStorageClass();
    if (object.spec.storageClassName === undefined && standard) object.spec.storageClassName = standard;
    object.status ??= { phase: 'Pending' };
  },
  '/PersistentVolume'(object) {
    fill(object.spec, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
    object.status ??= { phase: 'Available' };
  },
  'apps/Deployment'(object) {
    fill(object.spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} });
    fill(object.spec.strategy, { type: 'RollingUpdate' });
    if (object.spec.strategy.type === 'RollingUpdate') {
      fill(object.spec.strategy, { rollingUpdate: {} });
      fill(object.spec.strategy.rollingUpdate, { maxUnavailable: '25%', maxSurge: '25%' });
    }
    template(object);
  },
  'apps/StatefulSet'(object) {
    fill(object.spec, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: {},
    });
    fill(object.spec, { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' } });
    fill(object.spec.updateStrategy, { type: 'RollingUpdate' });
    if (object.spec.updateStrategy.type === 'RollingUpdate') {
      fill(object.spec.updateStrategy, { rollingUpdate: { partition: 0 } });
    }
    for (const claim of object.spec.volumeClaimTemplates ?? []) {
      fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', status: { phase: 'Pending' } });
      fill(claim.spec, { volumeMode: 'Filesystem' });
    }
    template(object);
  },
  'apps/DaemonSet'(object) {
    fill(object.spec, { revisionHistoryLimit: 10, updateStrategy: {} });
    fill(object.spec.updateStrategy, { type: 'RollingUpdate' });
    if (object.spec.updateStrategy.type === 'RollingUpdate') {
      fill(object.spec.updateStrategy, { rollingUpdate: {} });
      fill(object.spec.updateStrategy.rollingUpdate, { maxUnavailable: 1, maxSurge: 0 });
    }
    template(object);
  },
  'apps/ReplicaSet'(object) {
    fill(object.spec, { replicas: 1 });
    template(object);
  },
  'batch/Job'(object) {
    defaultJob(object);
    template(object);
  },
  'batch/CronJob'(object) {
    fill(object.spec, {
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
    });
    if (object.spec.jobTemplate?.spec) template(object.spec.jobTemplate);
  },
  'rbac.authorization.k8s.io/Role': (object) => nullWhereEmpty(object, 'rules'),
  'rbac.authorization.k8s.io/ClusterRole': (object) => nullWhereEmpty(object, 'rules'),
  'rbac.authorization.k8s.io/RoleBinding': defaultBinding,
  'rbac.authorization.k8s.io/ClusterRoleBinding': defaultBinding,
  'storage.k8s.io/StorageClass'(object) {
    fill(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' });
  },
  'apiextensions.k8s.io/CustomResourceDefinition'(object) {
    fill(object.spec, { conversion: { strategy: 'None' } });
    const kind = String(object.spec?.names?.kind);
    fill(object.spec?.names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
  },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': defaultWebhooks,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration'(object) {
    defaultWebhooks(object);
    for (const webhook of object.webhooks ?? []) fill(webhook, { reinvocationPolicy: 'Never' });
  },
  'discovery.k8s.io/EndpointSlice'(object) {
    for (const port of object.ports ?? []) fill(port, { name: '', protocol: 'TCP' });
    nullWhereEmpty(object, 'endpoints', 'ports');
  },
};

/** A Pod stays five minutes on a node that is not ready or not heard of, unless it says otherwise. */
function tolerateLostNodes(spec: Json): void {
  const own = (spec.tolerations ?? []) as { key?: string; effect?: string }[];
  const added = ['not-ready', 'unreachable'].flatMap((state) => {
    const key = `node.kubernetes.io/${state}`;
    const covered = own.some((one) => (!one.key || one.key === key) && (!one.effect || one.effect === 'NoExecute'));
    return covered ? [] : [{ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }];
  });
  if (added.length > 0) spec.tolerations = [...own, ...added];
}

function defaultService(object: KubeObject, sources: DefaultSources): void {
  object.spec ??= {};
  const { spec } = object;
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  for (const port of spec.ports ?? []) {
    fill(port, { protocol: 'TCP' });
    if (spec.type !== 'ExternalName') fill(port, { targetPort: port.port });
  }
  if (spec.type === 'ExternalName') return;
  spec.clusterIP ??= sources.clusterIp();
  fill(spec, {
    clusterIPs: [spec.clusterIP],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
  });
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    fill(spec, { externalTrafficPolicy: 'Cluster' });
    if (spec.type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
    if (spec.allocateLoadBalancerNodePorts !== false) {
      for (const port of spec.ports ?? []) port.nodePort ??= sources.nodePort();
    }
  }
  object.status ??= { loadBalancer: {} };
}

function defaultJob(object: KubeObject): void {
  const { spec } = object;
  fill(spec, { parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false });
  fill(spec, { manualSelector: false, podReplacementPolicy: 'TerminatingOrFailed' });
  const { uid } = object.metadata;
  if (spec.manualSelector || !uid || !spec.template) return;
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': object.metadata.name,
    'controller-uid': uid,
    'job-name': object.metadata.name,
  };
  spec.template.metadata ??= {};
  spec.template.metadata.labels = { ...spec.template.metadata.labels, ...labels };
  spec.selector ??= { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
}

function defaultBinding(object: KubeObject): void {
  const group = 'rbac.authorization.k8s.io';
  fill(object.roleRef, { apiGroup: group });
  for (const subject of object.subjects ?? [])
    if (subject.kind !== 'ServiceAccount') fill(subject, { apiGroup: group });
}

function defaultWebhooks(object: KubeObject): void {
  for (const webhook of object.webhooks ?? []) {
    fill(webhook, { failurePolicy: 'Fail', matchPolicy: 'Equivalent', timeoutSeconds: 10 });
    fill(webhook, { namespaceSelector: {}, objectSelector: {} });
    for (const rule of webhook.rules ?? []) fill(rule, { scope: '*' });
    if (webhook.clientConfig?.service) fill(webhook.clientConfig.service, { port: 443 });
  }
}
