/** The HTTP API of PowerDNS Authoritative (`/api/v1/servers/localhost/zones…`) over zones in memory. */
import { isIPv4, isIPv6 } from 'node:net';
import type { LabHandler, LabRequest, LabResponse } from '../requests/http-server.js';
import { absolute, isBelow, type RRset, rrsetKey, type Zone, type ZoneKey, type Zones } from './zones.js';

export interface PowerDnsOptions {
  zones: () => Zones;
  apiKey: () => string;
}

interface SentRRset {
  name?: string;
  type?: string;
  ttl?: number;
  changetype?: string;
  records?: { content?: string; disabled?: boolean }[];
}

const json = (status: number, body: object): LabResponse => ({ status, body });
const wrong = (status: number, error: string) => json(status, { error });

export function powerDnsApi({ zones, apiKey }: PowerDnsOptions): LabHandler {
  return (request) => {
    if (request.headers['x-api-key'] !== apiKey())
      // webserver.hh of auth-4.9: HttpUnauthorizedException names the scheme and itself
      return {
        status: 401,
        headers: { 'content-type': 'text/plain', 'www-authenticate': 'X-API-Key realm="PowerDNS"' },
        body: 'Unauthorized',
      };
    const path = decodeURIComponent(request.path).replace(/\/$/, '');
    if (path === '/api/v1/servers') return json(200, [server]);
    if (path === '/api/v1/servers/localhost') return json(200, server);
    const match = /^\/api\/v1\/servers\/localhost\/zones(?:\/([^/]+)(?:\/(\w+)(?:\/(\d+))?)?)?$/.exec(path);
    if (!match) return wrong(404, 'Not Found');
    const [, id, part, keyId] = match;
    if (id === undefined) return collection(request, zones());
    const zone = zones().get(id.replace('=2F', '/'));
    if (!zone) return wrong(404, `Could not find domain '${absolute(id)}'`);
    return {
      log: { object: `zone ${zone.name}` },
      ...(part === 'cryptokeys' ? keys(request, zones(), zone, keyId) : one(request, zones(), zone, part)),
    };
  };
}

const server = {
  type: 'Server',
  id: 'localhost',
  daemon_type: 'authoritative',
  version: '4.9.5',
  url: '/api/v1/servers/localhost',
  zones_url: '/api/v1/servers/localhost/zones{/zone}',
};

function collection(request: LabRequest, zones: Zones): LabResponse {
  if (request.method === 'GET') {
    const wanted = request.query.get('zone');
    const found = zones.all().filter((zone) => wanted === null || zone.name === absolute(wanted));
    return json(200, found.map(summary));
  }
  if (request.method !== 'POST') return wrong(405, 'Method Not Allowed');
  const body = parse<{
    name?: string;
    kind?: string;
    dnssec?: boolean;
    soa_edit_api?: string;
    nameservers?: string[];
    rrsets?: SentRRset[];
    account?: string;
    soa_edit?: string;
    api_rectify?: boolean;
  }>(request);
  if (!body?.name || !body.kind) return wrong(422, 'Key "name" or "kind" not present or not a String');
  if (!body.name.endsWith('.')) return wrong(422, `Zone name '${body.name}' is not canonical`);
  if (zones.get(body.name)) return wrong(409, `Domain '${body.name}' already exists`);
  const name = absolute(body.name);
  const rrsets: RRset[] = [];
  for (const sent of body.rrsets ?? []) {
    const read = check({ ...sent, changetype: 'REPLACE' }, name);
    if (typeof read === 'string') return wrong(422, read);
    rrsets.push(read);
  }
  if (body.nameservers?.length) rrsets.push({ name, type: 'NS', ttl: 3600, contents: body.nameservers });
  const { kind, dnssec, soa_edit_api: soaEdit, account = '', soa_edit = '', api_rectify = false } = body;
  const zone = zones.put(name, rrsets, { kind, dnssec, soaEdit, account, soa_edit, api_rectify });
  return { ...json(201, full(zone)), log: { object: `zone ${name}` } };
}

