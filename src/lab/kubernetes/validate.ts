/** What a server refuses as 422 Invalid: names, required parts and immutable fields of built-in kinds; the schema of CRDs. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../tools/kube.js';
import { type Kind, type Schema, storeKeyOf } from './kinds.js';
import { matchesLabelSelector } from './selectors.js';
import { invalid, type StatusCause } from './status.js';

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

/** type, required, enum, pattern, minimum and maximum, lengths; nothing of unknown fields. */
function schemaCauses(value: unknown, schema: Schema, at: string): StatusCause[] {
  const bad = (message: string): StatusCause[] => [
    { reason: 'FieldValueInvalid', field: at, message: `Invalid value: ${message}` },
  ];
  if (value === null)
    return schema.nullable || at === '' ? [] : bad(`"null": ${at} in body must be of type ${schema.type}: "null"`);
  if (schema['x-kubernetes-int-or-string'] && ['number', 'string'].includes(typeof value)) return [];
  if (schema.type && !hasType(value, schema.type)) {
    const actual = Array.isArray(value) ? 'array' : typeof value;
    return bad(`"${actual}": ${at} in body must be of type ${schema.type}: "${actual}"`);
  }
  if (schema.enum && !schema.enum.some((allowed: unknown) => isDeepStrictEqual(allowed, value))) {
    const allowed = schema.enum.map((entry: unknown) => JSON.stringify(entry)).join(', ');
    return [
      {
        reason: 'FieldValueNotSupported',
        field: at,
        message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${allowed}`,
      },
    ];
  }
  if (typeof value === 'string') {
    if (schema.pattern && !safePattern(schema.pattern).test(value)) {
      return bad(`"${value}": ${at} in body should match '${schema.pattern}'`);
    }
    if (value.length < (schema.minLength ?? 0))
      return bad(`"${value}": ${at} in body should be at least ${schema.minLength} chars long`);
    if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY))
      return bad(`${at} in body should be at most ${schema.maxLength} chars long`);
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? Number.NEGATIVE_INFINITY))
      return bad(`${value}: ${at} in body should be greater than or equal to ${schema.minimum}`);
    if (value > (schema.maximum ?? Number.POSITIVE_INFINITY))
      return bad(`${value}: ${at} in body should be less than or equal to ${schema.maximum}`);
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0))
      return bad(`${value.length}: ${at} in body should have at least ${schema.minItems} items`);
    return schema.items ? value.flatMap((item, index) => schemaCauses(item, schema.items, `${at}[${index}]`)) : [];
  }
  if (typeof value !== 'object') return [];
  const fields = value as Record<string, unknown>;
  const path = (name: string) => (at === '' ? name : `${at}.${name}`);
  const missing = ((schema.required ?? []) as string[]).filter((name) => fields[name] === undefined);
  return [
    ...missing.map((name) => required(path(name))),
    ...Object.entries(fields).flatMap(([name, item]) => {
      if (at === '' && ['metadata', 'apiVersion', 'kind'].includes(name)) return [];
      const inner = schema.properties?.[name] ?? schema.additionalProperties;
      return typeof inner === 'object' && item !== undefined ? schemaCauses(item, inner, path(name)) : [];
    }),
  ];
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'object') return typeof value === 'object' && !Array.isArray(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

/** Go's pattern syntax is nearly ours; what is not is taken as fitting. */
function safePattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    return /(?:)/;
  }
}
