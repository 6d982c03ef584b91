/** What holds the journal against the request log finds a line that is missing on either side, whichever it is. */
import { describe, expect, test } from 'vitest';
import type { LoggedLine } from '../../../lab/src/requests/request-log.js';
import type { JournalEntry } from '../../../src/engine/journal-entry.js';
import type { Target } from '../../../src/engine/mutation.js';
import { attribute } from '../../lab/attribution.js';
import { placesOf } from '../../lab/declared-writes.js';
import { pluralOf, writesOf } from '../../lab/seen-writes.js';

const run = '0105f7fc57c9';
const at = (second: number) => new Date(Date.UTC(2026, 10, 29, 20, 0, second)).toISOString();

/** A change from its second 2·n to 2·n+1; its writes come between. */
function change(n: number, target: Target, sentence: string, end: 'ok' | 'fail' = 'ok'): JournalEntry[] {
  const common = {
    v: 1 as const,
    prev: '',
    run,
    by: 'ada@desk',
    op: `op${n}`,
    step: 's',
    target,
    inputs: { sentence },
  };
  return [
    { ...common, seq: 2 * n, kind: 'begin', at: at(2 * n) },
    { ...common, seq: 2 * n + 1, kind: end, at: at(2 * n + 1) },
  ];
}

function write(n: number, server: string, method: string, object: string, userAgent = 'catalyst/0.1.0'): LoggedLine {
  return { at: at(2 * n), server, method, path: '/', userAgent, status: 200, mutating: true, object };
}

const sovereign = (kind: string, name: string, namespace?: string): Target => ({
  ...{ system: 'sovereign', kind, name },
  ...(namespace ? { namespace } : {}),
});
const kubernetes = 'kubernetes/sovereign';

/** Each change with what it writes. */
const story: [JournalEntry[], LoggedLine[]][] = [
  [
    change(0, { system: 'hetzner', kind: 'server', name: 'cp1' }, 'create server cp1'),
    [write(0, 'hetzner', 'POST', 'server cp1', 'hcloud-js/1.4.1')],
  ],
  [
    change(
      1,
      { system: 's3', kind: 'Bucket', name: 'harbor' },
      'write, read and delete a probe object in bucket harbor',
    ),
    [
      write(1, 's3', 'PUT', `object harbor/.catalyst-probe-${run}`),
      write(1, 's3', 'DELETE', `object harbor/.catalyst-probe-${run}`),
    ],
  ],
  [
    change(
      2,
      sovereign('Folder', 'bp-valkey'),
      'apply clusters/a.b.c/bp-valkey: Namespace valkey, HelmRelease f/bp-valkey',
    ),
    [
      write(2, kubernetes, 'PATCH', 'Namespace/valkey', 'kubectl/v1.35.2'),
      write(2, kubernetes, 'PATCH', 'HelmRelease/f/bp-valkey', 'kubectl/v1.35.2'),
    ],
  ],
  [
    change(
      3,
      { system: 'mother', kind: 'Job', namespace: 'c', name: 'inventory' },
      'run a short Job in c on the mother',
    ),
    [
      write(3, 'kubernetes/mother', 'POST', `jobs c/inventory-${run.slice(0, 8)}`),
      write(3, 'kubernetes/mother', 'DELETE', `jobs c/inventory-${run.slice(0, 8)}`),
    ],
  ],
  // two changes of one object at the same time
  [
    change(4, sovereign('Namespace', 'probes'), 'make the probe Namespace probes'),
    [write(4, kubernetes, 'PATCH', 'Namespace/probes')],
  ],
  [
    change(4, sovereign('Namespace', 'probes'), 'make the probe Namespace probes').map((entry) => ({
      ...entry,
      seq: entry.seq + 100,
      op: 'other',
    })),
    [write(4, kubernetes, 'PATCH', 'Namespace/probes')],
  ],
];

const entries = story.flatMap(([changes]) => changes);
const lines = story.flatMap(([, writes]) => writes);
const compare = (journal: readonly JournalEntry[], log: readonly LoggedLine[]) =>
  attribute(writesOf(log.map((line) => JSON.stringify(line)).join('\n')), placesOf(journal));
const nothing = { unjournaled: [], unseen: [] };

