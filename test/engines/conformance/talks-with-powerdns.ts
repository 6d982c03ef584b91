/** What is said to a PowerDNS: its API, as the mother, the handover and cert-manager's webhook speak to it, and questions of DNS. */
import { createSocket } from 'node:dgram';
import dnsPacket, { type DecodedPacket, type RecordType } from 'dns-packet';

export interface Turn {
  /** Names the turn in differences.ts; unique within the conversation. */
  id: string;
  method: string;
  /** Below `/api/v1/servers`. */
  path: string;
  body?: object;
  /** Another key than the right one; empty: none. */
  key?: string;
  /** Instead of a call. */
  question?: { name: string; type: RecordType };
}

export interface Answer {
  status: number | string;
  out?: unknown;
}

export const apiKey = 'talk-about-names-1';

interface RecordSet {
  name: string;
  type: string;
  ttl: number;
  records: { content: string }[];
}

const zones = '/localhost/zones';
const parent = 'works.example.';
const child = 'talk.works.example.';
const at = (zone: string) => `${zones}/${zone}`;
const call =
  (method: string) =>
  (id: string, path: string, body?: object): Turn => ({ id, method, path, ...(body ? { body } : {}) });
const [get, post, patch, put, remove] = [
  call('GET'),
  call('POST'),
  call('PATCH'),
  call('PUT'),
  call('DELETE'),
] as const;
const ask = (id: string, name: string, type: RecordType): Turn => ({
  ...{ id, method: 'ASK', path: '', question: { name, type } },
});
const set = (name: string, type: string, ...contents: string[]) => ({
  ...{ name, type, ttl: 300, changetype: 'REPLACE' },
  records: contents.map((content) => ({ content, disabled: false })),
});
const byDate = { soa_edit_api: 'DEFAULT' };
const change = (id: string, zone: string, ...rrsets: object[]) => patch(id, at(zone), { rrsets });

