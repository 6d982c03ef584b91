/**
 * The Secrets by which the Sovereign reaches Object Storage: one source of truth, and one per consumer in the form its chart
 * reads. To be applied over stdin, never rendered into the tree.
 */
import type { KubeObject } from '../tools/kube.js';
import { type BucketConsumer, bucketName, objectStorageEndpoint } from './object-storage.js';
import type { Spec } from './schema.js';

export interface ObjectStorageKeys {
  accessKey: string;
  secretKey: string;
  /** Overrides the address in the spec. */
  endpoint?: string;
}

interface SecretForm {
  namespace: string;
  name: string;
  data: Record<string, string>;
}

export function objectStorageSecrets(spec: Spec, keys: ObjectStorageKeys): KubeObject[] {
  const endpoint = keys.endpoint ?? objectStorageEndpoint(spec);
  const { accessKey, secretKey } = keys;
  const aws = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
  const canonical: SecretForm = {
    namespace: 'flux-system',
    name: 'object-storage',
    data: {
      's3-endpoint': endpoint,
      's3-region': spec.objectStorage.location,
      's3-bucket': spec.objectStorage.bucketPrefix,
      's3-access-key': accessKey,
      's3-secret-key': secretKey,
    },
  };
  const forms: Record<BucketConsumer, SecretForm> = {
    harbor: {
      namespace: 'harbor',
      name: 'harbor-object-storage',
      data: { REGISTRY_STORAGE_S3_ACCESSKEY: accessKey, REGISTRY_STORAGE_S3_SECRETKEY: secretKey },
    },
    velero: {
      namespace: 'velero',
      name: 'velero-object-storage',
      data: { cloud: `[default]\naws_access_key_id=${accessKey}\naws_secret_access_key=${secretKey}\n` },
    },
    loki: { namespace: 'grafana', name: 'loki-object-storage', data: aws },
    mimir: { namespace: 'grafana', name: 'mimir-object-storage', data: aws },
    tempo: { namespace: 'grafana', name: 'tempo-object-storage', data: aws },
    openbao: { namespace: 'openbao', name: 'openbao-object-storage', data: aws },
  };
  const consumers = Object.entries(forms) as [BucketConsumer, SecretForm][];
  return [
    secret(canonical, spec.fqdn),
    ...consumers.map(([consumer, form]) => secret(form, spec.fqdn, bucketName(spec, consumer))),
  ];
}

function secret({ namespace, name, data }: SecretForm, fqdn: string, bucket?: string): KubeObject {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace,
      labels: { 'catalyst.openova.io/sovereign': fqdn, 'app.kubernetes.io/managed-by': 'catalyst' },
      ...(bucket ? { annotations: { 'catalyst.openova.io/bucket': bucket } } : {}),
    },
    type: 'Opaque',
    data: Object.fromEntries(encoded),
  };
}
