import { describe, expect, it } from 'vitest';
import { compareFingerprints, type Fingerprint } from '../../../src/mother/fingerprint.js';
import { protectedPages, protection } from '../../../src/mother/protected-set.js';
import { sovereign } from '../handover/rig.js';

const protects = protection(sovereign());
const on = (kind: string, name: string, namespace?: string) =>
  protects({ target: { system: 'mother', kind, name, namespace } });

describe('protected set', () => {
  it.each(['sme', 'marketplace', 'website', 'talentmesh', 'stalwart', 'openova-system', 'tenant-bakkal', 'added'])(
    'refuses every write in %s',
    (namespace) => {
      expect(on('Deployment', 'x', namespace)).toMatch(/protected set/);
      expect(on('Namespace', namespace)).toMatch(/protected set/);
    },
  );

  it('lets the one zone of this Sovereign go, and no other', () => {
    expect(on('Zone', 'omantel.omani.works.', 'openova-system')).toBeUndefined();
    expect(on('Zone', 'omani.works.', 'openova-system')).toMatch(/protected set/);
  });

  it("refuses what is shared on the console's host, allows catalyst's own", () => {
    expect(on('Ingress', 'console-sovereign', 'catalyst')).toMatch(/shared with the SME demos/);
    expect(on('Secret', 'console-openova-tls', 'catalyst')).toMatch(/shared/);
    expect(on('Ingress', 'catalyst-sovereign-redirect-omantel-omani-works', 'catalyst')).toBeUndefined();
    expect(on('Deployment', 'catalyst-api', 'catalyst')).toBeUndefined();
  });

  it('refuses names outside the Sovereign, and the parent zone as a whole', () => {
    const dns = (kind: string, name: string) => protects({ target: { system: 'dns', kind, name } });
    expect(dns('RRset', 'ns1.omantel.omani.works.')).toBeUndefined();
    expect(dns('RRset', 'otech.omani.works')).toMatch(/does not belong/);
    expect(dns('Zone', 'omani.works')).toMatch(/does not belong/);
  });

  it('names the pages of the demos', () => {
    expect(protectedPages(sovereign())).toEqual([
      'https://console.openova.io/nova/',
      'https://marketplace.openova.io/',
      'https://admin.openova.io/nova/',
    ]);
  });
});

describe('fingerprints', () => {
  const print: Fingerprint = {
    at: '2026-11-22T10:00:00Z',
    objects: [
      { kind: 'Deployment', namespace: 'sme', name: 'console', uid: 'u', generation: 2, hash: 'a', readyReplicas: 1 },
    ],
    pages: [{ url: 'https://console.openova.io/nova/', status: 200, bodyHash: 'b' }],
  };
  it('are equal to themselves', () => expect(compareFingerprints(print, structuredClone(print))).toEqual([]));
  it('tell a changed page, a changed, a new and a missing object', () => {
    const after = structuredClone(print);
    after.pages[0]!.bodyHash = 'c';
    after.objects[0]!.generation = 3;
    after.objects.push({ kind: 'Ingress', namespace: 'sme', name: 'new', hash: 'x' });
    expect(compareFingerprints(print, after).map((one) => one.what)).toEqual([
      'Deployment sme/console generation',
      'Ingress sme/new',
      'https://console.openova.io/nova/ bodyHash',
    ]);
    expect(compareFingerprints(print, { ...print, objects: [] })[0]).toMatchObject({ after: 'gone' });
  });
});
