/** What a real API server was asked, from its audit events into the lab's request log. */
import type { LabHandler } from '../requests/http-server.js';
import { ownAgent, type RequestLog } from '../requests/request-log.js';

interface AuditEvent {
  verb: string;
  requestURI: string;
  userAgent?: string;
  user?: { username?: string };
  requestReceivedTimestamp?: string;
  responseStatus?: { code?: number };
  objectRef?: { resource?: string; namespace?: string; name?: string; subresource?: string; apiGroup?: string };
}

const methods: Record<string, string> = {
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  apply: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** Groups whose POST asks a question and changes nothing. */
const asks = ['authorization.k8s.io', 'authentication.k8s.io'];

/** Takes the batches that the audit webhook of the API server `server` posts. */
export function auditReceiver(server: string, log: RequestLog): LabHandler {
  return ({ body }) => {
    const { items = [] } = JSON.parse(body.toString() || '{}') as { items?: AuditEvent[] };
    for (const event of items) {
      const { userAgent = '', objectRef, verb, requestReceivedTimestamp: at } = event;
      const user = event.user?.username;
      // the lab's own controllers, kwok and Flux are the world, not something that somebody does to it
      if (userAgent.startsWith(ownAgent) || /^(kwok|\w+-controller|kube-)/.test(userAgent)) continue;
      const method = methods[verb] ?? 'GET';
      log.record({
        // events come in batches, some time after what they tell of
        ...(at ? { at } : {}),
        server,
        method,
        path: event.requestURI,
        userAgent,
        ...(user ? { user } : {}),
        status: event.responseStatus?.code ?? 0,
        mutating:
          method !== 'GET' && !/[?&]dryRun=All/.test(event.requestURI) && !asks.includes(objectRef?.apiGroup ?? ''),
        ...(objectRef?.resource ? { object: `${objectRef.resource} ${nameIn(objectRef)}` } : {}),
      });
    }
    return { status: 200, body: {} };
  };
}

/** A namespace is named as its own namespace too. */
function nameIn({ resource, namespace, name }: NonNullable<AuditEvent['objectRef']>): string {
  return [resource === 'namespaces' ? undefined : namespace, name].filter(Boolean).join('/');
}
