import { expect, it } from 'vitest';
import { issueCertificate } from '../../../../lab/src/certificates.js';
import { keepSealingKeys, keptFingerprints } from '../../../../src/walk/credentials/sealing-keys.js';
import { fakeKube } from '../../../fakes/fake-kube.js';
import { fakeWorld } from '../rig.js';

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function rig() {
  const cluster = fakeKube();
  const { world, kept } = await fakeWorld({ cluster });
  const addKey = async (name: string, day: number, state = 'active') => {
    const { certificate, key } = await issueCertificate({ commonName: 'sealed-secrets', rsa: true });
    cluster.put({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace: 'kube-system',
        labels: { 'sealedsecrets.bitnami.com/sealed-secrets-key': state },
        creationTimestamp: `2026-11-${day}T00:00:00Z`,
      },
      data: { 'tls.crt': base64(certificate), 'tls.key': base64(key) },
    });
    return { certificate, key };
  };
  return { world, kept, addKey };
}

it('every sealing key is kept, one that seals no more too, and a renewed one at the next look', async () => {
  const { world, kept, addKey } = await rig();
  const old = await addKey('key-old', 10, 'compromised');
  await addKey('key-new', 20);
  expect(await keepSealingKeys(world)).toEqual({ names: ['key-new', 'key-old'], added: ['key-new', 'key-old'] });
  expect(kept.get('generated/kube-system/key-old/tls.key')).toBe(old.key);
  expect(kept.get('generated/kube-system/key-old/tls.crt')).toBe(old.certificate);
  expect(await keepSealingKeys(world)).toEqual({ names: ['key-new', 'key-old'], added: [] });
  const renewed = await addKey('key-renewed', 30);
  expect(await keepSealingKeys(world)).toMatchObject({ added: ['key-renewed'] });
  expect(world.redactor.redact(renewed.key)).not.toContain(renewed.key.split('\n')[1]);
});

it('a copy that does not open what was sealed does not count as kept', async () => {
  const { world, kept, addKey } = await rig();
  await addKey('key', 10);
  await keepSealingKeys(world);
  const { key } = await keptFingerprints(world);
  expect(key?.store).toBe(key?.cluster);
  kept.set('generated/kube-system/key/tls.key', 'another');
  expect(await keptFingerprints(world)).toMatchObject({ key: { store: undefined } });
});
