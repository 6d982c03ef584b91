import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issueCertificate } from '../../src/certificates.js';

const notBefore = new Date('2026-01-01T00:00:00Z');
const notAfter = new Date('2036-01-01T00:00:00Z');

describe('certificates of the lab', () => {
  it('are signed by the root that was given, and by no other', async () => {
    const root = await issueCertificate({ commonName: 'Lab Root', isAuthority: true, notBefore, notAfter });
    const other = await issueCertificate({ commonName: 'Other Root', isAuthority: true, notBefore, notAfter });
    const leaf = await issueCertificate(
      { commonName: 'a.test', dnsNames: ['a.test', '*.a.test'], ipAddresses: ['127.0.0.1'], notBefore, notAfter },
      root,
    );
    const seen = new X509Certificate(leaf.certificate);
    expect(seen.verify(new X509Certificate(root.certificate).publicKey)).toBe(true);
    expect(seen.verify(new X509Certificate(other.certificate).publicKey)).toBe(false);
    expect(seen.checkHost('b.a.test')).toBe('*.a.test');
    expect(seen.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(seen.ca).toBe(false);
  });
});
