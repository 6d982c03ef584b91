/** What of a text refers to the mother, or to OpenOva. Keys are the name, address, Service or authority that is referred to. Pure. */
import { createAddressSearch } from '../names/addresses.js';
import { type ApiNames, isNoHost, namesBelow } from '../names/occurrences.js';
import type { Cut } from '../text/neighbors.js';
import { cutsOf } from '../text/neighbors.js';
import type { Field, Wanted } from '../text/search.js';
import type { KnownMother } from './mother.js';

/** OpenOva's account at the public Git and registry, and the registrar that she keeps her domains at: not the mother, but not the Sovereign's. */
const account = 'openova-io';
export const registrar = 'api.dynadot.com';

export interface OwnCluster extends ApiNames {
  fqdn: string;
  /** `namespace/name` of every Service that the Sovereign has itself. */
  services: ReadonlySet<string>;
  namespaces: ReadonlySet<string>;
}

/** True for a reference that breaks L2 alone: OpenOva's, not the mother's. */
export const isOfOpenova = (key: string) => key.endsWith(`/${account}`) || key === registrar;

export function motherWanted(mother: KnownMother, own: OwnCluster): Wanted {
  const addresses = createAddressSearch(mother.addresses);
  const namespace = mother.namespaces.join('|');
  const service = new RegExp(`(?<![a-z0-9.-])(?:([a-z0-9-]+)\\.)?(${namespace})\\.svc(?![a-z0-9-])`, 'g');
  const short = new RegExp(
    `(?:://|@)([a-z0-9-]+)\\.(${namespace})(?=[:/\\s"']|$)|(?<![a-z0-9.-])([a-z0-9-]+)\\.(${namespace}):\\d`,
    'g',
  );
  const isOwn = (name: string) => name === own.fqdn || name.endsWith(`.${own.fqdn}`);
  // what the Sovereign has in its own registry or Git is its own, whatever the folder is called
  const isOwnHost = (name: string) => isOwn(name) || /\.svc(\.cluster\.local)?$/.test(name);
  const cuts: Cut[] = [
    ...mother.domains.flatMap((name) => cutsOf(name, true).map((cut) => ({ name, ...cut }))),
    ...addresses.addresses.flatMap((name) => cutsOf(name, false).map((cut) => ({ name, ...cut }))),
  ];
  return {
    cuts,
    ofCertificate: (fingerprint) =>
      mother.authorities.has(fingerprint) ? `authority ${fingerprint.slice(0, 16)}` : undefined,
    *inText(text: string, field: Field) {
      for (const domain of mother.domains)
        for (const one of text.includes(domain) ? namesBelow(text, domain) : [])
          if (!isOwn(one.name) && !isNoHost(text, one, field, own, mother.hosts)) yield one.name;
      yield* addresses.in(text);
      // of a Service or an account, where the Sovereign has no such namespace
      if (field.name === 'namespace' && mother.namespaces.includes(text) && !own.namespaces.has(text))
        yield `namespace ${text}`;
      if (text.includes('.svc'))
        for (const [, name = '', space] of text.matchAll(service))
          if (!own.services.has(`${space}/${name}`)) yield inCluster(name, space!);
      if (text.includes('.') && text.includes(':'))
        for (const [, name1, space1, name2, space2] of text.matchAll(short)) {
          const [name, space] = [name1 ?? name2!, space1 ?? space2!];
          if (!own.services.has(`${space}/${name}`)) yield inCluster(name, space);
        }
      if (text.includes(account))
        for (const host of accountHosts(text)) if (!isOwnHost(host)) yield `${host}/${account}`;
      if (text.includes(registrar)) for (const { name } of namesBelow(text, registrar)) yield name;
    },
  };
}

const inCluster = (name: string, namespace: string) => `${name === '' ? '' : `${name}.`}${namespace}.svc`;

/** Of `ghcr.io/openova-io`, and of the same at any other host. */
function* accountHosts(text: string): Generator<string> {
  const pattern = new RegExp(
    `(?:([a-z0-9-]+(?:\\.[a-z0-9-]+)+)(?::\\d+)?[/:](?:[\\w.-]+/)*?)${account}(?![\\w-])`,
    'g',
  );
  for (const [, host = ''] of text.matchAll(pattern)) yield host;
}