export const turns: readonly Turn[] = [
  { ...get('no key', zones), key: '' },
  { ...get('wrong key', zones), key: 'not-it' },
  get('servers', ''),
  get('the server', '/localhost'),
  get('another server', '/elsewhere'),
  get('no zones', zones),
  get('no such zone', at(parent)),
  remove('no such zone to remove', at(parent)),
  change('no such zone to change', parent, set(`a.${parent}`, 'A', '192.0.2.1')),
  ask('asked for what it does not hold', parent, 'SOA'),
  post('zone', zones, { name: parent, kind: 'Native', nameservers: [`ns1.${parent}`] }),
  post('zone again', zones, { name: parent, kind: 'Native', nameservers: [] }),
  post('zone without a dot', zones, { name: 'works.example', kind: 'Native', nameservers: [] }),
  post('zone without a kind', zones, { name: 'other.example.', nameservers: [] }),
  get('the zone', at(parent)),
  get('the zone, its name without a dot', at('works.example')),
  get('the zone in capitals', at('WORKS.example.')),
  get('the zone without its records', `${at(parent)}?rrsets=false`),
  get('zones', zones),
  get('zones of that name', `${zones}?zone=${parent}`),
  get('zones of another name', `${zones}?zone=other.example.`),

  change(
    'records',
    parent,
    set(`ns1.${parent}`, 'A', '192.0.2.1'),
    set(`www.${parent}`, 'A', '192.0.2.2', '192.0.2.3'),
  ),
  change('a record replaced', parent, set(`www.${parent}`, 'A', '192.0.2.4')),
  change('the same again', parent, set(`www.${parent}`, 'A', '192.0.2.4')),
  change('a text', parent, set(`_acme-challenge.${parent}`, 'TXT', '"one"', '"two"')),
  change('a text without quotes', parent, set(`t.${parent}`, 'TXT', 'bare')),
  change('an address that is none', parent, set(`x.${parent}`, 'A', 'no-address')),
  change('an address too great', parent, set(`x.${parent}`, 'A', '999.0.2.1')),
  change('one good, one bad', parent, set(`good.${parent}`, 'A', '192.0.2.9'), set(`x.${parent}`, 'A', 'no')),
  change('a name outside', parent, set('www.other.example.', 'A', '192.0.2.2')),
  change('a name without a dot', parent, set('www.works.example', 'A', '192.0.2.2')),
  change('a server without a dot', parent, set(`d.${parent}`, 'NS', 'ns1.works.example')),
  change('a change that is none', parent, { ...set(`x.${parent}`, 'A', '192.0.2.2'), changetype: 'PUT' }),
  change('a change without one', parent, { ...set(`x.${parent}`, 'A', '192.0.2.2'), changetype: undefined }),
  change('records without a ttl', parent, { ...set(`x.${parent}`, 'A', '192.0.2.2'), ttl: undefined }),
  change('no records said', parent, { ...set(`x.${parent}`, 'A'), records: undefined }),
  change('the same record twice', parent, set(`x.${parent}`, 'A', '192.0.2.2', '192.0.2.2')),
  change('the same records twice', parent, set(`x.${parent}`, 'A', '192.0.2.2'), set(`x.${parent}`, 'A', '192.0.2.3')),
  change('an alias beside an address', parent, set(`www.${parent}`, 'CNAME', `ns1.${parent}`)),
  change('two aliases', parent, set(`al.${parent}`, 'CNAME', `ns1.${parent}`, `www.${parent}`)),
  change('an alias alone', parent, set(`alone.${parent}`, 'CNAME', `www.${parent}`)),
  change('an address beside it', parent, set(`alone.${parent}`, 'A', '192.0.2.8')),
  change(
    'an address in place of an alias',
    parent,
    { name: `alone.${parent}`, type: 'CNAME', changetype: 'DELETE' },
    set(`alone.${parent}`, 'A', '192.0.2.8'),
  ),
  change(
    'an alias in place of an address, the other way about',
    parent,
    set(`alone.${parent}`, 'CNAME', `www.${parent}`),
    { name: `alone.${parent}`, type: 'A', changetype: 'DELETE' },
  ),
  change('an address of six', parent, set(`six.${parent}`, 'AAAA', '2001:db8::1')),
  change('an address of six that is none', parent, set(`six.${parent}`, 'AAAA', '2001:db8:::1')),
  change('a name in capitals', parent, set(`UP.${parent}`, 'A', '192.0.2.6')),
  change('deletion of what is not there', parent, { name: `none.${parent}`, type: 'A', changetype: 'DELETE' }),
  change(
    'a wildcard and an alias',
    parent,
    set(`*.${parent}`, 'A', '192.0.2.7'),
    set(`al.${parent}`, 'CNAME', `www.${parent}`),
  ),
  patch('a change without records', at(parent), {}),
  get('the zone then', at(parent)),

  change('a delegation', parent, set(child, 'NS', `ns1.${child}`, `ns2.${child}`)),
  change('its glue', parent, set(`ns1.${child}`, 'A', '192.0.2.11'), set(`ns2.${child}`, 'A', '192.0.2.12')),
  ask('authority', parent, 'SOA'),
  ask('servers of the zone', parent, 'NS'),
  ask('an address', `www.${parent}`, 'A'),
  ask('an address in capitals', `WWW.${parent}`, 'A'),
  ask('another kind of the same name', `www.${parent}`, 'TXT'),
  ask('texts', `_acme-challenge.${parent}`, 'TXT'),
  ask('an alias', `al.${parent}`, 'A'),
  ask('the alias itself', `al.${parent}`, 'CNAME'),
  ask('by the wildcard', `any.${parent}`, 'A'),
  ask('another kind by the wildcard', `any.${parent}`, 'TXT'),
  ask('two below the wildcard', `a.b.${parent}`, 'A'),
  ask('a referral', child, 'NS'),
  ask('a referral further down', `console.${child}`, 'A'),
  ask('authority below the cut', child, 'SOA'),
  ask('the glue itself', `ns1.${child}`, 'A'),
  change('the wildcard goes', parent, { name: `*.${parent}`, type: 'A', changetype: 'DELETE' }),
  ask('no such name', `any.${parent}`, 'A'),
  ask('no such name above one', `_dns.${parent}`, 'A'),

  post('the child', zones, { name: child, kind: 'Native', nameservers: [`ns1.${child}`] }),
  change('its addresses', child, set(`ns1.${child}`, 'A', '192.0.2.11'), set(`*.${child}`, 'A', '192.0.2.20')),
  ask('by who holds both', `console.${child}`, 'A'),
  ask('authority of the child', child, 'SOA'),
  change('the delegation goes', parent, { name: child, type: 'NS', changetype: 'DELETE' }),
  get('both zones', zones),
  get('the child as text', `${at(child)}/export`),
  put('the child made another kind', at(child), { kind: 'Master' }),
  get('the child then', `${at(child)}?rrsets=false`),
  post('a child with records', zones, {
    ...{ name: 'third.example.', kind: 'Native', nameservers: [] },
    rrsets: [set('third.example.', 'NS', 'ns1.third.example.'), set('ns1.third.example.', 'A', '192.0.2.31')],
  }),
  get('the child with records', at('third.example.')),
  post('a child with a bad record', zones, {
    ...{ name: 'fourth.example.', kind: 'Native', nameservers: [] },
    rrsets: [set('fourth.example.', 'A', 'no-address')],
  }),
  get('that is not there', at('fourth.example.')),
  remove('the child removed', at(child)),
  remove('the child removed again', at(child)),
  ask('of the removed one', `console.${child}`, 'A'),
  get('a way that is none', '/localhost/something'),

  post('a zone whose serial is kept', zones, { name: 'kept.example.', kind: 'Native', nameservers: [], ...byDate }),
  change('a record of it', 'kept.example.', set('a.kept.example.', 'A', '192.0.2.41')),
  get('it has a serial', at('kept.example.')),
  post('a zone whose way to a serial is none of the API', zones, {
    ...{ name: 'stuck.example.', kind: 'Native', nameservers: [], soa_edit_api: 'INCEPTION-INCREMENT' },
  }),
  change('a record of that', 'stuck.example.', set('a.stuck.example.', 'A', '192.0.2.42')),
  get('it has none', at('stuck.example.')),
];

