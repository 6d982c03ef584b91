/** Jobs that catalyst runs on its mother: reading and erasing records on the claim, trying old kubeconfigs, the undo of the kill. */
import { createHash } from 'node:crypto';
import { parseYamlStream, toYaml } from '../../support/yaml.js';
import type { KubeObject } from '../../tools/kube.js';
import { createLabKube } from '../kubernetes/client.js';
import type { Claims } from '../servers/mother/claims.js';
import type { Lab } from './engine.js';
import type { Program, ProgramCall } from './programs.js';

const BUSY = new Set(['pending', 'provisioning', 'tofu-applying', 'flux-bootstrapping', 'phase1-watching']);
const DEPLOYMENT = 'apps/v1/Deployment';
const KUSTOMIZATION = 'kustomize.toolkit.fluxcd.io/v1/Kustomization';

export function motherJobs(claims: Claims): Record<string, Program> {
  return {
    inventory: (call) => {
      const found = find(call, claims);
      const lines = found.files.map((path) => `${sha256(found.read(path))}  ${path}\n`);
      return {
        ids: found.ids,
        count: found.files.length,
        files: found.files.slice(0, 30),
        inFlight: found.inFlight.slice(0, 5),
        hash: sha256(lines.join('')),
      };
    },
    erase: (call) => {
      const found = find(call, claims);
      if (isReadOnly(call.pod)) throw new Error('rm: read-only file system');
      for (const path of found.files) claims.remove(found.namespace, found.claim, path);
      for (const id of found.ids) claims.remove(found.namespace, found.claim, `executions/${id}`);
      const left = find(call, claims).files.length;
      if (left > 0) throw new Error(JSON.stringify({ deleted: found.files.length, left }));
      return { deleted: found.files.length, left };
    },
    'try-credentials': async (call) => {
      const { ids, read, files } = find(call, claims);
      const kubeconfigs: Record<string, string> = {};
      for (const id of ids) {
        const path = `kubeconfigs/${id}.yaml`;
        if (files.includes(path)) kubeconfigs[id] = await tryKubeconfig(read(path).toString(), call.lab);
      }
      return { kubeconfigs };
    },
    'undo-kill': ({ pod, env, lab }) => undo(pod, env, lab),
  };
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');

interface Found {
  namespace: string;
  claim: string;
  ids: string[];
  files: string[];
  inFlight: string[];
  read(path: string): Buffer;
}

/** Records of the Sovereign and every file that belongs to them or names it. */
function find({ pod, env }: ProgramCall, claims: Claims): Found {
  const namespace = `${pod.metadata.namespace}`;
  const fqdn = env['FQDN'] ?? '';
  const claim = ((pod.spec.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[]).find(
    (volume) => volume.persistentVolumeClaim,
  )?.persistentVolumeClaim?.claimName;
  if (!claim) throw new Error('cd: no such directory');
  const all = claims.list(namespace, claim);
  const read = (path: string) => claims.read(namespace, claim, path) ?? Buffer.alloc(0);
  const records = all
    .filter((path) => /^deployments\/[^/.]+\.json$/.test(path))
    .map((path) => ({ id: path.slice(12, -5), record: recordOf(read(path)) }));
  const ours = records
    .filter(({ record }) => record.request?.sovereignFQDN === fqdn || record.sovereignFQDN === fqdn)
    .map(({ id }) => id);
  const ids = [...new Set([...(env['IDS'] ?? '').split(/\s+/).filter(Boolean), ...ours])].sort();
  const inFlight = records.filter(({ record }) => BUSY.has(record.status ?? '')).map(({ id }) => id);
  const belongs = (path: string) =>
    ids.some(
      (id) =>
        path === `deployments/${id}.json` ||
        path.startsWith(`deployments/.${id}.`) ||
        path.startsWith(`kubeconfigs/${id}.yaml`) ||
        path.startsWith(`kubeconfigs/.${id}.`) ||
        path.startsWith(`executions/${id}/`),
    ) || path.startsWith(`tofu/${fqdn.replaceAll('.', '-')}/`);
  const files = all.filter((path) => belongs(path) || (fqdn !== '' && read(path).includes(fqdn)));
  return { namespace, claim, ids, files, inFlight, read };
}

function recordOf(body: Buffer): { status?: string; sovereignFQDN?: string; request?: { sovereignFQDN?: string } } {
  try {
    return JSON.parse(body.toString());
  } catch {
    return {};
  }
}

const isReadOnly = (pod: KubeObject): boolean =>
  ((pod.spec.containers?.[0]?.volumeMounts ?? []) as { readOnly?: boolean }[]).some((mount) => mount.readOnly);

/** The file's server is where the Sovereign's public address leads in this lab. */
async function tryKubeconfig(text: string, lab: Lab): Promise<'accepted' | 'refused' | 'unreachable'> {
  const config = parseYamlStream(text)[0] as { clusters?: { cluster: Record<string, string> }[] };
  for (const { cluster } of config.clusters ?? []) {
    const url = new URL(cluster['server'] ?? 'https://nowhere');
    const place = lab.world.outside?.(url.hostname, Number(url.port || 443));
    if (!place) continue;
    cluster['server'] = `https://${place.host}:${place.port}`;
    cluster['tls-server-name'] ??= url.hostname;
  }
  const kube = createLabKube(toYaml(config), 'kubectl');
  try {
    const { status } = await kube.raw('/api/v1/namespaces');
    return status === 401 || status === 403 ? 'refused' : status < 400 ? 'accepted' : 'unreachable';
  } catch (error) {
    // another authority than the file's: what it knew has been replaced
    return /certificate|self.signed|unable to verify|ECONNRESET|EPROTO/i.test(
      String((error as { code?: string }).code ?? error),
    )
      ? 'refused'
      : 'unreachable';
  } finally {
    kube.close();
  }
}

async function undo(pod: KubeObject, env: Record<string, string>, lab: Lab): Promise<object | 'waiting'> {
  const started = Date.parse(pod.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? '');
  const waited = Number.isNaN(started) ? 0 : lab.clock.now().getTime() - started;
  if (waited < Number(env['SECONDS_TO_WAIT'] ?? 0) * 1000) return 'waiting';
  const deployment = lab.store.get(DEPLOYMENT, env['NAMESPACE'], env['DEPLOYMENT'] ?? '');
  if (!deployment) throw new Error(`deployments.apps "${env['DEPLOYMENT']}" not found`);
  await lab.patch(deployment, { spec: { replicas: Number(env['REPLICAS'] ?? 1) } });
  const kustomization =
    env['KUSTOMIZATION'] && lab.store.get(KUSTOMIZATION, env['KUSTOMIZATION_NAMESPACE'], env['KUSTOMIZATION']);
  if (kustomization) await lab.patch(kustomization, { spec: { suspend: null } });
  return { undone: true };
}
