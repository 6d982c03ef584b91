/** D5 and W8: a certificate can be renewed, by the Sovereign's own means, and not only exists. */
import { fail, worldsOn } from '../rigged-world.js';
import { onCertificates } from '../stages/certificates.js';

const issuer = 'ClusterIssuer letsencrypt-prod';
const wildcard = 'Certificate traefik/wildcard';

export const worlds = worldsOn(onCertificates, [
  {
    ...{
      id: 'certificate-never-issued',
      item: 'D5',
      gap: 'a certificate that exists counts as one that can be renewed',
    },
    rigged: 'cert-manager and its webhook are at 0 replicas; the wildcard is there and is good for two months',
    expected: fail(/a certificate to be issued; seen: .*has not issued it/),
    rig: ({ issuing }) => Object.assign(issuing, { first: false }),
  },
  {
    ...{ id: 'certificate-never-renewed', item: 'D5', gap: 'issued once, never again' },
    rigged: 'cert-manager issues, and a renewal never ends',
    expected: fail(/a certificate to be renewed/),
    rig: ({ issuing }) => Object.assign(issuing, { renewal: false }),
  },
  {
    ...{ id: 'certificate-same-again', item: 'D5', gap: 'a renewal that changes nothing' },
    rigged: 'a renewal counts up, and the certificate is the one from before',
    expected: fail(/another certificate after a renewal; seen: the same serial/),
    rig: ({ issuing }) => Object.assign(issuing, { newKey: false }),
  },
  {
    ...{ id: 'solver-elsewhere', item: 'D5', gap: 'a solver at another PowerDNS' },
    rigged: 'the issuer solves through a PowerDNS whose host begins like the own one',
    expected: fail(/letsencrypt-prod does not solve through the Sovereign's own PowerDNS/),
    rig: ({ at }) =>
      Object.assign(at(issuer).spec.acme.solvers[0].dns01.webhook.config, {
        host: 'http://powerdns.powerdns.svc.example.org:8081',
      }),
  },
  {
    ...{ id: 'solver-second', item: 'D5', gap: 'one solver of several' },
    rigged: 'the issuer has a second solver, at the registrar',
    expected: fail(/letsencrypt-prod does not solve/),
    rig: ({ at }) => at(issuer).spec.acme.solvers.push({ dns01: { webhook: { groupName: 'acme.dynadot.example' } } }),
  },
  {
    ...{ id: 'solver-key-of-production', item: 'D5', gap: 'what is tried is not what is used' },
    rigged: 'only the issuer of the public certificate has a wrong key; the one at the staging servers works',
    expected: fail(/letsencrypt-staging to solve as letsencrypt-prod does/),
    rig: ({ at }) =>
      Object.assign(at(issuer).spec.acme.solvers[0].dns01.webhook.config.apiKeySecretRef, { name: 'wrong' }),
  },
  {
    ...{ id: 'renewal-overdue', item: 'D5', gap: 'a renewal that is overdue' },
    rigged: 'the wildcard was to be renewed a month ago',
    expected: fail(/traefik\/wildcard was to be renewed at 2026-10-20/),
    rig: ({ at }) => Object.assign(at(wildcard).status, { renewalTime: '2026-10-20T00:00:00Z' }),
  },
  {
    ...{ id: 'renewal-unknown', item: 'D5', gap: 'nobody knows when it is to be renewed' },
    rigged: 'the wildcard is Ready, and its status does not say when it is to be renewed',
    expected: fail(/traefik\/wildcard does not say when it is to be renewed/),
    rig: ({ at }) => Reflect.deleteProperty(at(wildcard).status, 'renewalTime'),
  },
  {
    ...{ id: 'certificate-other-name', item: 'D5', gap: 'a name that ends like the own one' },
    rigged: 'the hosts show a certificate for *.x.<fqdn>',
    expected: fail(/the certificate is for/),
    rig: ({ shown }) => Object.assign(shown, { sans: ['DNS:evil*.omantel.omani.works'] }),
  },
]);
