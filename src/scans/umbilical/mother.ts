/** Everything by which the mother is known to a scan: names, addresses, namespaces, certificate authorities and users. Read-only. */
import { isIP } from 'node:net';
import type { Kube } from '../../kubernetes/client/kube.js';
import { protectedNamespaces } from '../../mother/protected/protected-namespaces.js';
import { motherDomain } from '../../sovereign/spec/mother-hosts.js';
import { bareName, protectedHosts } from '../../sovereign/spec/protected-names.js';
import type { Sovereign } from '../../sovereign/spec/schema.js';
import { endsTheRun } from '../../support/errors/ends-the-run.js';
import { messageOf } from '../../support/errors/errors.js';
import { authoritiesOnlyOf } from '../cluster/authorities.js';
import type { MotherMarks, Scanned } from '../scan.js';

export interface KnownMother {
  /** Names, of which every name below counts too. */
  domains: readonly string[];
  /** Names that the spec and the platform list one by one. */
  hosts: ReadonlySet<string>;
  addresses: readonly string[];
  namespaces: readonly string[];
  /** Of her cluster, by fingerprint; empty where they could not be read. */
  authorities: ReadonlySet<string>;
  /** Why they could not be read. */
  unread?: string;
  /** They were not read now: what recorded them, for a person. */
  recorded?: string;
}

/** What an earlier scan knew her by, for one that cannot ask her. `from`: such as `the verdict of 2026-12-01T06:00:00.000Z`. */
export type Remembered = Required<Pick<MotherMarks, 'from'>> & MotherMarks;

/** Hosts of the mother as the spec and the platform list them, in lower case. */
export function motherNames(sovereign: Sovereign): string[] {
  const { mother } = sovereign.spec;
  const listed = [...mother.hosts, ...mother.powerdns.nameservers].map(hostOf);
  return [...new Set([...protectedHosts(sovereign), ...listed])]
    .filter((host) => host !== '' && isIP(host) === 0)
    .sort();
}

const hostOf = (host: string) => bareName(host.replace(/:\d+$/, ''));

/** Names and addresses, her names resolved by the parent's servers. */
export async function motherAddresses(look: Pick<Scanned, 'sovereign' | 'dns' | 'signal'>): Promise<string[]> {
  const { mother } = look.sovereign.spec;
  const given = [...mother.hosts, ...mother.powerdns.nameservers].map(hostOf).filter((host) => isIP(host) !== 0);
  const found = await Promise.all(motherNames(look.sovereign).map((host) => resolve(look, host)));
  return [...new Set([...mother.addresses, ...given, ...found.flat()])].sort();
}

async function resolve(
  { sovereign, dns, signal }: Pick<Scanned, 'sovereign' | 'dns' | 'signal'>,
  host: string,
): Promise<string[]> {
  for (const server of sovereign.spec.mother.powerdns.nameservers) {
    const answers = await Promise.all(
      (['A', 'AAAA'] as const).map((type) =>
        dns({ server, name: host, type, transport: 'udp', timeoutMs: 3000, signal }).catch(() => undefined),
      ),
    );
    const found = answers
      .flatMap((reply) => reply?.answers ?? [])
      .filter(({ type }) => type === 'A' || type === 'AAAA');
    if (found.length > 0) return found.map(({ data }) => String(data));
  }
  return [];
}

/** What the spec and the platform alone tell of her. Pure. */
export function specifiedMother(sovereign: Sovereign): Pick<KnownMother, 'domains' | 'hosts' | 'namespaces'> {
  const hosts = motherNames(sovereign);
  const domain = motherDomain(sovereign.spec.mother);
  const all = [...(domain === undefined ? [] : [domain]), ...hosts];
  return {
    // a name below another of them is found with that one
    domains: all.filter((one, at) => all.indexOf(one) === at && !all.some((other) => one.endsWith(`.${other}`))),
    // the bare domain is a prefix of labels too
    hosts: new Set(hosts.filter((host) => host !== domain)),
    namespaces: protectedNamespaces(sovereign),
  };
}

/** @param remembered counts beside what is found now, and in the place of what cannot be */
export async function knowMother(look: Scanned, own: Kube, remembered?: Remembered): Promise<KnownMother> {
  return {
    ...specifiedMother(look.sovereign),
    addresses: [...new Set([...(await motherAddresses(look)), ...(remembered?.addresses ?? [])])].sort(),
    ...(await authoritiesOf(look, own, remembered)),
  };
}

/** The authorities of her cluster that are not the Sovereign's too. */
async function authoritiesOf(
  look: Scanned,
  own: Kube,
  remembered: Remembered | undefined,
): Promise<Pick<KnownMother, 'authorities' | 'unread' | 'recorded'>> {
  try {
    const mother = await look.mother();
    return { authorities: new Set(await authoritiesOnlyOf(mother, own)) };
  } catch (error) {
    if (endsTheRun(error)) throw error;
    const { authorities, from } = remembered ?? {};
    if (authorities !== undefined) return { authorities: new Set(authorities), recorded: from };
    return { authorities: new Set(), unread: messageOf(error) };
  }
}