describe('journal and requests', () => {
  test('agree', () => {
    expect(compare(entries, lines)).toEqual(nothing);
  });

  test.each(lines.map((line, index) => [index, line.object] as const))(
    'without request %i (%s) one change is of nothing',
    (missing) => {
      const { unjournaled, unseen } = compare(entries, lines.toSpliced(missing, 1));
      expect([unjournaled.length, unseen.length]).toEqual([0, 1]);
    },
  );

  test.each(story.map(([changes, writes], index) => [index, changes[0]!.inputs?.['sentence'], writes.length] as const))(
    'without change %i (%s) its writes belong to nobody',
    (missing, _sentence, writes) => {
      const { unjournaled, unseen } = compare(
        story.toSpliced(missing, 1).flatMap(([changes]) => changes),
        lines,
      );
      expect([unjournaled.length, unseen.length]).toEqual([writes, 0]);
    },
  );

  test.each([
    ['a second time', write(0, 'hetzner', 'POST', 'server cp1')],
    ['of another object', write(0, 'hetzner', 'POST', 'server cp2')],
    ['in another direction', write(0, 'hetzner', 'DELETE', 'server cp1')],
    ['at another time', write(5, 'hetzner', 'POST', 'server cp1')],
    ['on another cluster', write(4, 'kubernetes/mother', 'PATCH', 'Namespace/probes')],
    ['by a server that nobody thought of', write(0, 'pigeons', 'POST', 'server cp1')],
  ])('a write %s belongs to nobody', (_what, line) => {
    const { unjournaled, unseen } = compare(entries, [...lines, line]);
    expect([unjournaled.length, unseen.length]).toEqual([1, 0]);
  });

  test('what failed may have written or not; what the lab does itself, what is refused and what only asks is no write', () => {
    const failed = change(6, { system: 'hetzner', kind: 'server', name: 'w1' }, 'create server w1', 'fail');
    const written = write(6, 'hetzner', 'POST', 'server w1');
    expect(compare([...entries, ...failed], lines)).toEqual(nothing);
    expect(compare([...entries, ...failed], [...lines, written])).toEqual(nothing);
    const none: LoggedLine[] = [
      { ...written, userAgent: 'lab-flux/1' },
      { ...written, userAgent: 'aws-sdk-js/3 ua/2.1 app/lab-component' },
      { ...written, status: 409 },
      { ...written, mutating: false },
      { ...written, server: 'ingress', path: '/realms/sovereign/protocol/openid-connect/token' },
    ];
    expect(compare(entries, [...lines, ...none])).toEqual(nothing);
  });

  test('kinds are known by their resource', () => {
    const kinds = ['Secret', 'secrets', 'Ingress', 'ingresses', 'NetworkPolicy', 'networkpolicies', 'Gateway'];
    expect(kinds.map(pluralOf)).toEqual([
      ...['secrets', 'secrets', 'ingresses', 'ingresses', 'networkpolicies', 'networkpolicies', 'gateways'],
    ]);
  });
});

describe('what Helm writes', () => {
  const object = (kind: string, name: string, namespace?: string) => ({
    ...{ apiVersion: 'v1', kind },
    metadata: { name, namespace },
  });
  const releases = new Map([
    [
      'kube-system/cilium',
      { rendered: [object('ClusterRole', 'cilium'), object('ConfigMap', 'cilium-config')], crds: [] },
    ],
  ]);
  const journal = change(7, sovereign('Release', 'cilium', 'kube-system'), 'install Helm release cilium');
  const helm = (name: string) => write(7, kubernetes, 'POST', name, 'Helm/4.1.0');
  const own = [
    helm('Secret/kube-system/sh.helm.release.v1.cilium.v1'),
    helm('ClusterRole/cilium'),
    helm('ConfigMap/kube-system/cilium-config'),
  ];
  const held = (log: readonly LoggedLine[]) =>
    attribute(writesOf(log.map((line) => JSON.stringify(line)).join('\n')), placesOf(journal, releases));

  test('is what its release recorded', () => {
    expect(held(own)).toEqual(nothing);
  });

  test.each(['ConfigMap/kube-system/other', 'ConfigMap/elsewhere/cilium-config', 'ClusterRole/cilium-2'])(
    'is not %s, at the same time',
    (name) => {
      expect(held([...own, helm(name)]).unjournaled).toHaveLength(1);
    },
  );

  test('is all of that', () => {
    expect(held(own.slice(0, 2)).unseen).toHaveLength(1);
  });
});
