/** DNS zones in memory, in the form PowerDNS keeps them: RRsets with contents as text. Names are absolute, in lower case. */
import { randomBytes } from 'node:crypto';

export interface RRset {
  name: string;
  type: string;
  ttl: number;
  /** Presentation form: `203.0.113.10`, `ns1.example.org.`, `"text"`. */
  contents: string[];
}

export interface Zone {
  name: string;
  kind: string;
  dnssec: boolean;
  /** How the API raises the serial (SOA-EDIT-API). Emulated: `DEFAULT`, a date and a number; with any other it stays. */
  soaEdit: string;
  rrsets: Map<string, RRset>;
  keys: ZoneKey[];
  /** Settings of the zone that are kept and told, and that nothing here acts on. */
  settings: { account: string; soa_edit: string; api_rectify: boolean; nsec3param: string; nsec3narrow: boolean };
}

/** A DNSSEC key as PowerDNS tells it; the private part in the form of ISC's tools, of a single key alone. */
export interface ZoneKey {
  id: number;
  /** By its flags; one that signs keys and is alone is told as `csk`. */
  keytype: 'ksk' | 'zsk';
  active: boolean;
  published: boolean;
  algorithm: string;
  privatekey: string;
}

export interface Zones {
  all(): Zone[];
  get(name: string): Zone | undefined;
  /** The zone that holds `name`: the longest that is a suffix. */
  holding(name: string): Zone | undefined;
  /** Makes or replaces a zone; without an SOA among `rrsets` it gets PowerDNS's default. */
  put(
    name: string,
    rrsets: readonly RRset[],
    about?: { kind?: string; dnssec?: boolean; soaEdit?: string } & Partial<Zone['settings']>,
  ): Zone;
  addKey(zone: Zone, keytype: ZoneKey['keytype'], about?: Partial<Omit<ZoneKey, 'id' | 'keytype'>>): ZoneKey;
  /** Adds, replaces, or (no contents) removes an RRset, and raises the serial. */
  set(zone: Zone, rrset: RRset): void;
  remove(name: string): boolean;
}

/** As `convertToISC` of PowerDNS writes a key of algorithm 13 (auth-4.9, opensslsigners.cc). */
const privateKey = () =>
  `Private-key-format: v1.2\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: ${randomBytes(32).toString('base64')}\n`;

/** `Omani.Works` → `omani.works.` */
export const absolute = (name: string) => `${name.toLowerCase().replace(/\.$/, '')}.`;
export const isBelow = (name: string, zone: string) => name === zone || name.endsWith(`.${zone}`);
export const rrsetKey = (name: string, type: string) => `${name} ${type}`;

export function createZones(now: () => Date): Zones {
  const zones = new Map<string, Zone>();
  const firstOfToday = () => Number(`${now().toISOString().slice(0, 10).replaceAll('-', '')}01`);
  const bump = (zone: Zone) => {
    const soa = zone.rrsets.get(rrsetKey(zone.name, 'SOA'));
    if (!soa || zone.soaEdit !== 'DEFAULT') return;
    const fields = soa.contents[0]!.split(/\s+/);
    fields[2] = String(Math.max(Number(fields[2]) + 1, firstOfToday()));
    soa.contents = [fields.join(' ')];
  };
  let keysMade = 0;
  const addKey: Zones['addKey'] = (zone, keytype, about = {}) => {
    keysMade += 1;
    const key = { algorithm: 'ECDSAP256SHA256', active: true, published: true, privatekey: privateKey(), ...about };
    const made = { id: keysMade, keytype, ...key };
    zone.keys.push(made);
    zone.dnssec = zone.keys.some(({ active }) => active);
    return made;
  };
  return {
    all: () => [...zones.values()].sort((a, b) => a.name.localeCompare(b.name)),
    get: (name) => zones.get(absolute(name)),
    holding(name) {
      let found: Zone | undefined;
      for (const zone of zones.values())
        if (isBelow(absolute(name), zone.name) && zone.name.length > (found?.name.length ?? 0)) found = zone;
      return found;
    },
    put(name, rrsets, about = {}) {
      const { kind = 'Native', dnssec = false, soaEdit = 'DEFAULT', ...settings } = about;
      const zone: Zone = {
        ...{ name: absolute(name), kind, dnssec, soaEdit, rrsets: new Map(), keys: [] },
        settings: { account: '', soa_edit: '', api_rectify: false, nsec3param: '', nsec3narrow: false, ...settings },
      };
      for (const rrset of rrsets) {
        const own = { ...rrset, name: absolute(rrset.name), contents: [...rrset.contents] };
        zone.rrsets.set(rrsetKey(own.name, own.type), own);
      }
      if (!zone.rrsets.has(rrsetKey(zone.name, 'SOA'))) {
        // `default-soa-content` of PowerDNS 4.7 to 5.0, docs/settings.rst: a name that says that nobody set it
        const server = 'a.misconfigured.dns.server.invalid.';
        const serial = zone.soaEdit === 'DEFAULT' ? firstOfToday() : 0;
        const contents = [`${server} hostmaster.${zone.name} ${serial} 10800 3600 604800 3600`];
        zone.rrsets.set(rrsetKey(zone.name, 'SOA'), { name: zone.name, type: 'SOA', ttl: 3600, contents });
      }
      zones.set(zone.name, zone);
      if (dnssec) addKey(zone, 'ksk');
      return zone;
    },
    addKey,
    set(zone, rrset) {
      const name = absolute(rrset.name);
      if (rrset.contents.length === 0) zone.rrsets.delete(rrsetKey(name, rrset.type));
      else zone.rrsets.set(rrsetKey(name, rrset.type), { ...rrset, name, contents: [...rrset.contents] });
      if (rrset.type !== 'SOA') bump(zone);
    },
    remove: (name) => zones.delete(absolute(name)),
  };
}
