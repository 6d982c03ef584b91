/** After the walk: certificates by the real cert-manager, from an ACME authority that looks for the record in the Sovereign's zone. */
import { X509Certificate } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findEngines } from '../../../lab/src/engines/build/cache.js';
import { hasCertificates } from '../../../lab/src/engines/real-parts.js';
import type { Catalyst, LabInfo } from '../../lab/catalyst.js';
import { apply, fqdn, isRunning, kubectl, kubectlText, rootOfAcme, until } from '../rig.js';

const isIssued = hasCertificates(findEngines(process.env));

export function certificates(catalyst: () => Catalyst, lab: () => LabInfo): void {
  describe.runIf(isIssued)('certificates', () => {
    const challenge = `_acme-challenge.${fqdn}`;
    const wildcard = ['-n', 'traefik', 'certificate', 'wildcard'];
    const revision = () =>
      kubectlText(lab().kubeconfigs.sovereign, ['get', ...wildcard, '-o', 'jsonpath={.status.revision}']);
    const chain = async () => {
      const secret = ['get', 'secret', 'wildcard-tls', '-n', 'traefik', '-o', 'jsonpath={.data.tls\\.crt}'];
      const pem = Buffer.from(await kubectlText(lab().kubeconfigs.sovereign, secret), 'base64').toString();
      return pem
        .split(/(?=-----BEGIN)/)
        .filter((part) => part.includes('BEGIN'))
        .map((part) => new X509Certificate(part));
    };
    const records = async () => {
      const resolver = new Resolver({ timeout: 5000, tries: 1 });
      resolver.setServers([`${lab().endpoints['sovereignDns']}`]);
      return resolver.resolveTxt(challenge).catch((error: { code: string }) => error.code);
    };

    test("the wildcard is signed by the ACME authority, which found the solver's record in the Sovereign's zone", async () => {
      const names = ['cert-manager', 'cert-manager-webhook', 'cert-manager-cainjector', 'cert-manager-webhook-pdns'];
      for (const name of names) expect(isRunning(lab(), name), name).toBe(true);
      const root = await rootOfAcme(lab());
      const [leaf, intermediate] = await chain();
      expect(intermediate!.subject).toMatch(/^CN=Pebble Intermediate CA/);
      expect(intermediate!.verify(root.publicKey)).toBe(true);
      expect(leaf!.verify(intermediate!.publicKey)).toBe(true);
      expect(leaf!.subjectAltName?.split(', ').sort()).toEqual([`DNS:*.${fqdn}`, `DNS:${fqdn}`]);
      const { items } = await kubectl<{ items: { status: { state: string } }[] }>(lab().kubeconfigs.sovereign, [
        ...['get', 'orders.acme.cert-manager.io', '-n', 'traefik'],
      ]);
      expect(items.map(({ status }) => status.state)).toContain('valid');
      // the authority asks by TCP, cert-manager itself by UDP
      const asked = readFileSync(lab().requestLog, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"dns-resolver"') && line.includes(`/${challenge}/TXT?tcp`))
        .map((line) => (JSON.parse(line) as { status: number }).status);
      expect(asked).toContain(0);
      expect(await records()).toMatch(/ENOTFOUND|ENODATA/);
    });

    test('renewed, it is another one of the same authority, and nothing is left in the zone', async () => {
      const [before, [old]] = [await revision(), await chain()];
      await renew(lab().kubeconfigs.sovereign, wildcard);
      await until(async () => (await revision()) !== before);
      const [leaf, intermediate] = await chain();
      expect(leaf!.serialNumber).not.toBe(old!.serialNumber);
      expect(intermediate!.verify((await rootOfAcme(lab())).publicKey)).toBe(true);
      await until(async () => /ENOTFOUND|ENODATA/.test(`${await records()}`));
    });

    test("cert-manager's own webhook judges, by the authority that cainjector put in", async () => {
      const wanted = certificate('short', { dnsNames: [`short.${fqdn}`], duration: '30m' });
      const words =
        /webhook "webhook\.cert-manager\.io" denied the request: .*certificate duration must be greater than/;
      await expect(apply(lab().kubeconfigs.sovereign, wanted)).rejects.toThrow(words);
      const ca = ['get', 'secret', '-n', 'cert-manager', 'cert-manager-webhook-ca', '-o', 'jsonpath={.data.ca\\.crt}'];
      const bundle = '-o=jsonpath={.webhooks[0].clientConfig.caBundle}';
      const given = await kubectlText(lab().kubeconfigs.sovereign, ca);
      for (const kind of ['validatingwebhookconfiguration', 'mutatingwebhookconfiguration'])
        expect(await kubectlText(lab().kubeconfigs.sovereign, ['get', kind, 'cert-manager-webhook', bundle])).toBe(
          given,
        );
    });

    test('a name whose zone the world does not find at the Sovereign gets no certificate', async () => {
      const name = 'astray';
      const fault = ['lab', 'fault', 'lost-delegation', '--target', fqdn, '--lab', catalyst().lab];
      const added = await catalyst().json<{ added: { id: string } }>(fault);
      expect(added.code).toBe(0);
      const world = new Resolver({ timeout: 5000, tries: 1 });
      world.setServers([lab().endpoints['resolver']!]);
      const reason = () =>
        kubectlText(lab().kubeconfigs.sovereign, ['get', 'challenges', '-o', 'jsonpath={.items[*].status.reason}']);
      try {
        // who has asked for the zone before is told of it until its TTL is over: the verification has, a few minutes ago
        await until(() =>
          world.resolveSoa(fqdn).then(
            () => false,
            () => true,
          ),
        );
        // cert-manager remembers for an hour where it found the zone: the verification has renewed a certificate in it
        for (const verb of ['restart', 'status'])
          await kubectlText(lab().kubeconfigs.sovereign, [
            'rollout',
            verb,
            'deployment/cert-manager',
            '-n',
            'cert-manager',
          ]);
        await apply(lab().kubeconfigs.sovereign, certificate(name, { dnsNames: [`${name}.${fqdn}`] }));
        // it looks for the zone as the world does, and what it finds is none that the solver may write to
        await until(async () => /zone omani\.works\. is none of the allowed ones/.test(await reason()));
        await expect(kubectlText(lab().kubeconfigs.sovereign, ['get', 'secret', name])).rejects.toThrow(/not found/);
      } finally {
        await catalyst().run(['lab', 'fault', '--clear', added.document.result.added.id, '--lab', catalyst().lab]);
        // cert-manager remembers the zone for an hour and would clean up there first
        await kubectlText(lab().kubeconfigs.sovereign, ['delete', 'certificate', name]);
        await until(async () => {
          const left = await kubectlText(lab().kubeconfigs.sovereign, ['get', 'challenges', '-o', 'name']);
          for (const one of left.split('\n').filter(Boolean))
            await kubectlText(lab().kubeconfigs.sovereign, [
              'patch',
              one,
              '--type=merge',
              '-p',
              '{"metadata":{"finalizers":null}}',
            ]);
          return left === '';
        });
        await until(
          async () => (await kubectlText(lab().kubeconfigs.sovereign, ['get', 'secrets', '-o', 'name'])) === '',
        );
      }
    });
  });
}

const certificate = (name: string, spec: object) => ({
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  metadata: { name, namespace: 'default' },
  spec: { secretName: name, issuerRef: { kind: 'ClusterIssuer', name: 'letsencrypt-prod' }, ...spec },
});

/** Asks for a new certificate as cert-manager's own tool does: by the condition that its controller acts on. */
async function renew(kubeconfig: string, of: readonly string[]): Promise<void> {
  const { status } = await kubectl<{ status: { conditions: { type: string }[] } }>(kubeconfig, ['get', ...of]);
  const asked = { type: 'Issuing', status: 'True', reason: 'ManuallyTriggered', message: 'by hand' };
  const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const conditions = [...status.conditions.filter(({ type }) => type !== 'Issuing'), { ...asked, lastTransitionTime }];
  const patch = JSON.stringify({ status: { conditions } });
  await kubectlText(kubeconfig, ['patch', ...of, '--subresource=status', '--type=merge', '-p', patch]);
}
