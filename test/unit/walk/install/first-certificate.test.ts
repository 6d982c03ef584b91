/** What comes before the first order at Let's Encrypt: a kept certificate that is still good, else one of the staging servers. */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type CertificateAndKey, issueCertificate } from '../../../../lab/src/certificates.js';
import type { KubeObject } from '../../../../src/kubernetes/client/kube.js';
import { fail } from '../../../../src/support/errors/errors.js';
import { keepPublicCertificate, publicCertificate } from '../../../../src/walk/credentials/kept-certificate.js';
import { firstCertificate } from '../../../../src/walk/install/first-certificate.js';
import { type FakeKube, fakeKube } from '../../../fakes/fake-kube.js';
import { omantel } from '../../../fakes/fake-world.js';
import { hurriedClock } from '../../../fakes/hurried-clock.js';
import { fakeContext, fakeWorld, wellBehaved } from '../rig.js';

const fqdn = 'omantel.omani.works';
const dnsNames = [fqdn, `*.${fqdn}`];
let authority: CertificateAndKey;
let good: CertificateAndKey;
let kube: FakeKube;
let deleted: string[];

beforeAll(async () => {
  authority = await issueCertificate({ commonName: 'an authority', isAuthority: true });
  good = await issueCertificate({ commonName: fqdn, dnsNames }, authority);
});
beforeEach(() => {
  deleted = [];
  kube = Object.assign(fakeKube(wellBehaved), {
    delete: async ({ kind, name }: { kind: string; name: string }) => {
      deleted.push(`${kind} ${name}`);
      return true;
    },
  });
});

async function rig({ server }: { server?: string } = {}) {
  const sovereign = omantel(
    {},
    { access: { caBundle: authority.certificate }, ...(server ? { acme: { server } } : {}) },
  );
  const made = await fakeWorld({ cluster: kube, sovereign, clock: hurriedClock() });
  const keep = ({ certificate, key }: CertificateAndKey) => {
    made.kept.set('generated/traefik/wildcard-tls/tls.crt', certificate);
    made.kept.set('generated/traefik/wildcard-tls/tls.key', key);
  };
  const world = {
    ...made.world,
    credentials: { ...made.world.credentials, find: async (name: string) => made.kept.get(name) },
  };
  return { ...made, world: world as typeof made.world, keep };
}

/** What the plan said, what was done, and what was applied. */
async function run(given: Awaited<ReturnType<typeof rig>>) {
  const first = firstCertificate(given.world);
  const planned = (await first.plan(kube)).map(({ sentence }) => sentence);
  const { context, done, told } = fakeContext(given.world);
  await first.run(context);
  expect(done).toEqual(planned);
  return { done, told };
}

test('without a kept one the same names are issued by the staging servers first, and nothing of it stays', async () => {
  const { done, told } = await run(await rig());
  expect(done).toEqual([
    'make the probe ClusterIssuer letsencrypt-staging',
    'make the probe Namespace catalyst-probes',
    'make the probe Certificate catalyst-probes/probe-wildcard',
    'remove the probe Certificate catalyst-probes/probe-wildcard',
    'remove the probe Secret catalyst-probes/probe-wildcard-tls',
  ]);
  const certificate = kube.objects.get('Certificate catalyst-probes/probe-wildcard') as KubeObject;
  expect(certificate.spec).toMatchObject({
    dnsNames,
    issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt-staging' },
  });
  expect(deleted).toEqual(['Certificate probe-wildcard', 'Secret probe-wildcard-tls']);
  expect(told.at(-1)).toContain('staging servers issued');
});

test('when staging issues nothing, production is not asked and the error says so', async () => {
  const { world } = await rig();
  const waitFor: FakeKube['waitFor'] = async (ref) => {
    if (ref.kind === 'Certificate') throw fail('E4003', 'Timed out: the challenge is invalid: NXDOMAIN.');
    return {} as never;
  };
  kube.waitFor = waitFor;
  await expect(firstCertificate(world).run(fakeContext(world).context)).rejects.toMatchObject({
    code: 'E4003',
    message: expect.stringMatching(
      /^Let's Encrypt's staging servers issued no certificate, so none was ordered at acme-v02.*NXDOMAIN/,
    ),
    actions: expect.arrayContaining([`dig +trace TXT _acme-challenge.${fqdn}`]),
  });
  expect(deleted).toContain('Secret probe-wildcard-tls');
});

