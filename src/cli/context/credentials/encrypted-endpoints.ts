/** No credential crosses a network in plain http://: one look at every configured address, before anything is sent. */
import type { Spec } from '../../../sovereign/spec/schema.js';
import { fail } from '../../../support/errors/errors.js';
import { isPlainRemote } from '../../../tools/http/plain-http.js';

export interface Endpoint {
  /** The field or variable that gives it. */
  field: string;
  address: string;
  /** What would be sent there; undefined when nothing secret is. */
  credential?: string;
}

/** `registry`: whether there is a login for the chart mirror. `env` is empty with --lab, whose addresses win. */
export function endpointsOf(
  { hetzner, objectStorage, mother, charts, acme }: Spec,
  env: Readonly<Record<string, string | undefined>>,
  { registry }: { registry: boolean },
): Endpoint[] {
  const given = (variable: string, field: string, value: string | undefined) => {
    const fromEnv = env[variable];
    return fromEnv ? { field: variable, address: fromEnv } : { field, address: value ?? '' };
  };
  const mirror = charts.mirror ?? '';
  return [
    { ...given('HCLOUD_ENDPOINT', 'spec.hetzner.endpoint', hetzner.endpoint), credential: 'the Hetzner token' },
    {
      ...given('AWS_ENDPOINT_URL_S3', 'spec.objectStorage.endpoint', objectStorage.endpoint),
      credential: 'requests signed with the Object Storage keys, and the data of backups',
    },
    { field: 'spec.mother.powerdns.endpoint', address: mother.powerdns.endpoint, credential: 'the PowerDNS API key' },
    {
      field: 'spec.mother.poolDomainManager.endpoint',
      address: mother.poolDomainManager.endpoint,
      credential: 'the login of the pool-domain-manager',
    },
    {
      field: 'spec.charts.mirror',
      address: charts.insecure ? mirror.replace(/^oci:/, 'http:') : mirror,
      ...(registry ? { credential: 'the login of the registry' } : {}),
    },
    { field: 'spec.acme.server', address: acme.server },
    { field: 'spec.mother.catalyst.consoleUrl', address: mother.catalyst.consoleUrl },
    ...mother.protected.pages.map((address, index) => ({ field: `spec.mother.protected.pages[${index}]`, address })),
  ];
}

/** Throws E1120 naming every address to which a credential would be sent unencrypted; warns of the others. */
export function assertEncrypted(endpoints: readonly Endpoint[], warn: (text: string) => void): void {
  const plain = endpoints
    .filter(({ address }) => isPlainRemote(address))
    .map((one) => (hasLogin(one.address) ? { ...one, credential: 'the login in the address' } : one));
  const refused = plain.filter(({ credential }) => credential !== undefined);
  if (refused.length > 0) {
    const list = refused.map(({ field, address, credential }) => `${field} (${withoutLogin(address)}): ${credential}`);
    throw fail('E1120', `Plain http:// would send credentials unencrypted over the network: ${list.join('; ')}.`, {
      actions: refused.map(({ field }) => `use an https:// address in ${field}`),
      data: { fields: refused.map(({ field }) => field) },
    });
  }
  for (const { field, address } of plain)
    warn(`${field} is plain http:// (${address}): others can alter its responses in transit.`);
}

const hasLogin = (address: string) => (URL.parse(address)?.username ?? '') !== '';

function withoutLogin(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}
