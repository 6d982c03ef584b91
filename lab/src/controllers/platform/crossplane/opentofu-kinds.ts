/**
 * The kinds that provider-opentofu brings. No Go module holds its own definitions: these are written from its documentation,
 * with the fields that an object of the tree or of a composition may have, and nothing else is taken.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { crd } from '../../crd.js';

const group = 'opentofu.upbound.io';
const text = { type: 'string' };
const texts = { type: 'array', items: text };
const anything = { 'x-kubernetes-preserve-unknown-fields': true };
const record = (properties: Record<string, object>, required: readonly string[] = []) => ({
  type: 'object',
  properties,
  ...(required.length > 0 ? { required } : {}),
});
const listOf = (items: object) => ({ type: 'array', items });
const oneOf = (...values: string[]) => ({ ...text, enum: values });
const key = record({ namespace: text, name: text, key: text }, ['namespace', 'name', 'key']);
const named = record({ name: text, policy: { type: 'object', ...anything } }, ['name']);

const conditions = listOf(
  record(
    {
      ...{ type: text, status: text, reason: text, message: text },
      lastTransitionTime: { ...text, format: 'date-time' },
      observedGeneration: { type: 'integer', format: 'int64' },
    },
    ['type', 'status', 'reason', 'lastTransitionTime'],
  ),
);

const workspace = record(
  {
    spec: record(
      {
        deletionPolicy: { ...oneOf('Delete', 'Orphan'), default: 'Delete' },
        managementPolicies: {
          ...listOf(oneOf('Observe', 'Create', 'Update', 'Delete', 'LateInitialize', '*')),
          default: ['*'],
        },
        providerConfigRef: { ...named, default: { name: 'default' } },
        writeConnectionSecretToRef: record({ name: text, namespace: text }, ['name', 'namespace']),
        forProvider: record(
          {
            source: oneOf('Remote', 'Inline'),
            module: text,
            inlineFormat: oneOf('HCL', 'JSON'),
            entrypoint: { ...text, default: '' },
            vars: listOf(record({ key: text, value: text }, ['key', 'value'])),
            varmap: { type: 'object', ...anything },
            varFiles: listOf(
              record(
                {
                  source: oneOf('ConfigMapKey', 'SecretKey'),
                  format: { ...oneOf('HCL', 'JSON'), default: 'HCL' },
                  configMapKeyRef: key,
                  secretKeyRef: key,
                },
                ['source'],
              ),
            ),
            env: listOf(record({ name: text, value: text, configMapKeyRef: key, secretKeyRef: key }, ['name'])),
            ...{ initArgs: texts, planArgs: texts, applyArgs: texts, destroyArgs: texts },
            enableTofuCLILogging: { type: 'boolean' },
          },
          ['module', 'source'],
        ),
      },
      ['forProvider'],
    ),
    status: record({
      atProvider: record({ checksum: text, outputs: { type: 'object', additionalProperties: anything } }),
      conditions,
      observedGeneration: { type: 'integer', format: 'int64' },
    }),
  },
  ['spec'],
);

const providerConfig = record(
  {
    spec: record({
      configuration: text,
      backendFile: text,
      pluginCache: { type: 'boolean', default: true },
      credentials: listOf(
        record(
          {
            filename: text,
            source: oneOf('None', 'Secret', 'Environment', 'Filesystem'),
            secretRef: key,
            env: record({ name: text }, ['name']),
            fs: record({ path: text }, ['path']),
          },
          ['filename', 'source'],
        ),
      ),
    }),
    status: record({ conditions, users: { type: 'integer', format: 'int64' } }),
  },
  ['spec'],
);

const usage = record(
  {
    providerConfigRef: named,
    resourceRef: record({ apiVersion: text, kind: text, name: text, uid: text }, ['apiVersion', 'kind', 'name']),
  },
  ['providerConfigRef', 'resourceRef'],
);

const openTofuKinds: readonly KubeObject[] = [
  crd(group, 'v1beta1', 'ProviderConfig', 'Cluster', { schema: providerConfig }),
  crd(group, 'v1beta1', 'ProviderConfigUsage', 'Cluster', { schema: usage }),
  crd(group, 'v1beta1', 'Workspace', 'Cluster', { schema: workspace }),
];

/** Kinds that the package of a provider brings, by its name. */
export const kindsOfPackage = (reference: string): readonly KubeObject[] =>
  reference.includes('provider-opentofu') ? openTofuKinds : [];
