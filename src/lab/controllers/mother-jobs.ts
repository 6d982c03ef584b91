/**
 * Short Jobs on the played mother, told by their label: what their scripts would do on the claim that they mount, on the
 * real files of the lab. A Job whose claim, environment or ServiceAccount is not as its script needs it fails as it would.
 */
import { sha256 } from '../../support/hash.js';
import type { Lab } from './engine.js';
import type { Program, ProgramCall } from './programs.js';

/** What the lab keeps on its claims (src/lab/servers/mother/claims.ts). */
export interface ClaimFiles {
  list(namespace: string, claim: string): string[];
  read(namespace: string, claim: string, path: string): Buffer | undefined;
  remove(namespace: string, claim: string, path: string): boolean;
}

const busy = /"status"\s*:\s*"(pending|provisioning|tofu-applying|flux-bootstrapping|phase1-watching)"/;

interface Mounted {
  files: ClaimFiles;
  namespace: string;
  claim: string;
  readOnly: boolean;
  env: Record<string, string>;
}

/** Programs by the value of the label `catalyst.openova.io/job`. */
export function motherJobs(files: ClaimFiles): Record<string, Program> {
  return {
    inventory: (call) => inventory(mount(call, files)),
    erase: (call) => erase(mount(call, files)),
    'try-credentials': (call) => tryCredentials(mount(call, files), call.lab),
    'undo-kill': undoKill,
  };
}

function mount({ pod, env }: ProgramCall, files: ClaimFiles): Mounted {
  const volumes = (pod.spec.volumes ?? []) as { persistentVolumeClaim?: { claimName: string } }[];
  const claim = volumes.find((volume) => volume.persistentVolumeClaim)?.persistentVolumeClaim?.claimName;
  if (!claim) throw new Error(`cd: can't cd to ${env.ROOT}`);
  const readOnly = pod.spec.containers[0].volumeMounts?.[0]?.readOnly === true;
  return { files, namespace: pod.metadata.namespace ?? '', claim, readOnly, env };
}

function recordIds({ files, namespace, claim, env }: Mounted): string[] {
  const pattern = new RegExp(`"sovereignFQDN"\\s*:\\s*"${env.FQDN?.replaceAll('.', '\\.')}"`);
  const found = files
    .list(namespace, claim)
    .filter((path) => /^deployments\/[^.][^/]*\.json$/.test(path))
    .filter((path) => pattern.test(String(files.read(namespace, claim, path))))
    .map((path) => path.slice('deployments/'.length, -'.json'.length));
  return [...new Set([...(env.IDS ?? '').split(/\s+/).filter(Boolean), ...found])].sort();
}

function filesOf(mounted: Mounted, ids: readonly string[]): string[] {
  const { files, namespace, claim, env } = mounted;
  const slug = env.FQDN?.replaceAll('.', '-');
  return files
    .list(namespace, claim)
    .filter(
      (path) =>
        path.startsWith(`tofu/${slug}/`) ||
        String(files.read(namespace, claim, path)).includes(env.FQDN ?? '') ||
        ids.some(
          (id) =>
            path === `deployments/${id}.json` ||
            path.startsWith(`deployments/.${id}.`) ||
            path.startsWith(`kubeconfigs/${id}.yaml`) ||
            path.startsWith(`kubeconfigs/.${id}.`) ||
            path.startsWith(`executions/${id}/`),
        ),
    );
}

function inventory(mounted: Mounted): object {
  const { files, namespace, claim } = mounted;
  const ids = recordIds(mounted);
  const paths = filesOf(mounted, ids);
  const lines = paths.map((path) => `${sha256(files.read(namespace, claim, path) ?? '')}  ${path}\n`);
  const inFlight = files
    .list(namespace, claim)
    .filter((path) => /^deployments\/[^.][^/]*\.json$/.test(path))
    .filter((path) => busy.test(String(files.read(namespace, claim, path))))
    .map((path) => path.slice('deployments/'.length, -'.json'.length));
  return { ids, count: paths.length, files: paths.slice(0, 30), inFlight, hash: sha256(lines.join('')) };
}

