/** The certificates of a Pod's program, as files where it looks for them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReconcileContext } from '../../controllers/reconciler.js';

/** What a Pod finds where that Secret is mounted. Throws when its certificates are not there yet. */
export async function writeCertificates(
  folder: string,
  of: { namespace: string; name: string },
  lab: ReconcileContext,
): Promise<void> {
  const secret = await lab.kube.get({ apiVersion: 'v1', kind: 'Secret', ...of });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const key of ['tls.crt', 'tls.key', 'ca.crt']) {
    const value = secret?.data?.[key];
    if (!value) throw new Error(`Secret ${of.namespace}/${of.name} has no ${key} yet`);
    writeFileSync(join(folder, key), Buffer.from(value, 'base64'), { mode: 0o600 });
  }
}
