import { expect, test } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { kubectlApply } from '../../../../src/kubernetes/client/kube-apply.js';
import { fail } from '../../../../src/support/errors/errors.js';
import type { RunRequest } from '../../../../src/tools/exec/exec.js';

const { signal } = new AbortController();
const clock = { now: () => new Date(0), sleep: async () => undefined };
const object = (kind: string, name: string): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name } });

/** Answers in turn; text is what kubectl prints, an error what it says on stderr. */
function kubectl(...turns: (string | Error)[]) {
  const runs: RunRequest[] = [];
  const exec = async (request: RunRequest) => {
    runs.push(request);
    const turn = turns.shift();
    if (turn === undefined) throw new Error('kubectl was not expected once more');
    if (turn instanceof Error) throw fail('E3002', turn.message, { data: { exitCode: 1, stderr: turn.message } });
    return { stdout: turn, stderr: '', exitCode: 0 };
  };
  return { runs, target: { exec, kubectl: '/bin/kubectl', kubeconfig: '/k', clock, signal } };
}

test('one process, objects over stdin, Namespaces and CRDs first', async () => {
  const list = { kind: 'List', items: [object('Namespace', 'n'), object('Secret', 's')] };
  const { runs, target } = kubectl(JSON.stringify(list));
  const objects = [object('Secret', 's'), object('CustomResourceDefinition', 'c'), object('Namespace', 'n')];
  expect(await kubectlApply(target, objects, { dryRun: true })).toEqual(list.items);
  expect(runs).toHaveLength(1);
  expect(runs[0]!.args).toEqual([
    '--kubeconfig',
    '/k',
    'apply',
    '--server-side',
    '--field-manager=catalyst',
    '--dry-run=server',
    '-o',
    'json',
    '-f',
    '-',
  ]);
  const sent = String(runs[0]!.stdin)
    .split('\n---\n')
    .map((text) => JSON.parse(text) as KubeObject);
  expect(sent.map(({ kind }) => kind)).toEqual(['Namespace', 'CustomResourceDefinition', 'Secret']);
});

test('a webhook that is not up yet and a server that is away are tried again', async () => {
  const answer = JSON.stringify(object('ConfigMap', 'c'));
  const { runs, target } = kubectl(
    new Error('Internal error occurred: failed calling webhook "x": connect: connection refused'),
    new Error('The connection to the server 127.0.0.1:6443 was refused - did you specify the right host or port?'),
    answer,
  );
  expect(await kubectlApply(target, [object('ConfigMap', 'c')], {})).toHaveLength(1);
  expect(runs).toHaveLength(3);
});

test('a refusal is told in the words of the server, at once', async () => {
  const words = 'Error from server (Forbidden): admission webhook "kyverno" denied the request: no';
  const { runs, target } = kubectl(new Error(words));
  await expect(kubectlApply(target, [object('ConfigMap', 'c')], {})).rejects.toMatchObject({
    code: 'E3102',
    message: expect.stringContaining(words),
    data: { conflict: false, ambiguous: false },
  });
  expect(runs).toHaveLength(1);
});

test('a conflict of field managers is not retried and says so', async () => {
  const { target } = kubectl(new Error('error: Apply failed with 1 conflict: conflict with "helm" using v1: .data.a'));
  await expect(kubectlApply(target, [object('ConfigMap', 'c')], {})).rejects.toMatchObject({
    data: { conflict: true },
    actions: [expect.stringContaining('--show-managed-fields')],
  });
});

test('what never passes ends with the last failure', async () => {
  const away = () => new Error('Unable to connect to the server: EOF');
  const { target, runs } = kubectl(...Array.from({ length: 7 }, away));
  await expect(kubectlApply(target, [object('ConfigMap', 'c')], {})).rejects.toMatchObject({ code: 'E3101' });
  expect(runs).toHaveLength(7);
});