test('a kept one that is still good is restored as cert-manager writes it, and nothing is ordered', async () => {
  const given = await rig();
  given.keep(good);
  const { done } = await run(given);
  expect(done).toEqual([
    expect.stringMatching(/^restore the kept certificate of .*, valid to .*, to Secret traefik\/wildcard-tls$/),
  ]);
  const secret = kube.objects.get('Secret traefik/wildcard-tls') as KubeObject;
  expect(secret).toMatchObject({
    type: 'kubernetes.io/tls',
    metadata: {
      annotations: {
        'cert-manager.io/issuer-name': 'letsencrypt-prod',
        'cert-manager.io/issuer-kind': 'ClusterIssuer',
        'cert-manager.io/issuer-group': 'cert-manager.io',
        'cert-manager.io/certificate-name': 'wildcard',
      },
    },
  });
  expect(Buffer.from(secret.data['tls.crt'], 'base64').toString()).toBe(good.certificate);
  // and then it is there
  expect(await firstCertificate(given.world).plan(kube)).toEqual([]);
});

test.each([
  ['is for other names', async () => issueCertificate({ commonName: 'x', dnsNames: [fqdn] }, authority)],
  [
    'has expired',
    async () =>
      issueCertificate(
        { commonName: 'x', dnsNames, notBefore: new Date('2020-01-01'), notAfter: new Date('2020-03-01') },
        authority,
      ),
  ],
  ['is of an authority that nobody trusts', async () => issueCertificate({ commonName: 'x', dnsNames })],
  ['has the key of another', async () => ({ ...good, key: authority.key })],
  ['is broken', async () => ({ certificate: '-----BEGIN CERTIFICATE-----\nx', key: 'x' })],
])('one that %s is not restored', async (_what, make) => {
  const given = await rig();
  given.keep(await make());
  expect((await run(given)).done).toContain('make the probe Certificate catalyst-probes/probe-wildcard');
});

test('an authority of your own has no staging servers: it is asked at once', async () => {
  expect((await run(await rig({ server: 'https://ca.example.org/acme/directory' }))).done).toEqual([]);
});

test('what was asked for is left to cert-manager', async () => {
  kube.put({ ...publicCertificate, metadata: { namespace: 'traefik', name: 'wildcard' }, spec: {} } as never);
  expect((await run(await rig())).done).toEqual([]);
});

test('what the cluster has is kept when it is good, a renewed one too, and what is not good is not', async () => {
  const { world, kept } = await rig();
  const issuerRef = { kind: 'ClusterIssuer', name: 'letsencrypt-prod' };
  kube.put({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { namespace: 'traefik', name: 'wildcard' },
    spec: { secretName: 'wildcard-tls', dnsNames, issuerRef },
  });
  const put = ({ certificate, key }: CertificateAndKey) => {
    const data = {
      'tls.crt': Buffer.from(certificate).toString('base64'),
      'tls.key': Buffer.from(key).toString('base64'),
    };
    kube.put({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'traefik', name: 'wildcard-tls' }, data });
  };
  const stored = () => kept.get('generated/traefik/wildcard-tls/tls.crt');
  put(good);
  expect(await keepPublicCertificate(world, kube)).toMatch(/GMT$/);
  expect(stored()).toBe(good.certificate);
  put(await issueCertificate({ commonName: fqdn, dnsNames }));
  expect(await keepPublicCertificate(world, kube)).toBeUndefined();
  expect(stored()).toBe(good.certificate);
  const renewed = await issueCertificate({ commonName: fqdn, dnsNames }, authority);
  put(renewed);
  await keepPublicCertificate(world, kube);
  expect(stored()).toBe(renewed.certificate);
});
