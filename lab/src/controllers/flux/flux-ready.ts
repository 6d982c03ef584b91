/** What all Flux objects share: Ready at the observed generation, requests to reconcile, intervals, credentials. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { type Condition, condition, conditions, isTrue } from '../conditions.js';
import type { ReconcileContext } from '../reconciler.js';

export const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt';
export const FINALIZER = 'finalizers.fluxcd.io';

/** Ready, and about the present spec. */
export const isReconciled = (object: KubeObject | undefined): boolean =>
  object !== undefined && isTrue(object, 'Ready') && object.status?.observedGeneration === object.metadata.generation;

/** Sets Ready (and what else is given), observedGeneration and the last request handled. */
export async function tellReady(
  object: KubeObject,
  lab: ReconcileContext,
  holds: boolean | undefined,
  reason: string,
  message: string,
  more: { status?: Record<string, unknown>; conditions?: Condition[] } = {},
): Promise<void> {
  const generation = object.metadata.generation;
  const handled = object.metadata.annotations?.[REQUESTED_AT];
  const wanted = [condition('Ready', holds, reason, message), ...(more.conditions ?? [])].map((one) => ({
    ...one,
    observedGeneration: generation,
  }));
  await lab.setStatus(object, {
    ...more.status,
    observedGeneration: generation,
    ...(handled ? { lastHandledReconcileAt: handled } : {}),
    conditions: conditions(object, lab.clock, wanted),
  });
}

/** `1h2m3s` in milliseconds. */
export function durationMs(text: string | undefined, otherwise: number): number {
  const parts = [...(text ?? '').matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0) return otherwise;
  const units = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit as 'h'], 0);
}

/** How soon a source is looked at again. The lab does not let anybody wait longer than ten seconds for a poll. */
export const pollMs = (interval: string | undefined): number => Math.min(durationMs(interval, 60_000), 10_000);

/** Value of a Secret's key, decoded. */
export function secretValue(
  lab: Pick<ReconcileContext, 'store'>,
  namespace: string | undefined,
  name: string,
  key: string,
): string | undefined {
  const value = lab.store.get('v1/Secret', namespace, name)?.data?.[key];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : undefined;
}

/** User and password for a host, of the Secret that a source names: basic auth keys or a docker config. */
export function credentialsFor(
  source: KubeObject,
  host: string,
  lab: ReconcileContext,
): { username: string; password: string } | undefined {
  const name = source.spec?.secretRef?.name;
  if (!name) return undefined;
  const read = (key: string) => secretValue(lab, source.metadata.namespace, name, key);
  const username = read('username');
  if (username !== undefined) return { username, password: read('password') ?? '' };
  const docker = read('.dockerconfigjson');
  if (!docker) return undefined;
  const entry = (
    JSON.parse(docker) as { auths?: Record<string, { username?: string; password?: string; auth?: string }> }
  ).auths?.[host];
  if (entry?.username) return { username: entry.username, password: entry.password ?? '' };
  const [user = '', ...rest] = Buffer.from(entry?.auth ?? '', 'base64')
    .toString()
    .split(':');
  return user ? { username: user, password: rest.join(':') } : undefined;
}
