/** #373: the wildcard Certificate is Ready and its chain verifies against the authorities that a visitor trusts. */
import { secretValues } from '../../../kubernetes/secret-values.js';
import { brokenChain, namesOf, parseChain, rootsWith } from '../../../support/certificate-chain.js';
import { keepPublicCertificate, publicCertificate } from '../../credentials/kept-certificate.js';
import { isTrue } from '../cluster/provider-healthy.js';
import { disproved, type ProofOf } from '../proof.js';

export const wildcardVerifies: ProofOf = (world) => ({
  plan: () => [],
  async take() {
    const { fqdn, access } = world.sovereign.spec;
    const kube = await world.kube();
    const certificate = await kube.waitFor(publicCertificate, {
      reason: 'the wildcard Certificate Ready',
      timeoutMs: 600_000,
      look: (object) => {
        if (isTrue(object, 'Ready') && object) return { done: object.spec.secretName as string };
        const ready = (object?.status?.conditions ?? []).find((one: { type: string }) => one.type === 'Ready');
        return {
          pending: object ? `${ready?.reason ?? 'not observed yet'} ${ready?.message ?? ''}` : 'no Certificate yet',
        };
      },
    });
    const pem = await secretValues(kube, publicCertificate.namespace, String(certificate), ['tls.crt']);
    const chain = parseChain(pem['tls.crt']);
    const leaf = chain[0];
    if (!leaf) throw disproved('#373', 'a certificate in its Secret', 'none');
    const names = namesOf(leaf);
    for (const name of [fqdn, `*.${fqdn}`])
      if (!names.includes(name)) throw disproved('#373', `the name ${name}`, names.join(', '));
    const broken = brokenChain(chain, rootsWith(access.caBundle), world.clock.now());
    if (broken) throw disproved('#373', 'a chain that verifies', broken);
    // for a Sovereign that is built again: certificate authorities count what they issue
    await keepPublicCertificate(world, kube);
    return {
      summary: `*.${fqdn} by ${chain.at(-1)!.issuer.replace(/\n/g, ' ')}, valid to ${leaf.validTo}`,
      facts: { names, serial: leaf.serialNumber, validTo: leaf.validTo },
    };
  },
});
