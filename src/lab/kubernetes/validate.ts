/** What a server refuses as 422 Invalid: names, required parts and immutable fields of built-in kinds; the schema of CRDs. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../tools/kube.js';
import { type Kind, storeKeyOf } from './kinds.js';
import { matchesLabelSelector } from './selectors.js';
import { invalid, type StatusCause } from './status.js';
import { schemaCauses } from './validate-schema.js';

const namePattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

export function validate(kind: Kind, object: KubeObject, before: KubeObject | undefined): void {
  const causes: StatusCause[] = [...nameCauses(kind, object)];
  if (kind.schema) causes.push(...schemaCauses(object, kind.schema, ''));
  else causes.push(...(rules[storeKeyOf(kind)]?.(object, before) ?? []));
  if (causes.length > 0) throw invalid(kind, object.metadata.name, causes);
}

function nameCauses(kind: Kind, object: KubeObject): StatusCause[] {
  const { name } = object.metadata;
  const field = 'metadata.name';
  if (kind.group === 'rbac.authorization.k8s.io') return [];
  const strict = kind.group === '' && ['Namespace', 'Service'].includes(kind.kind);
  if ((strict ? labelPattern : namePattern).test(name) && name.length <= (strict ? 63 : 253)) return [];
  const rule = strict
    ? "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character"
    : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [{ reason: 'FieldValueInvalid', field, message: `Invalid value: "${name}": ${rule}` }];
}

const required = (field: string): StatusCause => ({ reason: 'FieldValueRequired', field, message: 'Required value' });
const immutable = (field: string, value: unknown): StatusCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
});

type Rule = (object: KubeObject, before: KubeObject | undefined) => StatusCause[];

const workload: Rule = (object, before) => {
  const causes: StatusCause[] = [];
  if (!object.spec?.selector) causes.push(required('spec.selector'));
  else if (before && !isDeepStrictEqual(before.spec.selector, object.spec.selector)) {
    causes.push(immutable('spec.selector', object.spec.selector));
  } else if (!matchesLabelSelector(object.spec.selector, object.spec.template?.metadata?.labels)) {
    const labels = JSON.stringify(object.spec.template?.metadata?.labels ?? {});
    const message = `Invalid value: ${labels}: \`selector\` does not match template \`labels\``;
    causes.push({ reason: 'FieldValueInvalid', field: 'spec.template.metadata.labels', message });
  }
  return [...causes, ...containerCauses(object.spec?.template?.spec, 'spec.template.spec')];
};

// biome-ignore lint/suspicious/noExplicitAny: a Pod spec as it came
function containerCauses(spec: any, at: string): StatusCause[] {
  if (!Array.isArray(spec?.containers) || spec.containers.length === 0) return [required(`${at}.containers`)];
  // biome-ignore lint/suspicious/noExplicitAny: a container as it came
  return spec.containers.flatMap((container: any, index: number) => [
    ...(container.name ? [] : [required(`${at}.containers[${index}].name`)]),
    ...(container.image ? [] : [required(`${at}.containers[${index}].image`)]),
  ]);
}

const changeable = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'revisionHistoryLimit',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

function statefulSetCauses(object: KubeObject, before: KubeObject | undefined): StatusCause[] {
  if (!before) return [];
  const fixed = (spec: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(spec).filter(([name]) => !changeable.includes(name)));
  if (isDeepStrictEqual(fixed(before.spec), fixed(object.spec))) return [];
  const names = changeable.map((name) => `'${name}'`);
  const list = `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
  const message = `Forbidden: updates to statefulset spec for fields other than ${list} are forbidden`;
  return [{ reason: 'FieldValueForbidden', field: 'spec', message }];
}

const frozen: Rule = (object, before) => {
  if (before?.immutable !== true) return [];
  const same = isDeepStrictEqual(before.data, object.data) && object.immutable === true;
  return same
    ? []
    : [
        {
          reason: 'FieldValueForbidden',
          field: 'data',
          message: 'Forbidden: field is immutable when `immutable` is set',
        },
      ];
};

const secret: Rule = (object, before) => {
  const causes = frozen(object, before);
  if (before && before.type !== object.type) causes.push(immutable('type', object.type));
  for (const [key, value] of Object.entries((object.data ?? {}) as Record<string, unknown>)) {
    if (typeof value !== 'string')
      causes.push({ field: `data[${key}]`, message: 'Invalid value: must be base64 text' });
  }
  return causes;
};

const binding: Rule = (object, before) => {
  if (!object.roleRef?.name) return [required('roleRef.name')];
  if (!before || isDeepStrictEqual(before.roleRef, object.roleRef)) return [];
  const message = `Invalid value: ${JSON.stringify(object.roleRef)}: cannot change roleRef`;
  return [{ reason: 'FieldValueInvalid', field: 'roleRef', message }];
};

const rules: Record<string, Rule> = {
  'apps/deployments': workload,
  'apps/statefulsets': (object, before) => [...workload(object, before), ...statefulSetCauses(object, before)],
  'apps/daemonsets': workload,
  'apps/replicasets': workload,
  'batch/jobs': (object, before) => [
    ...containerCauses(object.spec?.template?.spec, 'spec.template.spec'),
    ...(before && !isDeepStrictEqual(before.spec.template, object.spec.template)
      ? [immutable('spec.template', {})]
      : []),
  ],
  '/pods': (object) => containerCauses(object.spec, 'spec'),
  '/services': (object, before) => [
    ...(object.spec?.type !== 'ExternalName' && object.spec?.clusterIP !== 'None' && !object.spec?.ports?.length
      ? [required('spec.ports')]
      : []),
    ...(before?.spec.clusterIP && object.spec.clusterIP !== before.spec.clusterIP && object.spec.type !== 'ExternalName'
      ? [immutable('spec.clusterIPs[0]', object.spec.clusterIP)]
      : []),
  ],
  '/configmaps': frozen,
  '/secrets': secret,
  'rbac.authorization.k8s.io/rolebindings': binding,
  'rbac.authorization.k8s.io/clusterrolebindings': binding,
  'apiextensions.k8s.io/customresourcedefinitions': (object) => {
    const { group, names, versions } = object.spec ?? {};
    if (!group || !names?.plural || !names?.kind || !Array.isArray(versions)) return [required('spec.names')];
    const wanted = `${names.plural}.${group}`;
    if (object.metadata.name === wanted) return [];
    const message = `Invalid value: "${object.metadata.name}": must be spec.names.plural+"."+spec.group`;
    return [{ reason: 'FieldValueInvalid', field: 'metadata.name', message }];
  },
};
