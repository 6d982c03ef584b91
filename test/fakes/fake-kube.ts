/** A cluster in memory: what is applied is there, and becomes ready when the test says how. Waiting in vain fails the test. */
import {
  type Kube,
  type KubeObject,
  type KubeRef,
  type KubeWriter,
  refOfObject,
} from '../../src/kubernetes/client/kube.js';
import { fail } from '../../src/support/errors/errors.js';

export interface FakeKube extends Kube, KubeWriter {
  readonly objects: Map<string, KubeObject>;
  /** Every batch that was applied, as `Kind namespace/name`. */
  readonly applied: string[][];
  put(object: KubeObject): void;
}

const keyOf = ({ kind, namespace, name }: KubeRef) => `${kind} ${namespace ? `${namespace}/` : ''}${name}`;

/** `a=b,c` by equality and presence alone. */
const fits = ({ metadata }: KubeObject, selector: string) =>
  selector
    .split(',')
    .filter(Boolean)
    .map((part) => part.split('='))
    .every(([key = '', value]) => {
      const label = metadata.labels?.[key];
      return value === undefined ? label !== undefined : label === value;
    });

/** What helm leaves on the cluster when it is done. */
export const helmRecord = (namespace: string, release: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    namespace,
    name: `sh.helm.release.v1.${release}.v1`,
    labels: { owner: 'helm', name: release, status: 'deployed', version: '1' },
  },
});

/** `settle` turns what was applied into what its controllers make of it: more objects, a status. */
export function fakeKube(settle: (object: KubeObject) => KubeObject[] = (object) => [object]): FakeKube {
  const objects = new Map<string, KubeObject>();
  const applied: string[][] = [];
  const put = (object: KubeObject) => {
    const key = keyOf(refOfObject(object));
    const before = objects.get(key);
    objects.set(key, { ...object, status: object.status ?? before?.status });
  };
  return {
    server: 'https://fake',
    kubeconfig: '/fake/kubeconfig',
    objects,
    applied,
    put,
    get: async (ref) => objects.get(keyOf(ref)),
    list: async ({ kind, namespace, labelSelector = '' }) =>
      [...objects.values()].filter(
        (object) =>
          object.kind === kind &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          fits(object, labelSelector),
      ),
    async waitFor(ref, { reason, look }) {
      const seen = look(objects.get(keyOf(ref)));
      if ('done' in seen) return seen.done;
      throw fail('E4003', `Timed out waiting for ${reason}: ${seen.pending}.`);
    },
    async apply(batch) {
      applied.push(batch.map((object) => keyOf(refOfObject(object))));
      for (const object of batch) for (const made of settle(object)) put(made);
      return [...batch];
    },
    tryApply: async (batch) => [...batch],
    review: async ({ kind }) => {
      throw new Error(`a ${kind} is not expected`);
    },
    create: async (object) => {
      throw new Error(`create of ${object.kind} is not expected`);
    },
    patch: async (ref) => {
      throw new Error(`patch of ${keyOf(ref)} is not expected`);
    },
    delete: async (ref) => {
      throw new Error(`delete of ${keyOf(ref)} is not expected`);
    },
    askService: async () => ({ status: 503, body: '{"kind":"Status"}' }),
    raw: async (path) => {
      if (path === '/version') return { status: 200, body: '{}' };
      throw new Error(`${path} is not expected`);
    },
  };
}
