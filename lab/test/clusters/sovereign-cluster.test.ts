/** One Sovereign after another in the same lab: the second begins, although the first is still being taken apart. */
import { expect, test, vi } from 'vitest';
import type { SovereignOptions } from '../../src/clusters/sovereign-cluster.js';
import { createSovereignCluster } from '../../src/clusters/sovereign-cluster.js';

const started: string[] = [];
const ended: string[] = [];
const slow = Promise.withResolvers<boolean>();
vi.mock('../../src/clusters/first-server.js', () => ({
  filesOfServer: () => ({}),
  startFirstServer: ({ server, k3s }: { server: { name: string }; k3s: { token: string } }) => {
    started.push(server.name);
    const api = { port: 1, kubeconfig: () => '', close: async () => void ended.push(server.name) };
    const kube = { delete: () => slow.promise, apply: async () => ({}), close: () => undefined };
    const controllers = { stop: async () => undefined, lab: { recheck: () => undefined } };
    return { api, kube, controllers, token: k3s.token, stop: new AbortController() };
  },
}));
vi.mock('../../src/clusters/node-object.js', async (original) => ({
  ...(await original<object>()),
  registerNode: async () => undefined,
}));

const server = (id: number, name: string) =>
  ({ id, name, server_type: {}, public_net: { ipv4: null }, private_net: [] }) as never;
const userData = (config: string) =>
  `#cloud-config\nwrite_files:\n  - path: /etc/rancher/k3s/config.yaml\n    content: '${config}'\n`;

const options = {
  gates: { api: { lead: () => undefined, endpoint: '' } },
  ssh: { boot: () => undefined, off: () => undefined },
  balancers: () => [],
  onKubeconfig: () => undefined,
} as unknown as SovereignOptions;

test('a Sovereign that boots while the last server of another is still being deleted is not taken for a part of it', async () => {
  const cluster = createSovereignCluster(options);
  cluster.booted(server(1, 'throwaway-cp1'), userData('{token: one}'), []);
  cluster.booted(server(2, 'throwaway-w1'), userData('{token: one, server: "https://127.0.0.1:6443"}'), []);
  await cluster.idle();
  // the API server takes its time with the first Node
  cluster.deleted(server(2, 'throwaway-w1'));
  cluster.deleted(server(1, 'throwaway-cp1'));
  cluster.booted(server(3, 'omantel-cp1'), userData('{token: three}'), []);
  slow.resolve(true);
  await cluster.idle();
  expect({ started, ended }).toEqual({ started: ['throwaway-cp1', 'omantel-cp1'], ended: ['throwaway-cp1'] });
});
