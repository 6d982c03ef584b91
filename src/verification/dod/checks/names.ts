/** D5 beyond its ticket: who vouches for the certificates, and whether they can be renewed. */
import { conditionOf } from '../../../kubernetes/readiness.js';
import type { Sovereign } from '../../../sovereign/spec/schema.js';
import { isCatalystError } from '../../../support/errors/errors.js';
import { certificateRenews } from '../../../walk/proofs/network/certificate-renews.js';
import { type Answer, allOf, failed, notChecked, passed } from '../item.js';
import { proofOf, type Scope } from '../scope.js';

/** What D5 observed. */
export interface CertificatesSeen {
  /** RFC 3339. */
  at: string;
  hosts: { host: string; authorized: boolean; sans: string[]; subject: string }[];
  /** ACME issuers that certificates are asked of, with the PowerDNS of each solver. */
  issuers: { name: string; solvers: (string | null)[] }[];
  certificates: { name: string; ready: boolean; message?: string; renewalTime?: string }[];
  /** One that was ordered and renewed just for this. */
  renewal?: { ok: boolean; summary: string; facts?: Record<string, unknown> };
}

export async function certificates(scope: Scope): Promise<Answer> {
  const { world } = scope;
  const { fqdn } = world.sovereign.spec;
  const hosts: CertificatesSeen['hosts'] = [];
  for (const host of ['console', 'api', 'gitea', 'auth', 'harbor'].map((name) => `${name}.${fqdn}`)) {
    const { certificate } = await world.http({ url: `https://${host}/`, timeoutMs: 15_000, signal: world.signal });
    const { authorized = false, sans = [], subject = '' } = certificate ?? {};
    hosts.push({ host, authorized, sans, subject });
  }
  const seen: CertificatesSeen = { at: world.clock.now().toISOString(), hosts, ...(await issuersOf(world)) };
  const shown = judgeHosts(seen, world.sovereign);
  if (shown.status === 'fail') return { ...shown, evidence: seen };
  const proof = await proofOf(scope, '#373');
  seen.renewal = await renews(scope);
  return { ...judgeCertificates(seen, proof, world.sovereign), evidence: seen };
}

/** Pure. @param proof of #373 */
export function judgeCertificates(seen: CertificatesSeen, proof: Answer, sovereign: Sovereign): Answer {
  const shown = judgeHosts(seen, sovereign);
  if (shown.status !== 'pass') return shown;
  const { renewal } = seen;
  if (!renewal) return notChecked('no certificate was renewed');
  return allOf([shown, ownSolver(seen), proof, (renewal.ok ? passed : failed)(renewal.summary)]);
}

function judgeHosts({ hosts }: CertificatesSeen, { spec: { fqdn } }: Sovereign): Answer {
  if (hosts.length === 0) return notChecked('no certificate was looked at');
  for (const { host, authorized, sans, subject } of hosts) {
    if (!authorized) return failed(`${host}: the chain does not verify`);
    const fits = sans.some((san) => [host, `*.${fqdn}`].includes(san.replace(/^DNS:/, '')));
    if (!fits) return failed(`${host}: the certificate is for ${sans.join(', ')}`);
    if (/TRAEFIK DEFAULT/i.test(subject)) return failed(`${host} shows Traefik's default certificate`);
  }
  return passed(`chains of ${hosts.map(({ host }) => host).join(', ')} verify`);
}

async function issuersOf(world: Scope['world']): Promise<Pick<CertificatesSeen, 'issuers' | 'certificates'>> {
  const kube = await world.kube();
  const [issuers, wanted] = await Promise.all([
    kube.list({ apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer' }),
    kube.list({ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' }),
  ]);
  const kept = wanted.filter(({ metadata }) => metadata.namespace?.startsWith('catalyst-probes') !== true);
  const used = new Set(kept.map((one) => one.spec?.issuerRef?.name));
  type Solver = { dns01?: { webhook?: { config?: { host?: string } } } };
  return {
    issuers: issuers
      .filter(({ spec, metadata }) => spec?.acme && used.has(metadata.name))
      .map(({ metadata, spec }) => ({
        name: metadata.name,
        solvers: ((spec.acme.solvers ?? []) as Solver[]).map(({ dns01 }) => dns01?.webhook?.config?.host ?? null),
      })),
    certificates: kept.map((one) => {
      const ready = conditionOf(one, 'Ready');
      return {
        name: `${one.metadata.namespace}/${one.metadata.name}`,
        ready: ready?.status === 'True',
        ...(ready?.message === undefined ? {} : { message: ready.message }),
        ...(one.status?.renewalTime === undefined ? {} : { renewalTime: String(one.status.renewalTime) }),
      };
    }),
  };
}

/** Every ACME issuer that serves certificates solves through the Sovereign's own PowerDNS, and no certificate waits for a renewal. */
function ownSolver({ at, issuers, certificates: all }: CertificatesSeen): Answer {
  const unwell = all.flatMap(({ name, ready, message, renewalTime }) => {
    if (!ready) return [`${name} is not Ready: ${message ?? 'not observed yet'}`];
    if (renewalTime === undefined) return [`${name} does not say when it is to be renewed`];
    const isInTime = Date.parse(renewalTime) + renewalMs >= Date.parse(at);
    return isInTime ? [] : [`${name} was to be renewed at ${renewalTime}`];
  });
  if (unwell.length > 0) return failed(unwell.join('; '));
  if (issuers.length === 0) return failed('no certificate is issued by ACME');
  const foreign = issuers.filter(({ solvers }) => solvers.length === 0 || !solvers.every(isOwnPowerDns));
  const names = (foreign.length > 0 ? foreign : issuers).map(({ name }) => name).join(', ');
  return foreign.length > 0
    ? failed(`${names} does not solve through the Sovereign's own PowerDNS`)
    : passed(`${names} solves through the Sovereign's own PowerDNS`);
}

/** How late a renewal may begin: cert-manager orders it at once, and tries again after an hour. */
const renewalMs = 2 * 3_600_000;

/** The Service of PowerDNS in the cluster, by its whole host. */
const isOwnPowerDns = (address: string | null) =>
  address !== null &&
  URL.canParse(address) &&
  /^powerdns\.powerdns\.svc(\.cluster\.local)?$/.test(new URL(address).hostname);

/** A certificate is ordered and renewed, now. */
async function renews({ world, context }: Scope): Promise<CertificatesSeen['renewal']> {
  try {
    const { summary, facts } = await certificateRenews(world).take(context);
    return { ok: true, summary, facts };
  } catch (error) {
    if (!isCatalystError(error, 'E4009')) throw error;
    return { ok: false, summary: error.message };
  }
}
