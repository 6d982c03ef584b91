/** What a server refuses as 422 Invalid: metadata of any kind, rules of built-in kinds, the schema and rules of CRDs. */
import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { type Kind, type Schema, storeKeyOf } from '../kinds/kinds.js';
import { problemsOf } from '../kinds/names.js';
import { matchesLabelSelector } from '../objects/selectors.js';
import { invalid, type StatusCause } from '../requests/status.js';
import { duplicate, forbiddenAt, immutable, invalidValue, required, unsupported } from './causes.js';
import { metaCauses } from './validate-meta.js';
import { podCauses, restartCauses } from './validate-pod.js';
import { ruleCauses } from './validate-rules.js';
import { schemaCauses } from './validate-schema.js';

export function validate(kind: Kind, object: KubeObject, before: KubeObject | undefined): void {
  const causes: StatusCause[] = [...metaCauses(kind, object, before)];
  if (kind.schema) {
    const found = schemaCauses(object, kind.schema, '');
    causes.push(...found, ...ruleCauses(kind.schema, object, before, found));
  } else {
    causes.push(...(rules[storeKeyOf(kind)]?.(object, before) ?? []));
    if (kind.types) causes.push(...enumCauses(object, kind.types, '', new Set(causes.map(({ field }) => field))));
  }
  if (causes.length > 0) throw invalid(kind, object.metadata.name, causes);
}

/** Values that are none of those which the type of a field knows, where no rule has said so yet. */
function enumCauses(value: unknown, type: Schema, at: string, told: ReadonlySet<string | undefined>): StatusCause[] {
  if (type.enum)
    return value === '' || type.enum.includes(value) || told.has(at) ? [] : [unsupported(at, value, type.enum)];
  if (Array.isArray(value)) {
    return type.items ? value.flatMap((item, index) => enumCauses(item, type.items, `${at}[${index}]`, told)) : [];
  }
  if (typeof value !== 'object' || value === null || !type.properties || at === 'metadata' || at === 'status')
    return [];
  return Object.entries(value).flatMap(([name, item]) => {
    const inner = type.properties[name];
    return inner ? enumCauses(item, inner, at ? `${at}.${name}` : name, told) : [];
  });
}

type Rule = (object: KubeObject, before: KubeObject | undefined) => StatusCause[];

const workload: Rule = (object, before) => {
  const { spec } = object;
  const causes: StatusCause[] = [];
  if (typeof spec?.replicas === 'number' && spec.replicas < 0) {
    causes.push(invalidValue('spec.replicas', spec.replicas, 'must be greater than or equal to 0'));
  }
  const labels = spec?.template?.metadata?.labels;
  if (!spec?.selector) causes.push(required('spec.selector'));
  else if (before && !isDeepStrictEqual(before.spec.selector, spec.selector)) {
    return [
      ...causes,
      immutable('spec.selector', spec.selector),
      ...podCauses(spec.template?.spec, 'spec.template.spec'),
    ];
  } else if (isEmptySelector(spec.selector)) {
    causes.push(
      invalidValue('spec.selector', spec.selector, `empty selector is invalid for ${object.kind?.toLowerCase()}`),
    );
  }
  if (!spec?.selector || !matchesLabelSelector(spec.selector, labels)) {
    const why = '`selector` does not match template `labels`';
    causes.push(invalidValue('spec.template.metadata.labels', labels, why));
  }
  const pod = spec?.template?.spec;
  return [...causes, ...podCauses(pod, 'spec.template.spec'), ...restartCauses(pod, 'spec.template.spec', ['Always'])];
};

const isEmptySelector = (selector: Schema) =>
  Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;

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
  return [forbiddenAt('spec', `updates to statefulset spec for fields other than ${list} are forbidden`)];
}

const keys = (object: KubeObject): StatusCause[] =>
  Object.keys(object.data ?? {}).flatMap((key) => {
    const why = ['.', '..'].includes(key) ? [`must not be '${key}'`] : problemsOf('key', key);
    return why.map((text) => invalidValue(`data[${key}]`, key, text));
  });

const frozen: Rule = (object, before) => {
  if (before?.immutable !== true) return [];
  const same = isDeepStrictEqual(before.data, object.data) && object.immutable === true;
  return same ? [] : [forbiddenAt('data', 'field is immutable when `immutable` is set')];
};

