/**
 * Short Jobs on the emulated mother, by their label. Those that list and erase files run their real scripts with this
 * machine's sh on the folder that is the claim. A Job whose claim, environment or ServiceAccount is not as its script needs
 * it fails as it would on a cluster.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { type ClaimScript, claimScripts } from 'catalyst/mother/jobs/claim-scripts.js';
import { sha256 } from 'catalyst/support/hash.js';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createExec } from 'catalyst/tools/exec/exec.js';
import type { Claims } from '../servers/mother/claims.js';
import type { Lab } from './engine.js';
import type { Program, ProgramCall } from './programs.js';

/** What the lab keeps on its claims. */
export type ClaimFiles = Pick<Claims, 'list' | 'read' | 'folder' | 'noteRemoved'>;

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
    inventory: (call) => runScript('inventory', mount(call, files)),
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

const exec = createExec(createRedactor());
/** Not every machine that a lab runs on has the name that alpine has. */
const portable = 'command -v sha256sum > /dev/null || sha256sum() { shasum -a 256 "$@"; }\n';

/** Runs the script of a Job as it stands; answers what it leaves in its termination log. */
async function runScript(name: ClaimScript, { files, namespace, claim, env }: Mounted): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-lab-job-'));
  const TERMINATION_LOG = join(folder, 'log');
  try {
    await exec({
      file: '/bin/sh',
      args: ['-c', `${portable}${claimScripts[name]}`],
      env: {
        FQDN: env.FQDN,
        IDS: env.IDS ?? '',
        OFFSET: env.OFFSET ?? '0',
        ROOT: files.folder(namespace, claim),
        TERMINATION_LOG,
      },
    });
    return JSON.parse(readFileSync(TERMINATION_LOG, 'utf8')) as object;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function erase(mounted: Mounted): Promise<object> {
  const { files, namespace, claim, readOnly } = mounted;
  if (readOnly) throw new Error('rm: read-only file system');
  const before = files.list(namespace, claim);
  try {
    return await runScript('erase', mounted);
  } finally {
    const left = new Set(files.list(namespace, claim));
    files.noteRemoved(
      namespace,
      claim,
      before.filter((path) => !left.has(path)),
    );
  }
}

async function recordIds(mounted: Mounted): Promise<string[]> {
  return ((await runScript('inventory', mounted)) as { ids: string[] }).ids;
}

/** Tries each kubeconfig where it lies, with the token it holds: at the address it names, and at the Sovereign's API. */
async function tryCredentials(mounted: Mounted, lab: Lab): Promise<object> {
  const { files, namespace, claim, env } = mounted;
  const told = { kubeconfigs: {}, servers: {}, own: {}, prints: {} } as Record<string, Record<string, string>>;
  for (const id of await recordIds(mounted)) {
    const file = files.read(namespace, claim, `kubeconfigs/${id}.yaml`);
    if (file === undefined) continue;
    const server = /server:\s*(\S+)/.exec(String(file))?.[1];
    const token = /token:\s*(\S+)/.exec(String(file))?.[1];
    told.kubeconfigs![id] = server === undefined ? 'unreachable' : await tryServer(lab, server, token);
    told.prints![id] = sha256(token ?? String(file)).slice(0, 16);
    told.servers![id] = server === undefined ? '' : new URL(server).host;
    if (env.OWN_SERVER) told.own![id] = await tryServer(lab, env.OWN_SERVER, token);
  }
  const { own, ...alone } = told;
  return env.OWN_SERVER ? told : alone;
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

/** Tests its rights and is armed, sleeps until its moment, then puts back what is still stopped and removes its bindings. */
async function undoKill({ pod, lab, env }: ProgramCall): Promise<object | 'waiting'> {
  const { NAME: own = '', NAMESPACE: namespace, DEPLOYMENT: name = '', KUSTOMIZATION: kustomization } = env;
  const owner = {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    namespace: env.KUSTOMIZATION_NAMESPACE,
    name: kustomization ?? '',
  };
  const may = await boundNamespaces(pod, lab);
  if (!may.has(namespace)) throw new Error(`not allowed: patch deployments.apps/${name}`);
  if (kustomization && !may.has(owner.namespace)) throw new Error(`not allowed: patch kustomizations/${kustomization}`);
  const job = { apiVersion: 'batch/v1', kind: 'Job', namespace, name: own };
  const armed = { 'catalyst.openova.io/armed': 'true' };
  if (!(await lab.kube.get(job))?.metadata.annotations?.['catalyst.openova.io/armed'])
    await lab.kube.patch(job, { metadata: { annotations: armed } });
  const started = Date.parse(pod.metadata.creationTimestamp ?? '') || lab.clock.now().getTime();
  const due = started + Number(env.SECONDS_TO_WAIT) * 1000;
  if (lab.clock.now().getTime() < due && !lab.faults.holds('due-undo', own)) return 'waiting';
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name };
  if ((await lab.kube.get(deployment))?.spec?.replicas === 0)
    await lab.kube.patch(deployment, { spec: { replicas: Number(env.REPLICAS) } });
  if (kustomization && (await lab.kube.get(owner))?.spec?.suspend === true)
    await lab.kube.patch(owner, { spec: { suspend: env.SUSPEND === 'false' ? false : null } });
  for (const at of new Set([owner.namespace, namespace]))
    if (at) await lab.kube.delete({ apiVersion: RBAC, kind: 'RoleBinding', namespace: at, name: own });
  return { undone: true };
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** Namespaces in which a Pod's ServiceAccount is bound to a role. */
async function boundNamespaces({ metadata, spec }: KubeObject, lab: Lab): Promise<Set<string | undefined>> {
  const bindings = await lab.kube.list({ apiVersion: RBAC, kind: 'RoleBinding' });
  const ours = bindings.filter(({ subjects = [] }) =>
    (subjects as { name: string; namespace?: string }[]).some(
      (subject) => subject.name === spec.serviceAccountName && subject.namespace === metadata.namespace,
    ),
  );
  return new Set(ours.map((binding) => binding.metadata.namespace));
}
