/** The identity of a lab: made with its directory, and written into what it serves, so that nobody takes a lab for the real world. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LabMark, labConfigMap } from 'catalyst/sovereign/lab-mark.js';
import type { Clock } from 'catalyst/support/clock.js';
import type { LabKube } from '../kubernetes/client/client.js';

/** The same for as long as the directory is there, over restarts too: state in it belongs to this lab. `lab down` ends it. */
export function labId(directory: string): string {
  const file = join(directory, 'identity');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const id = randomBytes(16).toString('hex');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, `${id}\n`, { mode: 0o600 });
  return id;
}

/** Before anybody else can reach the cluster: a real API server creates kube-system some time after it answers. */
export async function markCluster(
  kube: LabKube,
  { id, name, engine }: LabMark & { engine?: string },
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<void> {
  const { apiVersion, kind, namespace, name: configMap } = labConfigMap;
  while (!(await kube.get({ apiVersion: 'v1', kind: 'Namespace', name: namespace }))) await clock.sleep(50, signal);
  await kube.apply({
    apiVersion,
    kind,
    metadata: { namespace, name: configMap },
    data: { id, name, ...(engine ? { engine } : {}) },
  });
}
