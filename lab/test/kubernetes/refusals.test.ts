/** What the API server does not take: types, unknown fields, rules of CRDs, selectors and pages; words as the real one has them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { ruleCauses } from '../../src/kubernetes/admission/validate-rules.js';
import { schemaCauses } from '../../src/kubernetes/admission/validate-schema.js';
import { builtInType } from '../../src/kubernetes/kinds/built-in-types.js';
import { createKindRegistry } from '../../src/kubernetes/kinds/kinds.js';
import { labelTestsOf } from '../../src/kubernetes/objects/label-selector.js';
import { createStore } from '../../src/kubernetes/objects/store.js';
import { decode } from '../../src/kubernetes/requests/decode.js';
import { pageOf } from '../../src/kubernetes/requests/paging.js';
import { startRig } from './rig.js';

const kinds = createKindRegistry();
const read = (apiVersion: string, kind: string, rest: object) =>
  decode(kinds.byKind(apiVersion, kind)!, { apiVersion, kind, metadata: { name: 'x' }, ...rest } as KubeObject);

describe('decoding', () => {
  it('knows the type of every built-in kind that is kept', () => {
    const without = kinds.all().filter((kind) => !kind.types);
    expect(without.map(({ kind }) => kind)).toEqual([]);
    expect(builtInType('v1', 'Nothing')).toBeUndefined();
  });
  it.each([
    [
      'v1',
      'ConfigMap',
      { data: 'x' },
      'cannot unmarshal string into Go struct field ConfigMap.data of type map[string]string',
    ],
    [
      'v1',
      'ConfigMap',
      { data: { a: 1 } },
      'cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    ['v1', 'Secret', { data: { a: '***' } }, 'illegal base64 data at input byte 0'],
    [
      'apps/v1',
      'Deployment',
      { spec: { replicas: 1.5 } },
      'cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
    ],
  ])('%s %s %j', (apiVersion, kind, rest, words) => expect(() => read(apiVersion, kind, rest)).toThrow(words));
  it('drops what the kind does not have, and says it', () => {
    const spec = { containers: [{ name: 'c', prts: [] }], x: 1 };
    const { object, unknown } = read('v1', 'Pod', { spec });
    expect(unknown).toEqual(['spec.containers[0].prts', 'spec.x']);
    expect(object.spec).toEqual({ containers: [{ name: 'c' }] });
  });
});

describe('rules of CRDs', () => {
  const fixed = {
    type: 'string',
    maxLength: 3,
    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'it is fixed' }],
  };
  const sized = {
    type: 'object',
    'x-kubernetes-validations': [{ rule: 'self.min <= self.max' }],
    properties: { min: { type: 'integer' }, max: { type: 'integer' } },
  };
  const schema = { type: 'object', properties: { fixed, sized } };
  const causes = (now: object, before?: object) => ruleCauses(schema, now, before, schemaCauses(now, schema, ''));
  it('compares with what was', () => {
    expect(causes({ fixed: 'b' })).toEqual([]);
    expect(causes({ fixed: 'a' }, { fixed: 'a' })).toEqual([]);
    expect(causes({ fixed: 'b' }, { fixed: 'a' })).toEqual([
      { reason: 'FieldValueInvalid', field: 'fixed', message: 'Invalid value: "b": it is fixed' },
    ]);
  });
  it('counts in whole numbers', () => {
    expect(causes({ sized: { min: 1, max: 2 } })).toEqual([]);
    expect(causes({ sized: { min: 3, max: 2 } })).toMatchObject([
      { field: 'sized', message: 'Invalid value: failed rule: self.min <= self.max' },
    ]);
  });
  it('says that they were not checked when the object is wrong otherwise', () => {
    expect(causes({ fixed: 'long' }, { fixed: 'a' })).toMatchObject([
      { message: expect.stringContaining('some validation rules were not checked') },
    ]);
  });
});

it.each([
  ['a===b', "unable to parse requirement: found '=', expected: identifier"],
  ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  [',', "found ',', expected: !, identifier, or 'end of string'"],
])('selector %s', (text, words) => expect(() => labelTestsOf(text)).toThrow(words));

it('reads lists in pages', () => {
  const store = createStore();
  for (const name of ['a', 'b', 'c'])
    store.put('/configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'n' } } as KubeObject);
  const page = (query: string) => pageOf(store, store.list('/configmaps'), new URLSearchParams(query));
  const first = page('limit=2');
  expect(first.metadata).toMatchObject({ remainingItemCount: 1 });
  const rest = page(`limit=2&continue=${first.metadata.continue}`);
  expect([...first.items, ...rest.items].map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
  expect(rest.metadata.continue).toBeUndefined();
  expect(() => page('limit=x')).toThrow('strconv.ParseInt');
  expect(() => page('limit=1&continue=nonsense')).toThrow('invalid continue token');
  expect(() => page('resourceVersion=99999')).toThrow('Too large resource version');
});

describe('over the wire', () => {
  let rig: Awaited<ReturnType<typeof startRig>>;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.close());
  const map = (more: object) =>
    JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'default' }, ...more });
  it('unknown fields are refused, told or dropped, as asked', async () => {
    expect((await rig.kubectl('create -f -', map({ foo: 1 }))).err).toContain('unknown field "foo"');
    expect((await rig.kubectl('create --validate=warn -f -', map({ foo: 1 }))).err).toContain(
      'Warning: unknown field "foo"',
    );
    expect((await rig.kubectl('get configmap m -o json')).out).not.toContain('foo');
    expect((await rig.kubectl('apply --server-side -f -', map({ foo: 1 }))).err).toContain(
      '.foo: field not declared in schema',
    );
  });
});
