/** PowerDNS's HTTP API on the mother: zones and RRsets. */
import { z } from 'zod';
import type { Kube } from '../kubernetes/client/kube.js';
import { fail } from '../support/errors/errors.js';
import type { Http, HttpAnswer, HttpWriter } from '../tools/http/http.js';
import { jsonOf } from '../tools/http/http-json.js';

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
}

export interface PowerDnsWriter {
  /** Replaces these RRsets and no other; one with no records is deleted. */
  replace(zone: string, sets: readonly RecordSet[]): Promise<void>;
  /** True when there was one. */
  deleteZone(name: string): Promise<boolean>;
}

export interface PowerDnsServer {
  /** `https://pdns.openova.io` */
  endpoint: string;
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
  }) => Promise<HttpAnswer>,
  { endpoint, apiKey }: PowerDnsServer,
  method: M,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  const answer = await http({
    url: `${endpoint.replace(/\/$/, '')}/api/v1/servers/localhost/zones${path}`,
    method,
    headers: { 'x-api-key': apiKey, 'content-type': 'application/json', accept: 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    timeoutMs: 20_000,
  });
  if (answer.status === 401 || answer.status === 403) {
    throw fail('E1302', `PowerDNS at ${endpoint} refused the API key (${answer.status}).`, {
      actions: ['check the Secret named by spec.mother.powerdns.secret', 'catalyst credentials set powerdns-api-key'],
    });
  }
  if (answer.status >= 400 && answer.status !== 404) {
    throw fail('E5004', `PowerDNS answered ${answer.status} to ${method} ${path || '/'}: ${answer.text.slice(0, 200)}`);
  }
  return answer;
}

export function readPowerDns(http: Http, server: PowerDnsServer): PowerDnsReader {
  return {
    async zones() {
      const answer = await call(http, server, 'GET', '');
      if (answer.status === 404) throw fail('E5004', `There is no PowerDNS API at ${server.endpoint}.`);
      return jsonOf(answer, `PowerDNS at ${server.endpoint}`, z.array(z.object({ name: z.string() }))).map(
        (zone) => zone.name,
      );
    },
    async zone(name) {
      const answer = await call(http, server, 'GET', `/${dotted(name)}`);
      if (answer.status === 404) return undefined;
      const { rrsets } = jsonOf(answer, `PowerDNS at ${server.endpoint}`, zoneShape);
      return (rrsets ?? []).map(({ name, type, ttl, records }) => ({
        name,
        type,
        ttl,
        records: records.map((record) => record.content),
      }));
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
  };
}

/** The API key out of the Secret that the spec names (`namespace/name`, key `api-key`). Throws E1301. */
export async function powerDnsKey(mother: Kube, secret: string): Promise<string> {
  const [namespace, name] = secret.split('/');
  const object = await mother.get({ apiVersion: 'v1', kind: 'Secret', namespace, name: name ?? '' });
  const encoded = object?.data?.['api-key'];
  if (typeof encoded !== 'string') {
    throw fail('E1301', `Secret ${secret} with key api-key was not found on the mother cluster.`, {
      actions: ['set spec.mother.powerdns.secret', 'or: catalyst credentials set powerdns-api-key'],
    });
  }
  return Buffer.from(encoded, 'base64').toString();
}
