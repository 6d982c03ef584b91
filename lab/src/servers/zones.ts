/** DNS zones in memory, in the form PowerDNS keeps them: RRsets with contents as text. Names are absolute, in lower case. */
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
  /** How the API raises the serial (SOA-EDIT-API). Played: `DEFAULT`, a date and a number; with any other it stays. */
  soaEdit: string;
  rrsets: Map<string, RRset>;
}

export interface Zones {
  all(): Zone[];
  get(name: string): Zone | undefined;
  /** The zone that holds `name`: the longest that is a suffix. */
  holding(name: string): Zone | undefined;
  /** Makes or replaces a zone; without an SOA among `rrsets` it gets one. */
  put(name: string, rrsets: readonly RRset[], about?: { kind?: string; dnssec?: boolean; soaEdit?: string }): Zone;
  /** Adds, replaces, or (no contents) removes an RRset, and raises the serial. */
  set(zone: Zone, rrset: RRset): void;
  remove(name: string): boolean;
}

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
      const zone: Zone = {
        name: absolute(name),
        kind: about.kind ?? 'Native',
        dnssec: about.dnssec ?? false,
        soaEdit: about.soaEdit ?? 'DEFAULT',
        rrsets: new Map(),
      };
      for (const rrset of rrsets) {
        const own = { ...rrset, name: absolute(rrset.name), contents: [...rrset.contents] };
        zone.rrsets.set(rrsetKey(own.name, own.type), own);
      }
      if (!zone.rrsets.has(rrsetKey(zone.name, 'SOA'))) {
        const server = zone.rrsets.get(rrsetKey(zone.name, 'NS'))?.contents[0] ?? `ns1.${zone.name}`;
        const serial = zone.soaEdit === 'DEFAULT' ? firstOfToday() : 0;
        const contents = [`${server} hostmaster.${zone.name} ${serial} 10800 3600 604800 3600`];
        zone.rrsets.set(rrsetKey(zone.name, 'SOA'), { name: zone.name, type: 'SOA', ttl: 3600, contents });
      }
      zones.set(zone.name, zone);
      return zone;
    },
    set(zone, rrset) {
      const name = absolute(rrset.name);
      if (rrset.contents.length === 0) zone.rrsets.delete(rrsetKey(name, rrset.type));
      else zone.rrsets.set(rrsetKey(name, rrset.type), { ...rrset, name, contents: [...rrset.contents] });
      if (rrset.type !== 'SOA') bump(zone);
    },
    remove: (name) => zones.delete(absolute(name)),
  };
}
