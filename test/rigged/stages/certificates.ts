/** A Sovereign whose cert-manager issues and renews, as far as its parts are up, and whose public names show good certificates. */
import { issueCertificate } from '../../../lab/src/certificates.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { certificates } from '../../../src/verification/dod/checks/names.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { type FakeKube, fakeKube } from '../../fakes/fake-kube.js';
import { fakeContext, fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';

export interface CertificatesWorld {
  scope: Scope;
  cluster: FakeKube;
  /** What every public host shows. */
  shown: { authorized: boolean; subject: string; issuer: string; sans: string[] };
  /** What cert-manager can do. */
  issuing: { first: boolean; renewal: boolean; newKey: boolean };
  at(key: string): KubeObject;
}

const fqdn = 'omantel.omani.works';
const ready = { type: 'Ready', status: 'True' };

async function certificatesWorld(): Promise<CertificatesWorld> {
  const issuing = { first: true, renewal: true, newKey: true };
  let stored: string | undefined;
  const issue = async ({ spec, metadata }: KubeObject) => {
    if (stored === undefined || issuing.newKey)
      stored = (await issueCertificate({ commonName: spec.dnsNames[0], dnsNames: spec.dnsNames })).certificate;
    fake.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace: metadata.namespace, name: spec.secretName },
      data: { 'tls.crt': Buffer.from(stored).toString('base64') },
    });
  };
  const fake = fakeKube();
  const key = 'Certificate catalyst-probes/probe-renewal';
  const cluster: FakeKube = {
    ...fake,
    async apply(batch) {
      const made = await fake.apply(batch);
      for (const object of batch.filter(({ kind }) => kind === 'Certificate')) {
        if (issuing.first) await issue(object);
        fake.put({ ...object, status: issuing.first ? { revision: 1, conditions: [ready] } : {} });
      }
      return made;
    },
    async patch(_ref, { status }) {
      const object = fake.objects.get(key)!;
      const revision = object.status.revision;
      if (issuing.renewal) await issue(object);
      const renewed = issuing.renewal
        ? { revision: revision + 1, conditions: [ready] }
        : { revision, ...(status as object) };
      fake.put({ ...object, status: renewed });
      return object;
    },
    delete: async ({ kind, namespace, name }) => fake.objects.delete(`${kind} ${namespace}/${name}`),
  };
  const shown = { authorized: true, subject: `CN=${fqdn}`, issuer: 'CN=R3', sans: [`DNS:${fqdn}`, `DNS:*.${fqdn}`] };
  const { world } = await fakeWorld({
    cluster,
    http: async () => ({ status: 200, headers: {}, text: '', certificate: shown }) as never,
  });
  const tree = (await world.tree()).folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects));
  for (const object of tree)
    if (object.apiVersion === 'cert-manager.io/v1')
      fake.put({
        ...structuredClone(object),
        status: { conditions: [ready], renewalTime: '2027-01-01T00:00:00Z', revision: 1 },
      });
  const steps = [{ id: '#373', ticket: '#373' }];
  const proofs = new Map([['#373', Promise.resolve({ summary: 'the wildcard verifies', facts: {} })]]);
  const scope = { world, context: fakeContext(world).context, steps, proofs } as unknown as Scope;
  return { scope, cluster, shown, issuing, at: (name) => fake.objects.get(name)! };
}

export const onCertificates: Stage<CertificatesWorld> = {
  honest: certificatesWorld,
  judge: ({ scope }) => certificates(scope),
};
