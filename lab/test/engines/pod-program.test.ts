import { beforeEach, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { ReconcileContext } from '../../src/controllers/reconciler.js';
import { podProgram } from '../../src/engines/pods/pod-program.js';

const labels = { 'pkg.test/function': 'patching', 'pkg.test/revision': 'patching-1' };
const deployment = (name: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'a', name },
  spec: { template: { metadata: { labels: { ...labels, 'pkg.test/revision': name } } } },
});
const pod = (uid: string, phase = 'Running'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'a', name: uid, uid, labels },
  spec: {},
  status: { phase },
});

let pods: KubeObject[];
let said: string[];
const lab = { store: { list: () => pods } } as unknown as ReconcileContext;
const program = () =>
  podProgram({
    ...{ namespace: 'a', name: 'patching' },
    labels: { name: 'pkg.test/function', deployment: 'pkg.test/revision' },
    start: async ({ metadata }) => {
      said.push(`start ${metadata.uid}`);
      return { pid: 1, stop: async () => void said.push(`stop ${metadata.uid}`) };
    },
  });
beforeEach(() => {
  pods = [];
  said = [];
});

test('where Deployments are named anew, their Pods say which is whose, and each Pod has a program of its own', async () => {
  const { rule, isRunning } = program();
  expect(rule.also?.['v1/Pod']?.(pod('x'), lab)).toEqual(['a/patching-1']);
  await rule.reconcile(deployment('patching-1'), lab);
  expect(said).toEqual([]);
  pods = [pod('one')];
  await rule.reconcile(deployment('patching-1'), lab);
  await rule.reconcile(deployment('patching-1'), lab);
  expect([said, isRunning(pods[0]!)]).toEqual([['start one'], true]);
  pods = [pod('two', 'Pending')];
  await rule.reconcile(deployment('patching-2'), lab);
  expect(said).toEqual(['start one', 'stop one']);
  pods = [pod('two')];
  await rule.reconcile(deployment('patching-2'), lab);
  expect(said).toEqual(['start one', 'stop one', 'start two']);
});

test('a Deployment of another program is none of its', async () => {
  const { rule } = program();
  pods = [pod('one')];
  const other = deployment('other');
  other.spec.template.metadata.labels = { 'pkg.test/provider': 'patching' };
  await rule.reconcile(other, lab);
  expect(said).toEqual([]);
});
