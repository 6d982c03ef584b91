/** What answers behind the Services of the emulated mother: `namespace/service` → handler, for its ingress and its network. */
import type { Clock } from 'catalyst/support/clock.js';
import type { Faults } from '../../requests/faults.js';
import type { LabHandler } from '../../requests/http-server.js';
import { powerDnsApi } from '../powerdns-api.js';
import type { Zones } from '../zones.js';
import { type CatalystApi, createCatalystApi } from './catalyst-api.js';
import type { Claims } from './claims.js';
import { catalystUi, demoApi, demoPage } from './pages.js';
import { createPoolDomainManager, type PoolDomainManager } from './pdm.js';

export interface MotherServices {
  /** Keys are `namespace/service`. */
  handlers: Map<string, LabHandler>;
  catalystApi: CatalystApi;
  pdm: PoolDomainManager;
}

export function motherServices(options: {
  claims: Claims;
  zones: Zones;
  powerDnsApiKey: string;
  faults: Faults;
  clock: Clock;
}): MotherServices {
  const { claims, zones, powerDnsApiKey, faults, clock } = options;
  const catalystApi = createCatalystApi(claims, clock);
  const pdm = createPoolDomainManager();
  const page = (namespace: string, name: string): [string, LabHandler] => [
    `${namespace}/${name}`,
    demoPage(namespace, name, faults),
  ];
  return {
    catalystApi,
    pdm,
    handlers: new Map<string, LabHandler>([
      page('sme', 'console'),
      page('sme', 'admin'),
      page('sme', 'marketplace'),
      ['sme/gateway', demoApi],
      ['marketplace/marketplace-api', demoApi],
      page('tenant-bakkal', 'bakkal-shop'),
      page('website', 'website'),
      ['catalyst/catalyst-api', catalystApi.handler],
      ['catalyst/catalyst-ui', catalystUi(catalystApi)],
      ['openova-system/pool-domain-manager', pdm.handler],
      ['openova-system/powerdns', powerDnsApi({ zones: () => zones, apiKey: () => powerDnsApiKey })],
    ]),
  };
}
