/** D4 and D5 beyond their tickets: who answers for the names, and who vouches for the certificates. */
import { checkDelegation } from '../../../handover/sovereign/delegation.js';
import { parentZoneOf } from '../../../mother/protected/protected-set.js';
import { messageOf } from '../../../support/errors/errors.js';
import { type Answer, allOf, failed, notChecked, passed } from '../item.js';
import { proofOf, type Scope } from '../scope.js';

/** Where the registrar parks names that are not delegated. */
const parking = ['185.53.179.128'];

export async function delegationChain(scope: Scope): Promise<Answer> {
  const delegation = await checkDelegation(scope.world);
  const chain = delegation.ok ? passed(delegation.summary, delegation) : failed(delegation.summary, delegation);
  return allOf([await proofOf(scope, '#374'), chain, await notParked(scope), await signedOrPlain(scope)]);
}

async function notParked({ world }: Scope): Promise<Answer> {
  const { fqdn, mother } = world.sovereign.spec;
  const seen = new Set<string>();
  for (const server of mother.powerdns.nameservers) {
    const reply = await world.dns({ server, name: fqdn, type: 'A', transport: 'udp', signal: world.signal });
    for (const record of [...reply.answers, ...reply.additionals]) seen.add(String(record.data));
  }
  const parked = parking.filter((address) => seen.has(address));
  return parked.length > 0
    ? failed(`${fqdn} leads to the registrar's parking address ${parked.join(', ')}`)
    : passed('no parking address');
}

/** A DS in the parent asks for a signed zone; none means there is no chain to break. */
async function signedOrPlain({ world }: Scope): Promise<Answer> {
  const { fqdn, mother } = world.sovereign.spec;
  const server = mother.powerdns.nameservers[0] ?? '';
  try {
    const reply = await world.dns({ server, name: fqdn, type: 'DS', transport: 'udp', signal: world.signal });
    const signed = reply.answers.some((record) => record.type === 'DS');
    return signed
      ? notChecked(`${parentZoneOf(world.sovereign)} has a DS for ${fqdn}; its chain was not validated`)
      : passed('no DS: DNSSEC absent');
  } catch (error) {
    return notChecked(`the DS query failed: ${messageOf(error)}`);
  }
}

export async function certificates(scope: Scope): Promise<Answer> {
  const { world } = scope;
  const { fqdn } = world.sovereign.spec;
  const shown: string[] = [];
  for (const host of ['console', 'api', 'gitea', 'auth', 'harbor'].map((name) => `${name}.${fqdn}`)) {
    const { certificate } = await world.http({ url: `https://${host}/`, timeoutMs: 15_000, signal: world.signal });
    if (!certificate?.authorized) return failed(`${host}: the chain does not verify`);
    const fits = certificate.sans.some((san) => san.replace(/^DNS:/, '') === host || san.endsWith(`*.${fqdn}`));
    if (!fits) return failed(`${host}: the certificate is for ${certificate.sans.join(', ')}`);
    if (/TRAEFIK DEFAULT/i.test(certificate.subject)) return failed(`${host} shows Traefik's default certificate`);
    shown.push(host);
  }
  return allOf([passed(`chains of ${shown.join(', ')} verify`), await ownSolver(scope), await proofOf(scope, '#373')]);
}

/** Every ACME issuer that serves certificates solves through the Sovereign's own PowerDNS. */
async function ownSolver({ world }: Scope): Promise<Answer> {
  const kube = await world.kube();
  const [issuers, wanted] = await Promise.all([
    kube.list({ apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer' }),
    kube.list({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' }),
  ]);
  const used = new Set(wanted.map((one) => one.spec?.issuerRef?.name));
  const acme = issuers.filter((issuer) => issuer.spec?.acme && used.has(issuer.metadata.name));
  if (acme.length === 0) return failed('no certificate is issued by ACME');
  const foreign = acme.filter((issuer) => {
    const text = JSON.stringify(issuer.spec.acme.solvers ?? []);
    const reaches = [...world.sovereign.spec.mother.hosts, 'dynadot', 'openova.io'].some((host) =>
      text.replaceAll(/"groupName":"[^"]*"/g, '').includes(host),
    );
    return !text.includes('powerdns') || reaches;
  });
  return foreign.length > 0
    ? failed(
        `${foreign.map((one) => one.metadata.name).join(', ')} does not solve through the Sovereign's own PowerDNS`,
      )
    : passed(`${acme.map((one) => one.metadata.name).join(', ')} solves through the Sovereign's own PowerDNS`);
}
