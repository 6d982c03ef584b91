/** OpenAPI v3 as far as kubectl and helm read it: which kinds take which query parameters, and the schemas of CRDs. */
import { apiVersionOf, type Kind, type KindRegistry } from '../kinds/kinds.js';
import { kubernetesVersion } from './version.js';

const openObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };

export function openApiIndex(kinds: KindRegistry): Record<string, unknown> {
  const versions = new Map<string, string>();
  for (const kind of kinds.all()) versions.set(rootOf(kind), `/openapi/v3/${rootOf(kind)}`);
  const paths = Object.fromEntries([...versions].map(([root, url]) => [root, { serverRelativeURL: url }]));
  return { paths };
}

/** The document of `api/v1` or `apis/<group>/<version>`; undefined when it is not served. */
export function openApiDocument(root: string, kinds: KindRegistry): Record<string, unknown> | undefined {
  const served = kinds.all().filter((kind) => rootOf(kind) === root && !kind.review);
  if (served.length === 0) return undefined;
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: kubernetesVersion.gitVersion },
    paths: Object.fromEntries(served.map((kind) => [pathOf(root, kind), operationsOf(kind)])),
    components: { schemas: Object.fromEntries(served.map((kind) => [schemaName(kind), schemaOf(kind)])) },
  };
}

function rootOf(kind: Kind): string {
  return kind.group ? `apis/${apiVersionOf(kind)}` : `api/${kind.version}`;
}

function pathOf(root: string, kind: Kind): string {
  return `/${root}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${kind.plural}/{name}`;
}

const gvkOf = (kind: Kind) => ({ group: kind.group, version: kind.version, kind: kind.kind });

function schemaName(kind: Kind): string {
  const group = kind.group === '' ? 'core' : kind.group;
  return `${kind.schema ? group.split('.').reverse().join('.') : `io.k8s.api.${group.split('.')[0]}`}.${kind.version}.${kind.kind}`;
}

function schemaOf(kind: Kind): Record<string, unknown> {
  return {
    ...(kind.schema && Object.keys(kind.schema).length > 0 ? kind.schema : openObject),
    'x-kubernetes-group-version-kind': [gvkOf(kind)],
  };
}

function operationsOf(kind: Kind): Record<string, unknown> {
  const schema = { $ref: `#/components/schemas/${schemaName(kind)}` };
  const responses = { 200: { description: 'OK', content: { 'application/json': { schema } } } };
  const parameter = (name: string, type: string) => ({ name, in: 'query', schema: { type, uniqueItems: true } });
  const written = ['dryRun', 'fieldManager', 'fieldValidation'].map((name) => parameter(name, 'string'));
  const operation = (action: string, parameters: unknown[] = []) => ({
    parameters,
    responses,
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvkOf(kind),
  });
  return {
    get: operation('get'),
    put: operation('put', written),
    patch: operation('patch', [...written, parameter('force', 'boolean')]),
    delete: operation('delete', [parameter('dryRun', 'string')]),
  };
}