/** Keys that a Secret of this type must have. */
const secretKeys: Record<string, readonly string[]> = {
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

const secret: Rule = (object, before) => {
  const causes = [...keys(object), ...frozen(object, before)];
  if (before && before.type !== object.type) causes.push(immutable('type', object.type));
  for (const key of secretKeys[object.type] ?? []) {
    if (object.data?.[key] === undefined) causes.push(required(`data[${key}]`));
  }
  return causes;
};

const binding: Rule = (object, before) => {
  const { kind, name, ...rest } = object.roleRef ?? {};
  if (before && !isDeepStrictEqual(before.roleRef, object.roleRef)) {
    // The server shows its own inner form of it.
    return [
      invalidValue(
        'roleRef',
        { APIGroup: rest.apiGroup ?? '', Kind: kind ?? '', Name: name ?? '' },
        'cannot change roleRef',
      ),
    ];
  }
  const roles = object.metadata.namespace === undefined ? ['ClusterRole'] : ['Role', 'ClusterRole'];
  const causes = roles.includes(kind) ? [] : [unsupported('roleRef.kind', kind ?? '', roles)];
  if (!name) causes.push(required('roleRef.name'));
  for (const [index, subject] of ((object.subjects ?? []) as Schema[]).entries()) {
    if (!subject.name) causes.push(required(`subjects[${index}].name`));
    const subjects = ['ServiceAccount', 'User', 'Group'];
    if (!subjects.includes(subject.kind))
      causes.push(unsupported(`subjects[${index}].kind`, subject.kind ?? '', subjects));
  }
  return causes;
};

const service: Rule = ({ spec = {} }, before) => {
  const causes: StatusCause[] = [];
  const ports = (spec.ports ?? []) as Schema[];
  if (spec.type !== 'ExternalName' && spec.clusterIP !== 'None' && ports.length === 0)
    causes.push(required('spec.ports'));
  if (spec.type === 'ExternalName' && !spec.externalName) causes.push(required('spec.externalName'));
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (!port.name) {
      if (ports.length > 1) causes.push(required(`${at}.name`));
    } else if (names.has(port.name)) causes.push(duplicate(`${at}.name`, port.name));
    names.add(port.name);
    for (const field of ['port', 'targetPort']) {
      const value = port[field];
      if (typeof value === 'number' && (value < 1 || value > 65_535)) {
        causes.push(invalidValue(`${at}.${field}`, value, 'must be between 1 and 65535, inclusive'));
      }
    }
  }
  if (before?.spec.clusterIP && spec.clusterIP !== before.spec.clusterIP && spec.type !== 'ExternalName') {
    causes.push(immutable('spec.clusterIPs[0]', spec.clusterIP));
  }
  return causes;
};

const ingress: Rule = ({ spec = {} }) => {
  const rules = (spec.rules ?? []) as Schema[];
  if (rules.length === 0 && !spec.defaultBackend) {
    return [invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified')];
  }
  return rules.flatMap((rule, index) =>
    ((rule.http?.paths ?? []) as Schema[]).flatMap((path, second): StatusCause[] => {
      const at = `spec.rules[${index}].http.paths[${second}]`;
      if (!path.pathType) return [required(`${at}.pathType`, 'pathType must be specified')];
      if (path.pathType !== 'ImplementationSpecific' && !String(path.path ?? '').startsWith('/')) {
        return [invalidValue(`${at}.path`, path.path ?? '', 'must be an absolute path')];
      }
      return [];
    }),
  );
};

const role: Rule = ({ rules: given }) =>
  ((given ?? []) as Schema[]).flatMap((rule, index) =>
    rule.verbs?.length ? [] : [required(`rules[${index}].verbs`, 'verbs must contain at least one value')],
  );

const job = (spec: Schema | undefined, at: string): StatusCause[] => [
  ...podCauses(spec?.template?.spec, `${at}.template.spec`),
  ...restartCauses(spec?.template?.spec, `${at}.template.spec`, ['OnFailure', 'Never']),
];

const rules: Record<string, Rule> = {
  'apps/deployments': workload,
  'apps/statefulsets': (object, before) => [...workload(object, before), ...statefulSetCauses(object, before)],
  'apps/daemonsets': workload,
  'apps/replicasets': workload,
  'batch/jobs': (object, before) => [
    ...job(object.spec, 'spec'),
    ...(before && !isDeepStrictEqual(before.spec.template, object.spec.template)
      ? [immutable('spec.template', {})]
      : []),
  ],
  'batch/cronjobs': (object) => job(object.spec?.jobTemplate?.spec, 'spec.jobTemplate.spec'),
  '/pods': (object) => podCauses(object.spec, 'spec'),
  '/services': service,
  '/configmaps': (object, before) => [...keys(object), ...frozen(object, before)],
  '/secrets': secret,
  'networking.k8s.io/ingresses': ingress,
  'storage.k8s.io/storageclasses': (object) => (object.provisioner ? [] : [required('provisioner')]),
  'rbac.authorization.k8s.io/roles': role,
  'rbac.authorization.k8s.io/clusterroles': role,
  'rbac.authorization.k8s.io/rolebindings': binding,
  'rbac.authorization.k8s.io/clusterrolebindings': binding,
  'apiextensions.k8s.io/customresourcedefinitions': (object) => {
    const { group, names, versions } = object.spec ?? {};
    if (!group || !names?.plural || !names?.kind || !Array.isArray(versions)) return [required('spec.names')];
    const wanted = `${names.plural}.${group}`;
    if (object.metadata.name === wanted) return [];
    return [invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group')];
  },
};
