import { expect, it } from 'vitest';
import { placedObjects } from '../../../../src/blueprints/lint/placed.js';
import { createServerDryRun, type DryRunServer } from '../../../../src/blueprints/lint/server-dry-run.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import type { ApplyOptions, KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { blueprints, omantel } from '../rig.js';

interface Sent {
  objects: readonly KubeObject[];
  options: ApplyOptions | undefined;
}

/** A server with these namespaces, every kind but `without`, which refuses objects of that name. */
function server(kinds: readonly string[], { namespaces = [] as string[], without = [] as string[], refuses = '' }) {
  const sent: Sent[] = [];
  const kube: DryRunServer['kube'] = {
    tryApply: async (objects, options) => {
      sent.push({ objects, options });
      const bad = objects.find(({ metadata }) => metadata.name === refuses);
      if (bad) throw fail('E3102', `Kubernetes refused an apply: ${bad.kind} is invalid`);
      return [...objects];
    },
    list: async () => namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    raw: async (path) =>
      without.some((group) => path.includes(group))
        ? { status: 404, body: '' }
        : {
            status: 200,
            body: JSON.stringify({ resources: kinds.map((kind) => ({ kind, name: kind.toLowerCase() })) }),
          },
  };
  return { kube, sent };
}

async function ask(options: Parameters<typeof server>[1], isProtected = (_: string) => false, only = 'bp-powerdns') {
  const all = await blueprints();
  const tree = renderTree(omantel(), all);
  const { kube, sent } = server([...new Set(placedObjects(tree, all).map(({ object }) => object.kind))], options);
  const dryRun = createServerDryRun({ kube, isProtected });
  const result = await dryRun(tree, all, ({ blueprint }) => blueprint === only);
  return { ...result, sent };
}

it('is given nothing by which something could be stored, and shows all that there is', async () => {
  const { rows } = await ask({ namespaces: ['powerdns', 'flux-system'] });
  expect(rows.length).toBeGreaterThan(5);
});

it('shows what has no namespace there in default, and says so', async () => {
  const { sent, rows } = await ask({ namespaces: ['flux-system'] });
  const states = new Set(
    rows.map(({ object, state }) => `${object.includes(' powerdns/') ? 'own' : 'other'} ${state}`),
  );
  expect(states).toContain('own accepted-elsewhere');
  expect(states).not.toContain('own accepted');
  expect(sent.flatMap(({ objects }) => objects).every(({ metadata }) => metadata.namespace !== 'powerdns')).toBe(true);
});

it('names objects whose kind is not served and who brings it', async () => {
  const { findings, sent } = await ask({ namespaces: ['powerdns'], without: ['cnpg'] });
  expect(findings.map(({ rule, severity, remedy }) => [rule, severity, remedy.split(' ')[0]])).toEqual([
    // a Cluster and its ScheduledBackup, for PowerDNS and for the pool-domain-manager
    ...Array.from({ length: 4 }, () => ['server-kind', 'warning', 'bp-cnpg']),
  ]);
  expect(sent.flatMap(({ objects }) => objects).some(({ kind }) => kind === 'Cluster')).toBe(false);
});

it('tells which object of a folder was refused, in the words of the server', async () => {
  const { findings, rows } = await ask({ namespaces: ['powerdns', 'flux-system'], refuses: 'dnsdist' });
  expect(rows.filter(({ state }) => state === 'refused').every(({ object }) => object.endsWith('/dnsdist'))).toBe(true);
  expect(findings[0]).toMatchObject({
    rule: 'server',
    severity: 'error',
    message: expect.stringMatching(/is invalid/),
  });
  expect(rows.filter(({ state }) => state === 'accepted').length).toBeGreaterThan(3);
});

it('sends nothing at all toward a protected namespace', async () => {
  const { rows, sent } = await ask({ namespaces: ['powerdns'] }, (namespace) => namespace === 'powerdns');
  expect(rows.filter(({ state }) => state === 'protected').length).toBeGreaterThan(3);
  const spaces = sent
    .flatMap(({ objects }) => objects)
    .flatMap(({ kind, metadata }) => (kind === 'Namespace' ? metadata.name : metadata.namespace));
  expect(spaces).not.toContain('powerdns');
});
