/** The way to the mother's PowerDNS. Whoever reads her zones opens it here, so that all of them go the same way. */
import type { Kube } from '../kubernetes/client/kube.js';
import type { Sovereign } from '../sovereign/spec/schema.js';
import type { Http } from '../tools/http/http.js';
import { type PowerDnsReader, type PowerDnsServer, powerDnsKey, readPowerDns } from './powerdns.js';
import { stoppedBefore } from './refused.js';
import { eitherWay, loginOf } from './service-access.js';

export interface MotherLook {
  sovereign: Sovereign;
  http: Http;
  mother(): Promise<Kube>;
  credentials: { find(name: 'powerdns-api-key'): Promise<string | undefined> };
  redactor?: { register(secret: string | undefined): void };
}

export interface MotherDns extends PowerDnsReader {
  /** For the gate's writer, which goes the way that the last call went. */
  readonly server: PowerDnsServer;
}

/** @throws E1301 where the key or the login is not to be had */
export async function openMotherDns({
  sovereign,
  http,
  mother,
  credentials,
  redactor,
}: MotherLook): Promise<MotherDns> {
  const { endpoint, secret, basicAuthSecret, access, service } = sovereign.spec.mother.powerdns;
  const apiKey = (await credentials.find('powerdns-api-key')) ?? (await powerDnsKey(await mother(), secret));
  const login =
    basicAuthSecret === undefined
      ? undefined
      : await loginOf(await mother(), basicAuthSecret, 'spec.mother.powerdns.basicAuthSecret');
  for (const one of [apiKey, login?.password]) redactor?.register(one);
  const server: PowerDnsServer = { endpoint, apiKey, ...(login ? { login } : {}) };
  const what = `PowerDNS at ${endpoint}`;
  const send = eitherWay({ what, access, service, way: server, http, mother, isStopped: stoppedBefore });
  return { ...readPowerDns(send, server), server };
}
