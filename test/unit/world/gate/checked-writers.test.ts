/** Every write that is sent is asked of the protected set, whatever was declared. */
import { expect, test } from 'vitest';
import type { Mutation } from '../../../../src/engine/mutation.js';
import type { Write } from '../../../../src/engine/protects.js';
import { fieldsOf } from '../../../../src/world/gate/checked-writers.js';
import { createGate } from '../../../../src/world/gate/gate.js';
import type { Adapters, Writers } from '../../../../src/world/gate/writers.js';
import { open, temporaryJournal } from '../../engine/rig.js';

const declared: Mutation = {
  target: { system: 'mother', kind: 'Deployment', namespace: 'catalyst', name: 'catalyst-api' },
  sentence: 'scale catalyst-api to 0',
};
const api = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'catalyst', name: 'catalyst-api' };
const console = { ...api, namespace: 'sme', name: 'console' };

/** A gate whose adapters keep what is sent, and refuses what `refuse` says. */
function gate(refuse: (write: Write) => boolean = () => false) {
  const sent: string[] = [];
  const asked: Write[] = [];
  const kube = (cluster: string) => async () => ({
    kubeconfig: '/k',
    apply: async (objects: { metadata: { name: string } }[]) => {
      sent.push(...objects.map(({ metadata }) => `${cluster}: apply ${metadata.name}`));
      return objects;
    },
    patch: async (ref: { name: string }) => void sent.push(`${cluster}: patch ${ref.name}`),
    delete: async (ref: { name: string }) => sent.push(`${cluster}: delete ${ref.name}`) > 0,
  });
  const http = async ({ method = 'GET' }) => {
    sent.push(`http: ${method}`);
    return { status: 200, headers: {}, text: '' };
  };
  const services = async () => ({
    callService: async ({ name }: { name: string }, { method, path }: { method: string; path: string }) => {
      sent.push(`service ${name}: ${method} ${path}`);
      return { status: 202, body: '' };
    },
  });
  const adapters = {
    ...{ kube: kube('sovereign'), mother: kube('mother'), services, http, webhook: http },
  } as unknown as Adapters;
  const journal = open(temporaryJournal());
  const { signal } = new AbortController();
  const protects = (write: Write) => {
    asked.push(write);
    return refuse(write) ? 'It is protected.' : undefined;
  };
  const { act } = createGate({ journal, signal, undoSignal: signal, protects, adapters }).forStep({
    id: 's',
    phase: 7,
  });
  return { act, journal, sent, asked };
}

test('with its verb and the fields that it changes, before it is sent', async () => {
  const { act, asked, sent } = gate();
  await act(declared, async (writers) => (await writers.mother()).patch(api, { spec: { replicas: 0 } }, 'scale'));
  const { apiVersion: _, ...place } = api;
  expect(asked.at(-1)).toEqual({ target: { system: 'mother', ...place }, verb: 'patch', fields: ['spec.replicas'] });
  expect(sent).toEqual(['mother: patch catalyst-api']);
});

test('another write than the declared one is refused, nothing of a batch is sent, and the journal says so', async () => {
  const { act, sent, journal } = gate(({ target }) => target.namespace === 'sme');
  const object = ({ namespace, name }: typeof api) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name },
  });
  const tried = act(declared, async (writers) => (await writers.mother()).apply([object(api), object(console)]));
  await expect(tried).rejects.toMatchObject({
    code: 'E4004',
    exitCode: 7,
    message: expect.stringContaining('sme/console'),
  });
  await expect(act(declared, async (writers) => (await writers.mother()).delete(console))).rejects.toMatchObject({
    code: 'E4004',
  });
  expect(sent).toEqual([]);
  expect(journal.entries.map(({ kind }) => kind)).toEqual(['begin', 'fail', 'begin', 'fail']);
});

test('a write to another system than the declared one is a bug, and is not sent', async () => {
  const { act, sent } = gate();
  await expect(act(declared, async (writers) => (await writers.sovereign()).delete(api))).rejects.toMatchObject({
    code: 'E9001',
  });
  const url = 'https://kubernetes.example.org/apis/apps/v1/namespaces/sme/deployments/console';
  await expect(act(declared, ({ http }) => http({ url, method: 'DELETE' }))).rejects.toMatchObject({ code: 'E9001' });
  await act(declared, ({ http }) => http({ url }));
  expect(sent).toEqual(['http: GET']);
});

test('writers that outlive their change write nothing', async () => {
  const { act, sent } = gate();
  let kept: Writers | undefined;
  await act(declared, async (writers) => {
    kept = writers;
  });
  await expect(kept!.mother().then((mother) => mother.delete(api))).rejects.toMatchObject({ code: 'E9001' });
  expect(sent).toEqual([]);
});

test('the fields of a patch are its leaves, removals and empty objects included', () => {
  expect(fieldsOf({ spec: { suspend: null, empty: {}, list: [{ a: 1 }] } })).toEqual([
    'spec.suspend',
    'spec.empty',
    'spec.list',
  ]);
  expect(fieldsOf({ metadata: { annotations: { 'example.org/mark': 'x' } } })).toEqual([
    'metadata.annotations[example.org/mark]',
  ]);
});

