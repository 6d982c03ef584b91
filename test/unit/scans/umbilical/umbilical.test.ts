/** What an umbilical scan answers; the rigged Sovereigns are worlds of the battery (test/rigged/worlds/umbilical.ts). */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { possibleGrade } from '../../../../src/scans/grade.js';
import { isClean, openFindings } from '../../../../src/scans/scan.js';
import { scanUmbilical } from '../../../../src/scans/umbilical.js';
import { type Serving, sovereignKinds } from '../../../fakes/served-cluster.js';
import { harmless } from '../../../rigged/stages/tethers.js';
import { scannedWorld } from '../../../rigged/stages/umbilical.js';

async function scan(objects: readonly KubeObject[], serving: Serving = {}, spec: Record<string, unknown> = {}) {
  return scanUmbilical(await scannedWorld(objects, { serving, spec }));
}

describe('a Sovereign without a tether', () => {
  it('is clean, and every grade is possible', async () => {
    const result = await scan([]);
    expect(result.findings).toEqual([]);
    expect(result.looked.filter(({ ok }) => !ok)).toEqual([]);
    expect(possibleGrade(result)).toEqual({ grade: 'L3', blockers: [] });
  });

  it.each(harmless)('is clean with $what', async ({ objects }) => {
    const { findings } = await scan(objects);
    expect(findings.filter(({ grade }) => grade !== 'L3')).toEqual([]);
  });
});

describe('a tether', () => {
  it('in a Secret is told by its place and never by its content', async () => {
    const key = Buffer.from('hunter2 https://console.openova.io').toString('base64');
    const result = await scan([
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'a' }, data: { key } },
    ]);
    expect(result.findings).toMatchObject([
      { id: 'Secret a/s console.openova.io', what: 'holds a reference to console.openova.io in data.key' },
    ]);
    expect(JSON.stringify(result)).not.toMatch(/hunter2/);
  });
});

describe('what could not be looked at', () => {
  const answers = async (serving: Serving) =>
    (await scan([], serving)).looked.filter(({ ok }) => !ok).map(({ place, answer }) => ({ place, answer }));

  it('is told apart: forbidden, not served, no answer', async () => {
    expect(await answers({ forbidden: ['secrets'] })).toEqual([
      { place: 'secrets (v1) on the Sovereign', answer: 'forbidden' },
    ]);
    expect(await answers({ broken: ['a.example/v1'] })).toEqual([
      { place: 'kinds of a.example/v1 on the Sovereign', answer: 'could not look' },
    ]);
    const kinds = sovereignKinds.filter((kind) => !kind.endsWith(' HelmRepository'));
    expect(await answers({ kinds })).toEqual([
      { place: 'HelmRepository (source.toolkit.fluxcd.io) on the Sovereign', answer: 'not served' },
    ]);
  });

  it('leaves no grade possible', async () => {
    expect(possibleGrade(await scan([], { forbidden: ['secrets'] }))).toMatchObject({
      next: 'L1',
      blockers: [/secrets/],
    });
  });

  it('a value that unpacks to more than can be looked at', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64');
    const result = await scan([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b', namespace: 'a' }, binaryData: { bomb } },
    ]);
    expect(result.looked.filter(({ ok }) => !ok)).toMatchObject([
      { place: 'configmaps (v1) on the Sovereign', error: /unpacks to more than 32 MiB/ },
    ]);
  });
});

describe('a finding', () => {
  const url: KubeObject = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c', namespace: 'a' },
    data: { u: 'mail.openova.io' },
  };
  const id = 'ConfigMap a/c mail.openova.io';
  const accepted = (what: string, until: string) =>
    scan([url], {}, { independence: { accepted: [{ what, why: 'moves next month', until }] } });

  it('is accepted by the spec alone, by its exact id and until its day', async () => {
    expect(openFindings(await accepted(id, '2026-12-31'))).toEqual([]);
    expect(openFindings(await accepted(id, '90d'))).toEqual([]);
    expect(openFindings(await accepted('mail.openova.io', '2026-12-31'))).toHaveLength(1);
    const over = openFindings(await accepted(id, '2026-11-22'));
    expect(over).toMatchObject([{ id, what: /until 2026-11-22, which has passed/ }]);
  });

  it('counts a span from the handover', async () => {
    const world = await scannedWorld([url], {
      spec: { independence: { accepted: [{ what: id, why: 'w', until: '90d' }] } },
    });
    expect(openFindings(await scanUmbilical(world, { handedOverAt: new Date('2026-08-01') }))).toHaveLength(1);
    expect(openFindings(await scanUmbilical(world, { handedOverAt: new Date('2026-11-01') }))).toHaveLength(0);
  });

  it('of a higher grade than the spec asks for leaves the scan clean, and is told', async () => {
    const source: KubeObject = {
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'HelmRepository',
      metadata: { name: 'h', namespace: 'a' },
      spec: { url: 'oci://ghcr.io/openova-io' },
    };
    expect(isClean(await scan([source]))).toBe(true);
    expect(isClean(await scan([source], {}, { independence: { grade: 'L2' } }))).toBe(false);
    expect(possibleGrade(await scan([source]))).toMatchObject({ grade: 'L1', next: 'L2' });
  });
});

describe("what the Sovereign took from OpenOva's account into its own registry", () => {
  const own = 'harbor.omantel.omani.works/mirror/ghcr.io/openova-io/openova/catalyst-api';
  const release = (spec: object): KubeObject => ({
    ...{ apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: 'r', namespace: 'a' }, spec },
  });
  const replaced = (list: object) => release({ postRenderers: [{ kustomize: { images: [list] } }] });
  const names = async (object: KubeObject) => (await scan([object])).findings.map(({ id }) => id);
  const open = ['HelmRelease a/r ghcr.io/openova-io'];

  it('is its own, and so is the image that a release has replaced', async () => {
    expect(await names(release({ values: { image: own } }))).toEqual([]);
    expect(
      await names(release({ values: { url: 'http://gitea-http.gitea.svc.cluster.local:3000/openova-io/x' } })),
    ).toEqual([]);
    expect(await names(replaced({ name: 'ghcr.io/openova-io/openova/catalyst-api', newName: own }))).toEqual([]);
  });

  it('is not what only looks like it', async () => {
    expect(await names(replaced({ name: 'ghcr.io/openova-io/x', digest: 'sha256:1' }))).toEqual(open);
    expect(await names(replaced({ name: 'x', newName: 'ghcr.io/openova-io/x' }))).toEqual(open);
    expect(await names(release({ images: [{ name: 'ghcr.io/openova-io/x', newName: own }] }))).toEqual(open);
    expect(await names(release({ values: { image: `${own} ghcr.io/openova-io/x` } }))).toEqual(open);
    expect(await names(release({ values: { image: 'harbor.omantel.omani.works.example/openova-io/x' } }))).toEqual([
      'HelmRelease a/r harbor.omantel.omani.works.example/openova-io',
    ]);
  });
});

describe('the page', () => {
  it('is of 200 objects, and the last one is looked at', async () => {
    const many = Array.from(
      { length: 401 },
      (_, index): KubeObject => ({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: `c${index}`, namespace: 'a' },
        data: index === 400 ? { u: 'mail.openova.io' } : {},
      }),
    );
    const result = await scan(many);
    expect(result.findings.map(({ id }) => id)).toEqual(['ConfigMap a/c400 mail.openova.io']);
    expect(result.looked.find(({ place }) => place.startsWith('configmaps'))).toMatchObject({ count: 401 });
  });
});
