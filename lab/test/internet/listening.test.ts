import { beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { type Cluster, listening } from '../../src/internet/listening.js';

const machine = (name: string, more: object = {}) => ({ name, isUp: true, programs: { '22/tcp': 22022 }, ...more });
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'traefik', namespace: 'traefik', uid: 'traefik' },
  spec: { selector: { app: 'traefik' }, ports: [{ name: 'web', port: 80, nodePort: 31080 }] },
};
const pod = (app: string, node: string, ready: boolean, ports: object[] = []): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${app}-${node}`, namespace: app, labels: { app }, ownerReferences: [{ name: app } as never] },
  spec: { nodeName: node, containers: [{ ports }] },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

let objects: KubeObject[];
let off: string[];
let cluster: Cluster;
beforeEach(() => {
  objects = [service];
  off = [];
  cluster = {
    lab: { store: { list: (kind: string) => objects.filter((one) => `v1/${one.kind}` === kind) } } as never,
    isOff: (node) => off.includes(node),
    program: ({ name, port }) =>
      new Map([
        ['traefik web', 8000],
        ['dnsdist 53', 5300],
      ]).get(`${name} ${port}`),
  };
});

const at = (node: string, port: number, protocol: 'tcp' | 'udp' = 'tcp', family: 4 | 6 = 4) =>
  listening(machine(node), cluster, { port, protocol, family });

test('a NodePort answers on every node while a Pod behind its Service is Ready, wherever that is', () => {
  expect(at('one', 31080)).toBe('refused');
  objects = [service, pod('traefik', 'two', false)];
  expect(at('one', 31080)).toBe('refused');
  objects = [service, pod('traefik', 'two', true)];
  expect(at('one', 31080)).toBe(8000);
  expect(at('two', 31080)).toBe(8000);
  // nobody listens on what the NodePort leads to
  expect(at('one', 80)).toBe('refused');
  expect(at('one', 31080, 'udp')).toBe('refused');
});

test('a NodePort leads to a Pod of a node that has just died, until the cluster knows', () => {
  objects = [service, pod('traefik', 'one', true), pod('traefik', 'two', true)];
  off = ['two'];
  expect(new Set([at('one', 31080), at('one', 31080)])).toEqual(new Set([8000, 'dropped']));
  objects = [service, pod('traefik', 'one', true), pod('traefik', 'two', false)];
  expect(new Set([at('one', 31080), at('one', 31080)])).toEqual(new Set([8000]));
});

test('with the traffic policy Local a node answers with its own Pod or not at all', () => {
  const local = { ...service, spec: { ...service.spec, externalTrafficPolicy: 'Local' } };
  objects = [local, pod('traefik', 'one', true)];
  expect(at('one', 31080)).toBe(8000);
  expect(at('two', 31080)).toBe('dropped');
});

test('a Pod that took a port of its node answers there alone, by that transport, while it is Ready', () => {
  const dns = [{ containerPort: 53, hostPort: 53, protocol: 'UDP' }];
  objects = [pod('dnsdist', 'one', true, dns)];
  expect(at('one', 53, 'udp')).toBe(5300);
  expect(at('one', 53)).toBe('refused');
  expect(at('two', 53, 'udp')).toBe('refused');
  objects = [pod('dnsdist', 'one', false, dns)];
  expect(at('one', 53, 'udp')).toBe('refused');
});

test('whoever puts a PROXY header before a connection reaches only what reads it', () => {
  objects = [service, pod('traefik', 'one', true)];
  const asked: (string | undefined)[] = [];
  const { program } = cluster;
  cluster.program = (of) => {
    asked.push(of.proxiedBy);
    return of.proxiedBy === '10.0.1.9' ? undefined : program(of);
  };
  const from = (port: number, proxiedBy: string) =>
    listening(machine('one'), cluster, { port, protocol: 'tcp', family: 4, proxiedBy });
  expect(from(31080, '10.0.1.2')).toBe(8000);
  expect(from(31080, '10.0.1.9')).toBe('refused');
  expect(from(22, '10.0.1.2')).toBe('refused');
  expect(asked).toEqual(['10.0.1.2', '10.0.1.9']);
});

test('over IPv6 only the programs of the machine answer, and a machine that is off says nothing', () => {
  objects = [service, pod('traefik', 'one', true)];
  expect(at('one', 22, 'tcp', 6)).toBe(22022);
  expect(at('one', 31080, 'tcp', 6)).toBe('refused');
  const dead = machine('one', { isUp: false });
  expect(listening(dead, cluster, { port: 22, protocol: 'tcp', family: 4 })).toBe('dropped');
  expect(listening(machine('one'), undefined, { port: 31080, protocol: 'tcp', family: 4 })).toBe('refused');
});
