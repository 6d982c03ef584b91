/** In which order a Sovereign comes up again, from its rendered tree, and what would keep it from doing so. */
import { describe, expect, it } from 'vitest';
import { showBlueprint } from '../../../../src/actions/blueprint/show.js';
import type { Blueprint } from '../../../../src/blueprints/catalog/blueprint.js';
import { lintTree } from '../../../../src/blueprints/lint/lint.js';
import { type Placed, placedObjects } from '../../../../src/blueprints/lint/placed.js';
import { renderTree } from '../../../../src/blueprints/render/render.js';
import { type StartNeed, startNeeds } from '../../../../src/blueprints/start-order/start-needs.js';
import { cycleText, startOrder } from '../../../../src/blueprints/start-order/start-order.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { blueprints, omantel } from '../rig.js';

async function needsOf(change: (placed: Placed) => Placed = (one) => one, profile: 'solo' | 'ha' = 'solo') {
  const [all, sovereign] = [await blueprints(), omantel(() => ({ profile }))];
  const placed = placedObjects(renderTree(sovereign, all), all).map(change);
  return startNeeds({ sovereign, blueprints: all, placed });
}

const between = (needs: readonly StartNeed[], from: string, to: string) =>
  needs.find((one) => one.from === from && one.to === to);

describe.each(['solo', 'ha'] as const)('the tree of %s', (profile) => {
  it('starts in waves, from the network up, with nothing in a circle', async () => {
    const needs = await needsOf(undefined, profile);
    const { waves, cycles } = startOrder(needs);
    expect(cycles.map(cycleText)).toEqual([]);
    const at = (name: string) => waves.findIndex((wave) => wave.includes(name));
    expect(waves[0]).toEqual(['bp-cilium']);
    for (const [first, second] of [
      ['Cluster gitea/gitea-pg', 'bp-gitea'],
      ['Cluster powerdns/pdns-pg', 'bp-powerdns'],
      ['Cluster keycloak/keycloak-pg', 'bp-keycloak'],
      ['Cluster harbor/harbor-pg', 'bp-harbor'],
      ['bp-valkey', 'bp-harbor'],
      ['bp-openbao', 'bp-external-secrets'],
      ['bp-powerdns', 'bp-cert-manager-powerdns-webhook'],
      ['bp-gitea', 'bp-flux'],
    ] as const)
      expect([at(first) >= 0, at(first) < at(second)], `${first} before ${second}`).toEqual([true, true]);
  });

  it('tells what must answer from what retrying heals', async () => {
    const needs = await needsOf(undefined, profile);
    expect(between(needs, 'bp-gitea', 'bp-flux')).toMatchObject({ hard: false });
    expect(between(needs, 'Cluster gitea/gitea-pg', 'bp-cnpg')).toMatchObject({ hard: false });
    expect(between(needs, 'bp-flux', 'bp-gitea')).toMatchObject({
      hard: true,
      path: expect.stringMatching(/source\.yaml: spec\.url$/),
    });
    expect(between(needs, 'bp-powerdns', 'Cluster powerdns/pdns-pg')).toMatchObject({ hard: true });
  });
});

const isRelease = ({ object }: Placed, name: string) => object.kind === 'HelmRelease' && object.metadata.name === name;

const withValues = (name: string, values: Record<string, unknown>) => (one: Placed) =>
  isRelease(one, name)
    ? {
        ...one,
        object: { ...one.object, spec: { ...one.object.spec, values: { ...one.object.spec.values, ...values } } },
      }
    : one;

const pulls = (pullPolicy: string) =>
  withValues('bp-harbor', { image: { repository: 'harbor.omantel.omani.works/library/core', pullPolicy } });

it('is part of what is shown of a Blueprint', async () => {
  const shown = await showBlueprint(await blueprints(), 'bp-external-secrets', omantel());
  expect(shown.startsAfter).toEqual(
    expect.arrayContaining([expect.stringMatching(/^bp-openbao \(calls openbao\.openbao\.svc\)$/)]),
  );
});

describe('a fabricated cycle', () => {
  it.each([
    [
      'a seal whose key OpenBao itself keeps',
      withValues('bp-openbao', {
        config: 'seal "transit" {\n  address = "http://openbao.openbao.svc.cluster.local:8200"\n}',
      }),
      'bp-openbao → bp-openbao (bp-openbao is unsealed by bp-openbao)',
    ],
    [
      'OpenBao that calls what reads its secrets',
      withValues('bp-openbao', { extra: 'http://openbao-gateway.external-secrets-system.svc' }),
      undefined,
    ],
    [
      'a registry that pulls its own image at each start, by its own public name',
      pulls('Always'),
      'bp-harbor → bp-harbor',
    ],
    [
      'Keycloak and Gitea that call each other',
      (one: Placed) =>
        withValues('bp-keycloak', { theme: 'http://gitea-http.gitea.svc:3000/theme.tgz' })(
          withValues('bp-gitea', { login: 'http://keycloak-http.keycloak.svc/realms' })(one),
        ),
      'bp-gitea → bp-keycloak → bp-gitea (bp-gitea calls keycloak-http.keycloak.svc; bp-keycloak calls gitea-http.gitea.svc)',
    ],
  ])('%s', async (_what, change, path) => {
    const { cycles } = startOrder(await needsOf(change));
    if (path === undefined) expect(cycles).toEqual([]);
    else expect(cycles.map(cycleText).join('\n')).toContain(path);
  });

  it('is none where the image is kept on the node, or a Job calls', async () => {
    expect(startOrder(await needsOf(pulls('IfNotPresent'))).cycles).toEqual([]);
    const asJob = (one: Placed): Placed =>
      one.blueprint === 'bp-openbao' && one.object.kind === 'ConfigMap'
        ? { ...one, object: { ...one.object, kind: 'CronJob', spec: { url: 'http://gitea-http.gitea.svc:3000' } } }
        : one;
    expect(between(await needsOf(asJob), 'bp-openbao', 'bp-gitea')).toMatchObject({ hard: false });
  });

  it('is an error of the lint that names its path, and places what begins it', async () => {
    const extra: KubeObject = {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra', namespace: 'openbao' } },
      data: { config: 'seal "transit" { address = "http://openbao.openbao.svc:8200" }' },
    };
    const change = (one: Blueprint): Blueprint =>
      one.name === 'bp-openbao'
        ? { ...one, documents: { ...one.documents, release: { ...one.documents.release, 'extra.yaml': [extra] } } }
        : one;
    const all = (await blueprints()).map(change);
    const sovereign = omantel();
    const findings = lintTree(renderTree(sovereign, all), sovereign, all);
    expect(findings.filter(({ rule }) => rule === 'start-order')).toMatchObject([
      {
        blueprint: 'bp-openbao',
        severity: 'error',
        path: expect.stringMatching(/bp-openbao\/extra\.yaml: data\.config$/),
        message: expect.stringContaining('bp-openbao → bp-openbao'),
      },
    ]);
  });
});
