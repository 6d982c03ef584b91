/** Who set which field: metadata.managedFields of an object, kept up by every write; server-side apply is built on it. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { Shape } from '../kinds/shape.js';
import { ApiRefusal, type StatusCause } from '../requests/status.js';
import {
  compare,
  emptySet,
  type FieldSet,
  type FieldsV1,
  fieldsOf,
  fromFieldsV1,
  intersection,
  isEmpty,
  minus,
  pathsOf,
  toFieldsV1,
  union,
} from './field-set.js';
import { mergeFields, removeFields } from './merge-fields.js';

export interface Writer {
  manager: string;
  apiVersion: string;
  /** `` for the object itself. */
  subresource: string;
  at: Date;
}

interface Managed extends Omit<Writer, 'at'> {
  operation: 'Apply' | 'Update';
  time: string;
  fields: FieldSet;
}

const notOwned = fromFieldsV1({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': Object.fromEntries(
    [
      'name',
      'generateName',
      'namespace',
      'uid',
      'creationTimestamp',
      'deletionTimestamp',
      'deletionGracePeriodSeconds',
      'generation',
      'managedFields',
      'resourceVersion',
      'selfLink',
    ].map((name) => [`f:${name}`, {}]),
  ),
});

function owned(set: FieldSet): FieldSet {
  const left = minus(set, notOwned);
  const metadata = left.children.get('f:metadata');
  if (metadata && metadata.children.size === 0) left.children.delete('f:metadata');
  return { ...left, member: false };
}

/**
 * Records a create, update or patch: `writer` owns what changed, nobody what went away. `before` undefined: created. A caller
 * may also send managedFields of its own (kubectl does, when it moves from its own apply to that of the server).
 */
export function recordUpdate(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
  shape: Shape,
): KubeObject {
  const { changed, removed } = compare(before ?? {}, after, shape);
  const managed = read(before && after.metadata.managedFields ? after : (before ?? { metadata: { name: '' } }));
  const set = owned(changed);
  for (const entry of managed) {
    const mine = isSame(entry, writer, 'Update');
    entry.fields = minus(mine ? entry.fields : minus(entry.fields, set), removed);
  }
  if (!isEmpty(set)) own(managed, writer, 'Update', (fields) => union(fields, set));
  return written(after, managed);
}

/**
 * Server-side apply of `config` to `live` (undefined: there is none yet).
 * @throws ApiRefusal 409 naming the other managers and fields, unless `force`
 */
export function applyConfiguration(
  live: KubeObject | undefined,
  config: KubeObject,
  writer: Writer,
  force: boolean,
  shape: Shape,
): KubeObject {
  const base = live ?? ({ apiVersion: config.apiVersion, kind: config.kind, metadata: {} } as unknown as KubeObject);
  const managed = read(base);
  const wanted = owned(fieldsOf(config, shape));
  const merged = mergeFields(base, config, shape) as KubeObject;
  const changed = intersection(wanted, owned(compare(base, merged, shape).changed));
  const others = managed.filter((entry) => !isSame(entry, writer, 'Apply'));
  const conflicts = others
    .map((entry) => ({ entry, fields: intersection(changed, entry.fields) }))
    .filter(({ fields }) => !isEmpty(fields));
  if (conflicts.length > 0 && !force) throw conflictWith(conflicts);
  for (const { entry, fields } of conflicts) entry.fields = minus(entry.fields, fields);
  const mine = managed.find((entry) => isSame(entry, writer, 'Apply'))?.fields ?? emptySet();
  const theirs = others.reduce((sum, entry) => union(sum, entry.fields), emptySet());
  const dropped = minus(minus(mine, wanted), theirs);
  const result = isEmpty(dropped)
    ? merged
    : (removeFields(merged, dropped, union(theirs, wanted), shape) as KubeObject);
  own(managed, writer, 'Apply', () => wanted);
  return written(result, managed);
}

function conflictWith(conflicts: { entry: Managed; fields: FieldSet }[]): ApiRefusal {
  const causes: StatusCause[] = [];
  const texts: string[] = [];
  for (const { entry, fields } of conflicts) {
    const through = entry.subresource ? ` with subresource "${entry.subresource}"` : '';
    const version = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
    const manager = `"${entry.manager}"${through}${version}`;
    const paths = pathsOf(fields);
    const message = `conflict with ${manager}`;
    for (const field of paths) causes.push({ reason: 'FieldManagerConflict', message, field });
    texts.push(`conflicts with ${manager}:\n- ${paths.join('\n- ')}`);
  }
  const text =
    causes.length === 1
      ? `1 conflict: ${causes[0]!.message}: ${causes[0]!.field}`
      : `${causes.length} conflicts: ${texts.sort().join('\n')}`;
  return new ApiRefusal(409, 'Conflict', `Apply failed with ${text}`, { causes });
}

function isSame(entry: Managed, writer: Writer, operation: Managed['operation']): boolean {
  if (entry.manager !== writer.manager || entry.operation !== operation) return false;
  return entry.subresource === writer.subresource && (operation === 'Apply' || entry.apiVersion === writer.apiVersion);
}

function own(managed: Managed[], writer: Writer, operation: Managed['operation'], grow: (set: FieldSet) => FieldSet) {
  const time = `${writer.at.toISOString().slice(0, 19)}Z`;
  const { manager, apiVersion, subresource } = writer;
  const entry = managed.find((other) => isSame(other, writer, operation));
  const fields = grow(entry?.fields ?? emptySet());
  if (!entry) managed.push({ manager, operation, apiVersion, subresource, time, fields });
  else if (JSON.stringify(toFieldsV1(fields)) !== JSON.stringify(toFieldsV1(entry.fields))) {
    Object.assign(entry, { fields, time, apiVersion });
  }
}

function read(object: Pick<KubeObject, 'metadata'>): Managed[] {
  const list = (object.metadata.managedFields ?? []) as Record<string, string>[];
  return list
    .filter((entry) => entry.manager)
    .map((entry) => ({
      manager: entry.manager ?? 'unknown',
      operation: entry.operation as Managed['operation'],
      apiVersion: entry.apiVersion ?? 'v1',
      subresource: entry.subresource ?? '',
      time: entry.time ?? '',
      fields: fromFieldsV1((entry.fieldsV1 ?? {}) as unknown as FieldsV1),
    }));
}

/** Those that apply before those that update, then by time and name. */
function inOrder(a: Managed, b: Managed): number {
  const order = (entry: Managed) => `${entry.operation} ${entry.time} ${entry.manager} ${entry.apiVersion}`;
  return order(a) < order(b) ? -1 : 1;
}

function written(object: KubeObject, managed: Managed[]): KubeObject {
  const managedFields = managed
    .filter((entry) => !isEmpty(entry.fields))
    .sort(inOrder)
    .map(({ manager, operation, apiVersion, subresource, time, fields }) => ({
      manager,
      operation,
      apiVersion,
      time,
      fieldsType: 'FieldsV1',
      fieldsV1: toFieldsV1(fields),
      ...(subresource ? { subresource } : {}),
    }));
  const { managedFields: _old, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields.length > 0 ? { ...metadata, managedFields } : metadata };
}
