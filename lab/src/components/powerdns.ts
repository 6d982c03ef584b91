/** The Sovereign's PowerDNS API behind its Service, over the zones that its name servers answer from. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { secretValue } from '../controllers/flux/flux-ready.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { powerDnsApi } from '../servers/powerdns-api.js';
import { type Component, text } from './component.js';

export const isPowerDns = (service: KubeObject) => service.metadata.name === 'powerdns';

/** What its API asks for; undefined as long as the Secret is not there. */
export const powerDnsKey = (lab: ReconcileContext, namespace: string) =>
  secretValue(lab, namespace, 'powerdns-api-credentials', 'api-key');

export const powerdns: Component = {
  name: 'powerdns',
  emulates: isPowerDns,
  handle(request, { lab, service }) {
    const zones = lab.world.dns?.zones;
    const apiKey = powerDnsKey(lab, service.metadata.namespace!);
    if (!zones || !apiKey) return text(502, 'this lab does not emulate the PowerDNS API\n');
    return powerDnsApi({ zones: () => zones, apiKey: () => apiKey })(request);
  },
};