/** Says all of it; answers by the turns' ids. */
export async function hold(endpoint: string, dnsPort: number): Promise<Record<string, Answer>> {
  const answers: Record<string, Answer> = {};
  for (const { id, method, path, body, key = apiKey, question } of turns) {
    if (question) {
      answers[id] = await asked(dnsPort, question);
      continue;
    }
    const answer = await fetch(`${endpoint}/api/v1/servers${path}`, {
      method,
      headers: { ...(key ? { 'x-api-key': key } : {}), 'content-type': 'application/json', accept: 'application/json' },
      body: body ? JSON.stringify(body) : null,
    });
    const text = await answer.text();
    answers[id] = { status: answer.status, ...(answer.ok && text ? { out: shown(text) } : {}) };
  }
  return answers;
}

/** Without what is another on every server: version, serials, order, and fields that nobody here reads. */
function shown(text: string): unknown {
  const value = JSON.parse(text) as object | object[];
  if (Array.isArray(value)) return value.map(one).sort((a, b) => a.id.localeCompare(b.id));
  // a whole zone as text
  if ('zone' in value) return withoutSerial(String(value.zone)).trim().split('\n').sort();
  return one(value);
}

function one(value: object): { id: string } & Record<string, unknown> {
  const { id, name, type, kind, url, serial, rrsets } = value as Record<string, unknown> & { id: string };
  const sets = (rrsets as RecordSet[] | undefined)?.map((each) => ({
    ...{ name: each.name, type: each.type, ttl: each.ttl },
    records: each.records.map(({ content }) => withoutSerial(content)).sort(),
  }));
  const order = (each: { name: string; type: string }) => `${each.name} ${each.type}`;
  const hasSerial = serial === undefined ? undefined : serial !== 0;
  return { id, name, type, kind, url, hasSerial, rrsets: sets?.sort((a, b) => order(a).localeCompare(order(b))) };
}

const withoutSerial = (text: string) => text.replace(/(\S+\. \S+\.) \d+ (\d+ \d+ \d+ \d+)/g, '$1 SERIAL $2');

async function asked(port: number, question: { name: string; type: RecordType }): Promise<Answer> {
  const name = question.name.replace(/\.$/, '');
  const packet = dnsPacket.encode({ type: 'query', id: 7, questions: [{ name, type: question.type }] });
  const socket = createSocket('udp4');
  const reply = await new Promise<DecodedPacket>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('message', (message) => resolve(dnsPacket.decode(message)));
    socket.send(packet, port, '127.0.0.1');
  }).finally(() => socket.close());
  const list = (records: unknown) =>
    (records as { name: string; type: string; ttl: number; data: unknown }[])
      .map(({ name: of, type, ttl, data }) => `${of.toLowerCase()} ${type} ${ttl} ${plain(type, data)}`)
      .sort();
  const { rcode, flag_aa } = reply as DecodedPacket & { rcode: string };
  return {
    status: rcode,
    out: {
      authoritative: flag_aa,
      answers: list(reply.answers),
      authorities: list(reply.authorities),
      additionals: list(reply.additionals),
    },
  };
}

function plain(type: string, data: unknown): string {
  if (type === 'TXT') return [data].flat().map(String).join('');
  if (type !== 'SOA') return String(data);
  const { mname, rname } = data as { mname: string; rname: string };
  return `${mname} ${rname}`;
}