function one(request: LabRequest, zones: Zones, zone: Zone, part: string | undefined): LabResponse {
  const { method, query } = request;
  if (part === 'export' && method === 'GET') {
    if (/application\/json/.test(String(request.headers['accept']))) return json(200, { zone: asText(zone) });
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: asText(zone) };
  }
  if ((part === 'rectify' || part === 'notify') && method === 'PUT') return json(200, { result: 'Rectified' });
  if (part !== undefined) return wrong(404, 'Not Found');
  if (method === 'GET') {
    const [name, type] = [query.get('rrset_name'), query.get('rrset_type')];
    const whole = full(zone);
    const rrsets = whole.rrsets.filter(
      (rrset) => (!name || rrset.name === absolute(name)) && (!type || rrset.type === type),
    );
    return json(200, query.get('rrsets') === 'false' ? summary(zone) : { ...whole, rrsets });
  }
  if (method === 'DELETE') {
    zones.remove(zone.name);
    return { status: 204 };
  }
  if (method === 'PUT') {
    const body = parse<{ kind?: string; dnssec?: boolean; soa_edit_api?: string } & Partial<Zone['settings']>>(request);
    if (!body) return wrong(422, 'Request body is not JSON');
    const { kind, dnssec, soa_edit_api, ...settings } = body;
    if (settings.nsec3param && !zone.dnssec && !dnssec)
      return wrong(422, `NSEC3PARAM value provided for zone '${zone.name}', but zone is not DNSSEC secured.`);
    zone.kind = kind ?? zone.kind;
    zone.soaEdit = soa_edit_api ?? zone.soaEdit;
    zone.settings = { ...zone.settings, ...settings };
    // secured with the default key (default-ksk-algorithm ecdsa256); without: all of them go
    if (dnssec === true && zone.keys.length === 0) zones.addKey(zone, 'ksk');
    if (dnssec === false) zone.keys = [];
    zone.dnssec = dnssec ?? zone.dnssec;
    return { status: 204 };
  }
  if (method === 'PATCH') return patch(request, zones, zone);
  return wrong(405, 'Method Not Allowed');
}

/**
 * `cryptokeys` of auth-4.9 (ws-auth.cc, apiZoneCryptokeys*): the list has no private parts, a single key has; a key is added from its
 * private part, or made.
 */
function keys(request: LabRequest, zones: Zones, zone: Zone, id: string | undefined): LabResponse {
  const found = zone.keys.find((key) => key.id === Number(id));
  const hasZsk = zone.keys.some(({ keytype }) => keytype === 'zsk');
  const open = ({ privatekey: _, ...key }: ZoneKey) => ({
    ...{ type: 'Cryptokey', ...key },
    keytype: key.keytype === 'ksk' && !hasZsk ? 'csk' : key.keytype,
  });
  if (id !== undefined && !found) return wrong(404, 'Not Found');
  if (request.method === 'GET')
    return json(200, found ? { ...open(found), privatekey: found.privatekey } : zone.keys.map(open));
  if (request.method !== 'POST') return wrong(405, 'Method Not Allowed');
  const body = parse<Partial<Omit<ZoneKey, 'keytype'>> & { keytype?: string }>(request);
  const keytype = body?.keytype === 'csk' ? 'ksk' : body?.keytype;
  if (!body || (keytype !== 'ksk' && keytype !== 'zsk')) return wrong(422, `Invalid keytype ${keytype}`);
  const { active = false, published = true, privatekey } = body;
  if (privatekey !== undefined && !/^Private-key-format: /.test(privatekey))
    return wrong(422, 'Key could not be parsed. Make sure your key format is correct.');
  return json(201, open(zones.addKey(zone, keytype, { active, published, ...(privatekey ? { privatekey } : {}) })));
}

function patch(request: LabRequest, zones: Zones, zone: Zone): LabResponse {
  const body = parse<{ rrsets?: SentRRset[] }>(request);
  if (!Array.isArray(body?.rrsets)) return wrong(422, 'No rrsets given in update request');
  const read = body.rrsets.map((sent) => check(sent, zone.name));
  const refused = read.find((one) => typeof one === 'string');
  // all or nothing, as in one transaction
  if (refused) return wrong(422, refused as string);
  const changes = body.rrsets.map(({ name, type, changetype }) => `${name?.toLowerCase()} IN ${type} ${changetype}`);
  const twice = changes.find((one, at) => changes.indexOf(one) < at);
  if (twice) return wrong(422, `Duplicate RRset ${twice}`);
  const conflict = conflictWith(zone.rrsets, read as RRset[]);
  if (conflict) return wrong(422, conflict);
  for (const rrset of read as RRset[]) zones.set(zone, rrset);
  return { status: 204 };
}

