/** Whether an Alert of the Sovereign's Flux forwards an event: its controller accepts every event, and drops what no Alert asks for. */
import type { Kube, KubeObject } from '../../kubernetes/client/kube.js';
import type { AlertEvent } from './alert.js';

const notification = 'notification.toolkit.fluxcd.io/v1beta3';

interface Source {
  kind?: string;
  name?: string;
  namespace?: string;
}

/** `unwanted`: the Alerts for that object ask for errors alone, and it is none. Lists of expressions are Flux's to read. */
export type Forwarding = 'forwarded' | 'unwanted' | 'no alert';

export async function forwardingOf(kube: Pick<Kube, 'list'>, event: AlertEvent): Promise<Forwarding> {
  const alerts = await kube.list({ apiVersion: notification, kind: 'Alert' });
  if (alerts.some((alert) => takes(alert, event))) return 'forwarded';
  return alerts.some((alert) => takes(alert, { ...event, severity: 'error' })) ? 'unwanted' : 'no alert';
}

function takes({ metadata, spec = {} }: KubeObject, { involvedObject, severity }: AlertEvent): boolean {
  if (spec.suspend === true) return false;
  const wanted: unknown = spec.eventSeverity ?? 'info';
  if (wanted !== 'info' && wanted !== severity) return false;
  const sources = (spec.eventSources ?? []) as Source[];
  return sources.some(
    ({ kind, name, namespace = metadata.namespace }) =>
      kind === involvedObject.kind &&
      namespace === involvedObject.namespace &&
      (name === '*' || name === involvedObject.name),
  );
}
