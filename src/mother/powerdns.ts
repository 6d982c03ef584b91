/** PowerDNS's HTTP API on the mother: zones, RRsets and the keys of a zone. */
import { z } from 'zod';
import type { Kube } from '../kubernetes/client/kube.js';
import { command } from '../support/commands/command.js';
import { fail } from '../support/errors/errors.js';
import type { Http, HttpAnswer, HttpWriter } from '../tools/http/http.js';
import { jsonOf } from '../tools/http/http-json.js';
import { isFromPowerDns, refusal } from './refused.js';
import { basicAuth, type Way } from './service-access.js';
import {
  createdZone,
  keyShape,
  type ZoneContent,
  type ZoneExport,
  type ZoneKey,
  zoneContentShape,
} from './zone-export.js';

export interface RecordSet {
  /** With the final dot. */
  name: string;
  type: string;
  ttl: number;
  records: string[];
}

export interface PowerDnsReader {
  zones(): Promise<string[]>;
  /** All RRsets of a zone, or undefined when the server has no such zone. */
  zone(name: string): Promise<RecordSet[] | undefined>;
  /** The zone with its settings, as the server takes it again; undefined when there is no such zone. */
  whole(name: string): Promise<ZoneContent | undefined>;
  /** The keys that the zone is signed with, private parts included. */
  keys(name: string): Promise<ZoneKey[]>;
}

export interface PowerDnsWriter {
  /** Replaces these RRsets and no other; one with no records is deleted. */
  replace(zone: string, sets: readonly RecordSet[]): Promise<void>;
  /** True when there was one. */
  deleteZone(name: string): Promise<boolean>;
  /** Makes the zone as it was exported, keys included. */
  createZone(zone: ZoneExport): Promise<void>;
}

export interface PowerDnsServer extends Way {
  apiKey: string;
}

const zoneShape = z.object({
  rrsets: z
    .array(
      z.object({
        name: z.string(),
        type: z.string(),
        ttl: z.number(),
        records: z.array(z.object({ content: z.string() })),
      }),
    )
    .nullish(),
});

const dotted = (name: string) => (name.endsWith('.') ? name : `${name}.`);

/** One call; answers ≥ 400 are thrown, save 404. */
async function call<M extends string>(
  http: (request: {
    url: string;
    method: M;
    headers: Record<string, string>;
    body?: string;
    timeoutMs: number;
    again: boolean;
  }) => Promise<HttpAnswer>,
  server: PowerDnsServer,
  method: M,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  const { endpoint, apiKey, login, service } = server;
  const answer = await http({
    url: `${endpoint.replace(/\/$/, '')}/api/v1/servers/localhost/zones${path}`,
    method,
    headers: {
      ...(login && !service ? { authorization: basicAuth(login) } : {}),
      'x-api-key': apiKey,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: 20_000,
    again: true,
  });
  const refused = refusal(answer, server);
  if (refused) throw refused;
  if (answer.status === 404 && !isFromPowerDns(answer))
    throw fail(
      'E5004',
      `There is no PowerDNS API at ${endpoint}: it answered 404 with "${answer.text.slice(0, 60)}".`,
      {
        actions: ['set spec.mother.powerdns.endpoint', 'or set spec.mother.powerdns.access to serviceProxy'],
      },
    );
  if (answer.status >= 400 && answer.status !== 404) {
    throw fail('E5004', `PowerDNS answered ${answer.status} to ${method} ${path || '/'}: ${answer.text.slice(0, 200)}`);
  }
  return answer;
}

export function readPowerDns(http: Http, server: PowerDnsServer): PowerDnsReader {
  const what = `PowerDNS at ${server.endpoint}`;
  return {
    async zones() {
      const answer = await call(http, server, 'GET', '');
      if (answer.status === 404) throw fail('E5004', `There is no PowerDNS API at ${server.endpoint}.`);
      return jsonOf(answer, what, z.array(z.object({ name: z.string() }))).map((zone) => zone.name);
    },
    async zone(name) {
      const answer = await call(http, server, 'GET', `/${dotted(name)}`);
      if (answer.status === 404) return undefined;
      const { rrsets } = jsonOf(answer, what, zoneShape);
      return (rrsets ?? []).map(({ name, type, ttl, records }) => ({
        name,
        type,
        ttl,
        records: records.map((record) => record.content),
      }));
    },
    async whole(name) {
      const answer = await call(http, server, 'GET', `/${dotted(name)}`);
      return answer.status === 404 ? undefined : jsonOf(answer, what, zoneContentShape);
    },
    async keys(name) {
      const path = `/${dotted(name)}/cryptokeys`;
      const listed = jsonOf(await call(http, server, 'GET', path), what, z.array(z.object({ id: z.number() })));
      // the list has no private parts, a single key has
      return Promise.all(
        listed.map(async ({ id }) => jsonOf(await call(http, server, 'GET', `${path}/${id}`), what, keyShape)),
      );
    },
  };
}

export function writePowerDns(http: HttpWriter, server: PowerDnsServer): PowerDnsWriter {
  return {
    async replace(zone, sets) {
      const rrsets = sets.map(({ name, type, ttl, records }) => ({
        name: dotted(name),
        type,
        ttl,
        changetype: records.length > 0 ? 'REPLACE' : 'DELETE',
        records: records.map((content) => ({ content, disabled: false })),
      }));
      const answer = await call(http, server, 'PATCH', `/${dotted(zone)}`, { rrsets });
      if (answer.status === 404) throw fail('E5004', `PowerDNS at ${server.endpoint} has no zone ${zone}.`);
    },
    async deleteZone(name) {
      return (await call(http, server, 'DELETE', `/${dotted(name)}`)).status !== 404;
    },
    async createZone(zone) {
      const path = `/${dotted(zone.name)}`;
      await call(http, server, 'POST', '', createdZone(zone));
      for (const { keytype, active, published, privatekey } of zone.keys)
        await call(http, server, 'POST', `${path}/cryptokeys`, { keytype, active, published, privatekey });
      if (zone.keys.length === 0) return;
      // only a zone with keys takes these
      const { nsec3param, nsec3narrow } = zone;
      if (nsec3param) await call(http, server, 'PUT', path, { nsec3param, nsec3narrow });
      await call(http, server, 'PUT', `${path}/rectify`);
    },
  };
}

/** The API key out of the Secret that the spec names (`namespace/name`, key `api-key`). Throws E1301. */
export async function powerDnsKey(mother: Kube, secret: string): Promise<string> {
  const [namespace, name] = secret.split('/');
  const object = await mother.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: name ?? '' });
  const encoded = object?.data?.['api-key'];
  if (typeof encoded !== 'string') {
    throw fail('E1301', `Secret ${secret} with key api-key was not found on the mother cluster.`, {
      actions: ['set spec.mother.powerdns.secret', `or: ${command('credentials set', 'powerdns-api-key')}`],
    });
  }
  return Buffer.from(encoded, 'base64').toString();
}