/** What one of `changes`, made in their order, may not stand beside: an alias is alone at its name. */
function conflictWith(rrsets: ReadonlyMap<string, RRset>, changes: readonly RRset[]): string | undefined {
  const kept = new Map(rrsets);
  for (const rrset of changes) {
    const { name, type, contents } = rrset;
    kept.delete(rrsetKey(name, type));
    if (contents.length === 0) continue;
    const beside = [...kept.values()].filter((one) => one.name === name);
    if (beside.some((one) => one.type === 'CNAME' || type === 'CNAME'))
      return `RRset ${name} IN ${type}: Conflicts with pre-existing RRset`;
    kept.set(rrsetKey(name, type), rrset);
  }
  return undefined;
}

/** The RRset meant, or why PowerDNS refuses it. */
function check(sent: SentRRset, zone: string): RRset | string {
  const { name = '', type = '', ttl, changetype = '', records } = sent;
  if (!name.endsWith('.')) return `Name '${name}' is not canonical`;
  if (!isBelow(name.toLowerCase(), zone)) return `RRset ${name} IN ${type}: Name is out of zone`;
  if (!['REPLACE', 'DELETE'].includes(changetype)) return 'Changetype not understood';
  if (changetype === 'DELETE') return { name: name.toLowerCase(), type, ttl: 0, contents: [] };
  if (!Array.isArray(records)) return 'No record provided in PATCH request';
  if (records.length > 0 && !Number.isInteger(ttl)) return `Key "ttl" not present or not an Integer`;
  const contents = records.filter((record) => !record.disabled).map((record) => record.content ?? '');
  const bad = contents.find((content) => !isWellFormed(type, content));
  if (bad !== undefined) return `Record ${name}/${type} '${bad}': Not in expected format (parsed as '${bad}')`;
  if (new Set(contents).size < contents.length) return `Duplicate record in RRset ${name} IN ${type}`;
  if (type === 'CNAME' && contents.length > 1) return `RRset ${name} IN CNAME has more than one record`;
  return { name: name.toLowerCase(), type, ttl: ttl ?? 0, contents };
}

function isWellFormed(type: string, content: string): boolean {
  if (type === 'A') return isIPv4(content);
  if (type === 'AAAA') return isIPv6(content);
  if (['NS', 'CNAME', 'PTR'].includes(type)) return /^\S+\.$/.test(content);
  if (type === 'TXT') return /^"[\s\S]*"$/.test(content);
  return content !== '';
}

function serialOf(zone: Zone): number {
  return Number(zone.rrsets.get(rrsetKey(zone.name, 'SOA'))?.contents[0]?.split(/\s+/)[2] ?? 0);
}

function summary(zone: Zone) {
  return {
    id: zone.name,
    name: zone.name,
    kind: zone.kind,
    dnssec: zone.dnssec,
    serial: serialOf(zone),
    url: `/api/v1/servers/localhost/zones/${zone.name}`,
  };
}

function full(zone: Zone) {
  const rrsets = [...zone.rrsets.values()].map(({ name, type, ttl, contents }) => ({
    name,
    type,
    ttl,
    comments: [],
    records: contents.map((content) => ({ content, disabled: false })),
  }));
  return { ...summary(zone), ...zone.settings, soa_edit_api: zone.soaEdit, masters: [], rrsets };
}

const asText = (zone: Zone) =>
  [...zone.rrsets.values()]
    .flatMap(({ name, type, ttl, contents }) => contents.map((content) => `${name}\t${ttl}\tIN\t${type}\t${content}\n`))
    .join('');

function parse<T>(request: LabRequest): T | undefined {
  try {
    return JSON.parse(String(request.body)) as T;
  } catch {
    return undefined;
  }
}
