import { afterAll, beforeAll, expect, it } from 'vitest';
import { decodeProtobuf } from '../../src/kubernetes/kinds/protobuf.js';
import { type Rig, startRig } from './rig.js';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
}, 60_000);
afterAll(() => rig.close());

/** What `kubectl create` sends with its typed clients, and what must be stored of it. */
const creations: [string, string, string | undefined, string, Record<string, unknown>][] = [
  ['configmap c --from-literal=a=b', '/configmaps', 'default', 'c', { data: { a: 'b' } }],
  ['secret generic s --from-literal=a=b', '/secrets', 'default', 's', { type: 'Opaque', data: { a: 'Yg==' } }],
  ['namespace n', '/namespaces', undefined, 'n', { status: { phase: 'Active' } }],
];

it.each(creations)('kubectl create %s', async (args, key, namespace, name, expected) => {
  const made = await rig.kubectl(`create ${args}`);
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(rig.api.store.get(key, namespace, name)).toMatchObject(expected);
});

it('reads a message with an explicit zero, and refuses what it does not know', () => {
  const text = (field: number, value: string | Uint8Array) => {
    const bytes = Buffer.from(value as string);
    return Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length]), bytes]);
  };
  const envelope = (apiVersion: string, kind: string, raw: Buffer) =>
    Buffer.concat([Buffer.from('k8s\0'), text(1, Buffer.concat([text(1, apiVersion), text(2, kind)])), text(2, raw)]);
  const notImmutable = Buffer.concat([text(1, text(1, 'web')), Buffer.from([(5 << 3) | 0, 0])]);
  expect(decodeProtobuf(envelope('v1', 'Secret', notImmutable))).toEqual({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'web' },
    immutable: false,
  });
  expect(() => decodeProtobuf(envelope('apps/v1', 'Deployment', Buffer.alloc(0)))).toThrow('not understood');
});
