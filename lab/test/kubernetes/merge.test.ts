import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { validate } from '../../src/kubernetes/admission/validate.js';
import {
  compare,
  fieldsOf,
  fromFieldsV1,
  isEmpty,
  minus,
  pathsOf,
  toFieldsV1,
  union,
} from '../../src/kubernetes/apply/field-set.js';
import { mergeFields } from '../../src/kubernetes/apply/merge-fields.js';
import { mergePatch, strategicPatch } from '../../src/kubernetes/apply/patches.js';
import { createKindRegistry } from '../../src/kubernetes/kinds/kinds.js';
import { shapeOf } from '../../src/kubernetes/kinds/shape.js';
import { parseFieldSelector, parseLabelSelector } from '../../src/kubernetes/objects/selectors.js';

const kinds = createKindRegistry();
const deployment = shapeOf(kinds.byKind('apps/v1', 'Deployment')!);
const node = shapeOf(kinds.byKind('v1', 'Node')!);
const pod = kinds.byKind('v1', 'Pod')!;
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const items = fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), value: scalar }), {
  selector: (one) => one.name,
});
const object = fc.record({
  spec: fc.record({
    template: fc.record({ spec: fc.record({ containers: items, volumes: items, args: fc.array(scalar) }) }),
    other: fc.dictionary(fc.string(), scalar),
  }),
});

describe('field sets', () => {
  it('are the same after they were written and read', () => {
    fc.assert(
      fc.property(object, (value) => {
        const set = fieldsOf(value, deployment);
        expect(toFieldsV1(fromFieldsV1(toFieldsV1(set)))).toEqual(toFieldsV1(set));
        expect(isEmpty(minus(set, set))).toBe(true);
        expect(toFieldsV1(union(set, set))).toEqual(toFieldsV1(set));
      }),
    );
  });

  it('find nothing between a value and itself, and laying it over itself changes nothing', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const { changed, removed } = compare(before, before, deployment);
        expect(isEmpty(changed) && isEmpty(removed)).toBe(true);
        expect(mergeFields(before, before, deployment)).toEqual(before);
        const laid = mergeFields(before, after, deployment);
        expect(mergeFields(laid, after, deployment)).toEqual(laid);
      }),
    );
  });

  it('word their paths as the API server does', () => {
    const value = { spec: { template: { spec: { containers: [{ name: 'x', ports: [{ containerPort: 80 }] }] } } } };
    expect(pathsOf(fieldsOf(value, deployment))).toEqual([
      '.spec.template.spec.containers[name="x"].name',
      '.spec.template.spec.containers[name="x"].ports[containerPort=80,protocol="TCP"].containerPort',
    ]);
  });
});

describe('patches', () => {
  it('merges as RFC 7386 says', () => {
    expect(mergePatch({ a: 1, b: { c: 2 } }, { a: null, b: { d: 3 } })).toEqual({ b: { c: 2, d: 3 } });
    expect(mergePatch({ a: [1, 2] }, { a: [3] })).toEqual({ a: [3] });
  });

  it('takes away what a strategic merge says is null, as kubectl apply does with what was left out', () => {
    const map = shapeOf(kinds.byKind('v1', 'ConfigMap')!);
    expect(strategicPatch({ data: { a: '1', b: '2' } }, { data: { a: '2', b: null } }, map)).toEqual({
      data: { a: '2' },
    });
  });

  it('merges strategically by key, and refuses what takes away by a directive', () => {
    const target = {
      spec: {
        template: {
          spec: {
            containers: [
              { name: 'a', image: 'a:1' },
              { name: 'b', image: 'b:1' },
            ],
          },
        },
      },
    };
    const patch = {
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
            containers: [
              { name: 'a', image: 'a:2' },
              { name: 'c', image: 'c:1' },
            ],
          },
        },
      },
    };
    const patched = strategicPatch(target, patch, deployment) as typeof target;
    expect(patched.spec.template.spec.containers).toEqual([
      { name: 'a', image: 'a:2' },
      { name: 'b', image: 'b:1' },
      { name: 'c', image: 'c:1' },
    ]);
    const gone = { spec: { template: { spec: { containers: [{ $patch: 'delete', name: 'b' }] } } } };
    expect(() => strategicPatch(target, gone, deployment)).toThrow('does not act on $patch');
    const taints = {
      spec: {
        taints: [
          { key: 'x', effect: 'NoSchedule' },
          { key: 'y', effect: 'NoSchedule' },
        ],
      },
    };
    // Taints have no merge key: a patch brings all of them.
    expect(strategicPatch(taints, { spec: { taints: [{ key: 'z', effect: 'NoSchedule' }] } }, node)).toEqual({
      spec: { taints: [{ key: 'z', effect: 'NoSchedule' }] },
    });
  });
});

describe('selectors', () => {
  const web = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'w', labels: { app: 'web', tier: 'x' } },
    spec: { nodeName: 'n' },
  };
  it.each([
    ['app=web', true],
    ['app==web,tier!=y', true],
    ['app in (web, api)', true],
    ['app notin (web)', false],
    ['missing notin (web)', true],
    ['tier', true],
    ['!tier', false],
    ['', true],
  ])('labels %s', (text, expected) => expect(parseLabelSelector(text)(web)).toBe(expected));
  it.each([
    ['metadata.name=w', true],
    ['spec.nodeName!=n', false],
    ['status.phase=', true],
  ])('fields %s', (text, expected) => expect(parseFieldSelector(text, pod)(web)).toBe(expected));
  it('refuses what is no selector', () =>
    expect(() => parseLabelSelector('a = = b')).toThrow('unable to parse requirement'));
});

describe('schemas of CRDs', () => {
  const crd = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.x.y' },
    spec: {
      group: 'x.y',
      scope: 'Namespaced',
      names: { kind: 'Thing', plural: 'things' },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                spec: {
                  type: 'object',
                  required: ['size'],
                  properties: {
                    size: { type: 'integer', minimum: 1 },
                    mode: { enum: ['a', 'b'] },
                    port: { 'x-kubernetes-int-or-string': true },
                    names: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$' } },
                  },
                },
              },
            },
          },
        },
      ],
    },
  };
  const registry = createKindRegistry();
  registry.define(crd);
  const thing = registry.byKind('x.y/v1', 'Thing')!;
  const check = (spec: unknown) => () =>
    validate(thing, { apiVersion: 'x.y/v1', kind: 'Thing', metadata: { name: 't' }, spec } as KubeObject, undefined);
  it.each([
    [{ size: 1, mode: 'a', port: 'http', names: ['x'], unknown: 1 }, undefined],
    [undefined, 'spec: Required value'],
    [{}, 'spec.size: Required value'],
    [{ size: 'x' }, 'spec.size in body must be of type integer: "string"'],
    [{ size: 0 }, 'should be greater than or equal to 1'],
    [{ size: 1, mode: 'c' }, 'spec.mode: Unsupported value: "c": supported values: "a", "b"'],
    [{ size: 1, names: ['X'] }, "spec.names[0] in body should match '^[a-z]+$'"],
  ])('%j', (spec, message) => {
    if (message === undefined) expect(check(spec)).not.toThrow();
    else expect(check(spec)).toThrow(message);
  });
  it('goes when its CRD goes', () => {
    registry.withdraw(crd);
    expect(registry.byKind('x.y/v1', 'Thing')).toBeUndefined();
  });
});
