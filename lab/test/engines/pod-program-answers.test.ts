import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import type { ReconcileContext } from '../../src/controllers/reconciler.js';
import { podProgram } from '../../src/engines/pods/pod-program.js';

const metadata = { namespace: 'web', name: 'web', labels: { 'app.kubernetes.io/name': 'web' } };
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: {} } as KubeObject;
const podOf = (uid: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { ...metadata, name: uid, uid },
  spec: {},
  status: { phase: 'Running' },
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A cluster whose clock stands still until `tick`. */
function cluster() {
  let pods: KubeObject[] = [podOf('one'), podOf('two')];
  let wake: (() => void)[] = [];
  const rechecked: string[] = [];
  const ended = new AbortController();
  const lab = {
    signal: ended.signal,
    clock: {
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          wake.push(resolve);
          signal?.addEventListener('abort', () => reject(signal.reason));
        }),
    },
    store: { list: () => pods },
    recheck: (kind: string) => void rechecked.push(kind),
  } as unknown as ReconcileContext;
  return {
    lab,
    rechecked,
    end: () => ended.abort(new Error('over')),
    have: (...names: string[]) => {
      pods = names.map(podOf);
    },
    tick: async () => {
      await settled();
      const due = wake;
      wake = [];
      for (const resolve of due) resolve();
      await settled();
    },
  };
}

test('its Pods are Ready while it answers, all of them, and it ends with the last', async () => {
  const { lab, rechecked, end, have, tick } = cluster();
  const [answers, told] = [[false, true, true, false, true], [] as string[]];
  const { rule, component } = podProgram({
    ...{ namespace: 'web', name: 'web' },
    start: async (pod) => {
      told.push(`start in ${pod.metadata.name}`);
      return { pid: 1, stop: async () => void told.push('stop') };
    },
    answers: async () => answers.shift() ?? true,
  });
  const ready = () => ['one', 'two'].map((uid) => component.unready!(podOf(uid), lab) === undefined);

  expect(ready()).toEqual([false, false]);
  const looked = rule.reconcile(deployment, lab);
  await tick();
  await looked;
  expect(ready()).toEqual([true, true]);
  await tick();
  expect({ ready: ready(), rechecked }).toEqual({ ready: [true, true], rechecked: [] });
  await tick();
  expect({ ready: ready(), rechecked }).toEqual({ ready: [false, false], rechecked: ['v1/Pod'] });
  await tick();
  expect({ ready: ready(), rechecked }).toEqual({ ready: [true, true], rechecked: ['v1/Pod', 'v1/Pod'] });

  have();
  await rule.reconcile(deployment, lab);
  expect({ ready: ready(), told }).toEqual({ ready: [false, false], told: ['start in one', 'stop'] });
  end();
});

test('of a program that nobody asks a Pod is Ready by itself', async () => {
  const { lab } = cluster();
  const { component } = podProgram({ namespace: 'web', name: 'web', start: async () => undefined });
  expect(component.unready!(podOf('one'), lab)).toBeUndefined();
});
