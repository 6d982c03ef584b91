/**
 * The way from an API server that exists to the webhooks of emulated operators. It has none to a Service that no program stands
 * behind, so a webhook that names a Service is led to the lab by URL, once its operator has filled in whom it trusts.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { type CertificateAndKey, issueCertificate } from '../certificates.js';
import type { Rule } from '../controllers/reconciler.js';
import type { Controllers } from '../controllers/start.js';
import { createFaults } from '../requests/faults.js';
import { serve } from '../requests/http-server.js';
import { createRequestLog } from '../requests/request-log.js';

interface Webhook {
  clientConfig?: {
    url?: string;
    caBundle?: string;
    service?: { namespace: string; name: string; path?: string; port?: number } | null;
  };
}

export interface WebhookProxy {
  rules: readonly Rule[];
  lead(to: Pick<Controllers, 'call'> | undefined): void;
  close(): Promise<void>;
}

/** @param host address of this machine that the API server can reach */
export async function openWebhookProxy(authority: CertificateAndKey, host: string): Promise<WebhookProxy> {
  let leads: Pick<Controllers, 'call'> | undefined;
  const { certificate, key } = await issueCertificate({ commonName: 'webhooks', ipAddresses: [host] }, authority);
  const server = await serve({
    name: 'webhooks',
    host,
    tls: { cert: certificate, key },
    // what the API server asks is no call that somebody makes to the lab
    log: createRequestLog(),
    faults: createFaults(),
    handler(request) {
      const [, namespace = '', name = '', port = '', path = '/'] =
        /^\/([^/]+)\/([^/]+)\/(\d+)(\/.*)?$/.exec(request.path) ?? [];
      return leads ? leads.call(namespace, name, Number(port), { ...request, path }) : { status: 503 };
    },
  });
  const rule = (word: string): Rule => ({
    name: `way to ${word} webhooks`,
    kind: `admissionregistration.k8s.io/v1/${word}WebhookConfiguration`,
    async reconcile(configuration, lab) {
      const webhooks = ledBy(server.endpoint, configuration);
      if (webhooks) await lab.patch(configuration, { webhooks });
    },
  });
  return {
    rules: [rule('Validating'), rule('Mutating')],
    lead(to) {
      leads = to;
    },
    close: server.close,
  };
}

/** Its webhooks with addresses instead of Services; undefined when there is nothing to change. */
export function ledBy(endpoint: string, configuration: KubeObject): Webhook[] | undefined {
  const webhooks = (configuration.webhooks ?? []) as Webhook[];
  const isOurs = ({ clientConfig }: Webhook) => Boolean(clientConfig?.service && clientConfig.caBundle);
  if (!webhooks.some(isOurs)) return undefined;
  return webhooks.map((webhook) => {
    if (!isOurs(webhook)) return webhook;
    const { service, ...rest } = webhook.clientConfig!;
    const { namespace, name, path = '/', port = 443 } = service!;
    return { ...webhook, clientConfig: { ...rest, url: `${endpoint}/${namespace}/${name}/${port}${path}` } };
  });
}
