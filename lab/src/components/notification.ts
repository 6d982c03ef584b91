/**
 * Flux's notification-controller: takes events at its root, and posts each to the generic Providers whose Alerts ask for it. A lab sends
 * nothing beyond this machine.
 */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { type Component, text } from './component.js';

interface Event {
  involvedObject?: { kind?: string; namespace?: string; name?: string };
  severity?: string;
  message?: string;
}

const kindOf = (kind: string) => `notification.toolkit.fluxcd.io/v1beta3/${kind}`;
/** What it reads of the cluster. */
export const NOTIFICATION_KINDS = [kindOf('Alert'), kindOf('Provider')];
const sendMs = 5000;

export const notificationController: Component = {
  name: 'notification-controller',
  emulates: ({ metadata }) => metadata.namespace === 'flux-system' && metadata.name === 'notification-controller',
  async handle({ method, path, body }, { lab }) {
    if (method !== 'POST' || path !== '/') return text(404, '');
    const event = parsed(body);
    if (event === undefined) return text(400, '');
    for (const alert of lab.store.list(kindOf('Alert'))) if (takes(alert, event)) await dispatch(alert, event, lab);
    return text(202, '');
  },
};

function parsed(body: Uint8Array): Event | undefined {
  try {
    return JSON.parse(Buffer.from(body).toString()) as Event;
  } catch {
    return undefined;
  }
}

function takes({ metadata, spec }: KubeObject, { involvedObject = {}, severity }: Event): boolean {
  if (spec.suspend === true || !['info', severity].includes(spec.eventSeverity ?? 'info')) return false;
  return ((spec.eventSources ?? []) as { kind: string; name: string; namespace?: string }[]).some(
    ({ kind, name, namespace = metadata.namespace }) =>
      kind === involvedObject.kind &&
      namespace === involvedObject.namespace &&
      (name === '*' || name === involvedObject.name),
  );
}

/** Posts an event to the Provider. Its sender gets 202 whether or not the Provider takes it. */
async function dispatch({ metadata, spec }: KubeObject, event: Event, lab: ReconcileContext): Promise<void> {
  const provider = lab.store.get(kindOf('Provider'), metadata.namespace, spec.providerRef?.name);
  const address = URL.parse(String(provider?.spec?.address ?? ''));
  if (provider?.spec?.type !== 'generic' || address?.hostname !== '127.0.0.1') return;
  const headers = { 'content-type': 'application/json' };
  await fetch(address, {
    method: 'POST',
    headers,
    body: JSON.stringify(event),
    signal: AbortSignal.timeout(sendMs),
  }).catch(() => undefined);
}
