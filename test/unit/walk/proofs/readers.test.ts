/** The pure parts of the proofs: what they call good, and what they must not. */
import { constants, createDecipheriv, generateKeyPairSync, privateDecrypt, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { issueCertificate } from '../../../../lab/src/certificates.js';
import { seal } from '../../../../src/blueprints/render/seal.js';
import { notRolledOut } from '../../../../src/kubernetes/rollout.js';
import { judgeRelease } from '../../../../src/kubernetes/wait-for-release.js';
import { brokenChain } from '../../../../src/support/certificate-chain.js';
import type { DnsAnswer } from '../../../../src/tools/dns/dns.js';
import { holdsValue } from '../../../../src/walk/proofs/holds-value.js';
import { glueOf } from '../../../../src/walk/proofs/network/delegation-holds.js';
import { serialOf } from '../../../../src/walk/proofs/network/zone-answers.js';

const answer = (more: Partial<DnsAnswer>): DnsAnswer => ({
  rcode: 'NOERROR',
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
  ...more,
});
const ns = (data: string) => ({ name: 'omantel.omani.works', type: 'NS', ttl: 60, data });
const a = (name: string, data: string) => ({ name, type: 'A', ttl: 60, data });

test('a referral without glue, or without NS, is no delegation', () => {
  const good = answer({
    authorities: [ns('ns1.omantel.omani.works')],
    additionals: [a('ns1.omantel.omani.works', '203.0.113.9')],
  });
  expect(glueOf(good, 'omantel.omani.works', 'ns1.openova.io')).toEqual(['203.0.113.9']);
  expect(() => glueOf(answer({ authorities: [ns('ns1.omantel.omani.works')] }), 'omantel.omani.works', 'p')).toThrow(
    /glue for ns1/,
  );
  expect(() => glueOf(answer({ rcode: 'NXDOMAIN' }), 'omantel.omani.works', 'p')).toThrow(/NXDOMAIN/);
});

test('a SOA counts only with authority and for the very zone', () => {
  const soa = { name: 'omantel.omani.works', type: 'SOA', ttl: 60, data: { serial: 7 } };
  expect(serialOf(answer({ authoritative: true, answers: [soa] }), 'omantel.omani.works')).toBe(7);
  expect(serialOf(answer({ authoritative: false, answers: [soa] }), 'omantel.omani.works')).toBeUndefined();
  expect(
    serialOf(answer({ authoritative: true, answers: [{ ...soa, name: 'omani.works' }] }), 'omantel.omani.works'),
  ).toBeUndefined();
});

test('a chain verifies only under a root that is trusted, in order, and in time', async () => {
  const validity = { notBefore: new Date('2026-01-01'), notAfter: new Date('2028-01-01') };
  const authority = (commonName: string) => issueCertificate({ commonName, isAuthority: true, ...validity });
  const [ours, theirs] = [await authority('ours'), await authority('theirs')];
  const leaf = async (issuer: typeof ours) => {
    const made = await issueCertificate({ commonName: 'x', dnsNames: ['omantel.omani.works'], ...validity }, issuer);
    return new X509Certificate(made.certificate.split(/(?<=-----END CERTIFICATE-----\n)/)[0]!);
  };
  const now = new Date('2027-01-01');
  const [mine, other] = [await leaf(ours), await leaf(theirs)];
  const root = (made: typeof ours) => [new X509Certificate(made.certificate)];
  expect(brokenChain([mine], root(ours), now)).toBeUndefined();
  expect(brokenChain([mine], root(theirs), now)).toMatch(/no trusted authority/);
  expect(brokenChain([mine], root(ours), new Date('2099-01-01'))).toMatch(/expired/);
  expect(brokenChain([mine, other], root(theirs), now)).toMatch(/not signed by/);
});

test('what is sealed opens with the private key for this namespace and name only', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const open = (sealed: string, label: string) => {
    const data = Buffer.from(sealed, 'base64');
    const length = data.readUInt16BE(0);
    const session = privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: Buffer.from(label) },
      data.subarray(2, 2 + length),
    );
    const box = data.subarray(2 + length);
    const decipher = createDecipheriv('aes-256-gcm', session, Buffer.alloc(12));
    decipher.setAuthTag(box.subarray(-16));
    return Buffer.concat([decipher.update(box.subarray(0, -16)), decipher.final()]).toString();
  };
  const sealed = seal(publicKey, 'ns', 'name', 'secret value');
  expect(open(sealed, 'ns/name')).toBe('secret value');
  expect(() => open(sealed, 'ns/other')).toThrow();
});

test('a rollout is not done while the controller has not observed it, Pods are old, or none is wanted', () => {
  const deployment = { kind: 'Deployment' as const, namespace: 'n', name: 'd' };
  const object = (generation: number, spec: object, status: object) => ({
    apiVersion: 'apps/v1',
    kind: 'x',
    metadata: { name: 'd', generation },
    spec,
    status,
  });
  expect(notRolledOut(deployment, undefined)).toMatch(/does not exist/);
  expect(
    notRolledOut(deployment, object(2, {}, { observedGeneration: 1, updatedReplicas: 1, readyReplicas: 1 })),
  ).toMatch(/has not observed it/);
  expect(
    notRolledOut(
      deployment,
      object(1, { replicas: 2 }, { observedGeneration: 1, updatedReplicas: 2, readyReplicas: 1 }),
    ),
  ).toMatch(/1\/2 ready/);
  expect(
    notRolledOut(
      deployment,
      object(1, { replicas: 2 }, { observedGeneration: 1, updatedReplicas: 2, readyReplicas: 2 }),
    ),
  ).toBeUndefined();
  const daemonSet = { ...deployment, kind: 'DaemonSet' as const };
  expect(notRolledOut(daemonSet, object(1, {}, { observedGeneration: 1, desiredNumberScheduled: 0 }))).toMatch(/0\/0/);
});

test('a release is Ready only at its own generation, and a stalled one ends the wait', () => {
  const ref = { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', namespace: 'flux-system', name: 'r' };
  const release = (observedGeneration: number, ...conditions: object[]) => ({
    ...ref,
    metadata: { name: 'r', generation: 2 },
    spec: {},
    status: { observedGeneration, conditions },
  });
  const ready = { type: 'Ready', status: 'True' };
  expect(judgeRelease(ref, release(2, ready))).toHaveProperty('done');
  expect(judgeRelease(ref, release(1, ready))).toHaveProperty('pending');
  const stalled = { type: 'Stalled', status: 'True', reason: 'RetriesExceeded', message: 'no such image' };
  expect(() => judgeRelease(ref, release(2, stalled))).toThrow(/no such image/);
  expect(() => judgeRelease(ref, { ...release(2, ready), spec: { suspend: true } })).toThrow(/suspended/);
});

test('the value that a killed proof left in the Secret is waited out, not held against the Sovereign', () => {
  const secret = (value: string) => ({
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'probe-external' } },
    data: { value: Buffer.from(value).toString('base64') },
  });
  expect(holdsValue(undefined, 'new')).toEqual({ pending: 'no Secret yet' });
  expect(holdsValue(secret('old'), 'new')).toEqual({ pending: expect.stringContaining('earlier proof') });
  expect(holdsValue(secret('new'), 'new')).toEqual({ done: true });
});
