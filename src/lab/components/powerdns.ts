/** The Sovereign's PowerDNS API behind its Service, over the zones that its name servers answer from. */
import { secretValue } from '../controllers/flux-ready.js';
import { powerDnsApi } from '../servers/powerdns-api.js';
import { type Component, text } from './component.js';

export const powerdns: Component = {
  name: 'powerdns',
  plays: (service) => service.metadata.name === 'powerdns',
  handle(request, { lab, service }) {
    const zones = lab.world.dns?.zones;
    const apiKey = secretValue(lab, service.metadata.namespace!, 'powerdns-api-credentials', 'api-key');
    if (!zones || !apiKey) return text(502, 'this lab plays no PowerDNS API\n');
    return powerDnsApi({ zones: () => zones, apiKey: () => apiKey })(request);
  },
};