function erase(mounted: Mounted): object {
  const { files, namespace, claim, readOnly } = mounted;
  if (readOnly) throw new Error('rm: read-only file system');
  const ids = recordIds(mounted);
  const paths = filesOf(mounted, ids);
  for (const path of paths) files.remove(namespace, claim, path);
  const left = filesOf(mounted, ids).length;
  if (left > 0) throw new Error(`${left} files are left`);
  return { deleted: paths.length, left };
}

/** Tries each kubeconfig where it lies, with the token it holds: at the address it names, and at the Sovereign's API. */
async function tryCredentials(mounted: Mounted, lab: Lab): Promise<object> {
  const { files, namespace, claim, env } = mounted;
  const told = { kubeconfigs: {}, servers: {}, own: {} } as Record<string, Record<string, string>>;
  for (const id of recordIds(mounted)) {
    const file = files.read(namespace, claim, `kubeconfigs/${id}.yaml`);
    if (file === undefined) continue;
    const server = /server:\s*(\S+)/.exec(String(file))?.[1];
    const token = /token:\s*(\S+)/.exec(String(file))?.[1];
    told.kubeconfigs![id] = server === undefined ? 'unreachable' : await tryServer(lab, server, token);
    told.servers![id] = server === undefined ? '' : new URL(server).host;
    if (env.OWN_SERVER) told.own![id] = await tryServer(lab, env.OWN_SERVER, token);
  }
  return env.OWN_SERVER ? told : { kubeconfigs: told.kubeconfigs, servers: told.servers };
}

/** What kubectl's words would be sorted into. */
function answerOf(status: number): string {
  if (status < 300) return 'accepted';
  return status === 401 || status === 403 ? 'refused' : 'unreachable';
}

async function tryServer(lab: Lab, server: string, token: string | undefined): Promise<string> {
  const { hostname, port } = new URL(server);
  const to = lab.world.outside?.(hostname, Number(port || 443));
  if (!to) return 'unreachable';
  const { request } = await import('node:https');
  return new Promise((resolve) => {
    const call = request(
      {
        host: to.host,
        port: to.port,
        path: '/api/v1/namespaces',
        rejectUnauthorized: false,
        headers: token ? { authorization: `Bearer ${token}` } : {},
        timeout: 5000,
      },
      (answer) => {
        answer.resume();
        resolve(answerOf(answer.statusCode ?? 500));
      },
    );
    call.on('error', () => resolve('unreachable'));
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.end();
  });
}

/** Sleeps until its moment, then scales and resumes, as far as the bindings of its ServiceAccount allow. */
async function undoKill({ pod, lab, env }: ProgramCall): Promise<object | 'waiting'> {
  const started = Date.parse(pod.metadata.creationTimestamp ?? '') || lab.clock.now().getTime();
  if (lab.clock.now().getTime() < started + Number(env.SECONDS_TO_WAIT) * 1000) return 'waiting';
  const account = pod.spec.serviceAccountName;
  const rights = await lab.kube.list({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' });
  const may = (namespace: string | undefined) =>
    rights.some(
      (binding) =>
        binding.metadata.namespace === namespace &&
        (binding.subjects ?? []).some(
          (subject: { kind: string; name: string; namespace?: string }) =>
            subject.name === account && subject.namespace === pod.metadata.namespace,
        ),
    );
  const { NAMESPACE: namespace, DEPLOYMENT: name = '', KUSTOMIZATION: kustomization } = env;
  if (!may(namespace)) throw new Error(`deployments "${name}" is forbidden`);
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
  await lab.kube.patch(deployment, { spec: { replicas: Number(env.REPLICAS) } });
  if (kustomization) {
    const owner = {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      namespace: env.KUSTOMIZATION_NAMESPACE,
      name: kustomization,
    };
    if (!may(owner.namespace)) throw new Error(`kustomizations "${kustomization}" is forbidden`);
    await lab.kube.patch(owner, { spec: { suspend: null } });
  }
  return { undone: true };
}