test('says that it changes something just before it is journaled, and makes no change when that is refused', async () => {
  const journal = open(temporaryJournal());
  const { signal } = new AbortController();
  const seen: number[] = [];
  const onChange = () => {
    seen.push(journal.entries.length);
    if (seen.length > 1) throw new Error('Interrupted.');
  };
  const gate = createGate({
    journal,
    signal,
    undoSignal: signal,
    protects: () => undefined,
    onChange,
    adapters: {} as Adapters,
  });
  const { act } = gate.forStep({ id: 's', phase: 7 });
  await act(declared, async () => undefined);
  await expect(act(declared, async () => expect.unreachable())).rejects.toThrow('Interrupted.');
  expect(seen).toEqual([0, 2]);
  expect(journal.entries.map(({ kind }) => kind)).toEqual(['begin', 'ok']);
});

const post = { url: 'https://somewhere/', method: 'POST', body: '{}' };
const controller = { namespace: 'flux-system', name: 'notification-controller', port: 80 };
const alert = (
  system: 'webhook' | 'sovereign',
  kind: string,
  place: { namespace?: string; name: string },
): Mutation => ({
  target: { system, kind, ...place },
  sentence: 'send an alert',
});

test('a webhook is written to by a change of a webhook alone', async () => {
  const { act, sent, asked } = gate();
  await act(alert('webhook', 'Webhook', { name: 'alerts' }), async (writers) => writers.webhook(post));
  expect(asked.at(-1)).toEqual({ target: { system: 'webhook', kind: 'Webhook', name: 'alerts' }, verb: 'create' });
  expect(sent).toEqual(['http: POST']);
  await expect(act(declared, async (writers) => writers.webhook(post))).rejects.toMatchObject({ code: 'E9001' });
  await expect(
    act(alert('webhook', 'Webhook', { name: 'alerts' }), async (writers) => writers.http(post)),
  ).rejects.toMatchObject({ code: 'E9001' });
  expect(sent).toHaveLength(1);
});

test('a Service of the Sovereign is called by a change of the Sovereign alone, by its name', async () => {
  const { act, sent, asked } = gate();
  const event = alert('sovereign', 'Event', controller);
  expect(await act(event, async (writers) => writers.service(controller)(post))).toMatchObject({ status: 202 });
  const { port: _, ...place } = controller;
  expect(asked.at(-1)).toEqual({ target: { system: 'sovereign', kind: 'Event', ...place }, verb: 'create' });
  expect(sent).toEqual(['service notification-controller: POST /']);
  await expect(act(declared, async (writers) => writers.service(controller)(post))).rejects.toMatchObject({
    code: 'E9001',
  });
  expect(sent).toHaveLength(1);
});

test('to an API without a writer of its own has the verb of its method, and reading is asked of nobody', async () => {
  const { act, asked, sent } = gate();
  const repository: Mutation = { target: { system: 'git', kind: 'repository', name: 'a/b' }, sentence: 'make a/b' };
  await act(repository, async ({ http }) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'] as const)
      await http({ url: 'https://gitea/', method } as never);
  });
  expect(sent).toEqual(['http: GET', 'http: POST', 'http: PUT', 'http: DELETE']);
  expect(asked.slice(-3).map(({ verb }) => verb)).toEqual(['create', 'patch', 'delete']);
});

test('to the DNS is asked for every record set: one that is emptied is deleted; a zone of the mother is hers', async () => {
  const { act, asked } = gate();
  const server = { endpoint: 'https://pdns', apiKey: 'k' } as never;
  const at = (system: 'dns' | 'mother', kind: string): Mutation => ({
    target: { system, kind, namespace: 'openova-system', name: 'omantel.omani.works.' },
    sentence: 'change the zone',
  });
  const set = (name: string, records: object[]) => ({ name, type: 'A', ttl: 60, records }) as never;
  await act(at('dns', 'RRset'), ({ powerDns }) =>
    powerDns(server).replace('omani.works', [set('a.', [{ content: '192.0.2.1' }]), set('b.', [])]),
  );
  expect(asked.slice(-2)).toMatchObject([
    { target: { system: 'dns', kind: 'RRset', name: 'a.', namespace: 'omani.works' }, verb: 'patch' },
    { target: { system: 'dns', kind: 'RRset', name: 'b.', namespace: 'omani.works' }, verb: 'delete' },
  ]);
  await act(at('mother', 'Zone'), ({ powerDns }) => powerDns(server).deleteZone('omantel.omani.works'));
  expect(asked.at(-1)).toMatchObject({
    target: { system: 'mother', kind: 'Zone', namespace: 'openova-system' },
    verb: 'delete',
  });
});

test('to a branch is a deletion when it is moved back to nothing', async () => {
  const { act, asked } = gate();
  const remote = { url: 'https://gitea/sovereign/fleet.git' } as never;
  const branch: Mutation = {
    target: { system: 'git', kind: 'branch', name: 'sovereign/fleet:main' },
    sentence: 'move it back',
  };
  await act(branch, ({ git }) => git.moveBack(remote, 'main', 'a', undefined as never)).catch(() => undefined);
  await act(branch, ({ git }) => git.moveBack(remote, 'main', 'a', 'b')).catch(() => undefined);
  expect(asked.flatMap(({ verb }) => verb ?? [])).toEqual(['delete', 'patch']);
});
