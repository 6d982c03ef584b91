/**
 * Short Jobs on the emulated mother, by their label. Those that list and erase files run their real scripts with this
 * machine's sh on the folder that is the claim. A Job whose claim, environment or ServiceAccount is not as its script needs
 * it fails as it would on a cluster.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClaimScript, claimScripts } from 'catalyst/mother/jobs/claim-scripts.js';
import { sha256 } from 'catalyst/support/hash.js';
import { createRedactor } from 'catalyst/support/redact/redact.js';
import { createExec } from 'catalyst/tools/exec/exec.js';
import { ownAgent } from '../../requests/request-log.js';
import type { Claims } from '../../servers/mother/claims.js';
import { egressTo } from '../network/egress.js';
import type { ReconcileContext } from '../reconciler.js';
import type { Program, ProgramCall } from '../workloads/programs/programs.js';
import { undoKill, undoRedirect } from './mother-undos.js';

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
    facts: (call) => runScript('facts', mount(call, files)),
    erase: (call) => erase(mount(call, files)),
    'try-credentials': (call) => tryCredentials(mount(call, files), call.lab),
    'undo-kill': undoKill,
    'undo-redirect': undoRedirect,
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
async function tryCredentials(mounted: Mounted, lab: ReconcileContext): Promise<object> {
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
  const cloud = await tryTokens(mounted, lab);
  return { ...(env.OWN_SERVER ? told : alone), ...cloud };
}

/** Hetzner tokens of this Sovereign's workdir at the lab's cloud API; and hashes of the Object Storage keys beside them. */
async function tryTokens({ files, namespace, claim, env }: Mounted, lab: ReconcileContext): Promise<object> {
  const path = `tofu/${env.FQDN?.replaceAll('.', '-')}/tofu.auto.tfvars.json`;
  const text = String(files.read(namespace, claim, path) ?? '{}');
  const {
    hcloud_token: token,
    object_storage_access_key: accessKey,
    object_storage_secret_key: secretKey,
  } = JSON.parse(text) as Record<string, string>;
  return {
    ...(token ? { tokens: { [printOf(token)]: await tryToken(token, lab) } } : {}),
    ...(accessKey && secretKey ? { keys: [printOf(`${accessKey}:${secretKey}`)] } : {}),
  };
}

async function tryToken(token: string, { world, signal }: ReconcileContext): Promise<string> {
  const headers = { authorization: `Bearer ${token}`, 'user-agent': `${ownAgent}kubectl` };
  return fetch(`${world.cloud?.()}/locations`, { headers, signal }).then(
    ({ status }) => answerOf(status),
    () => 'unreachable',
  );
}

const printOf = (credential: string) => sha256(credential).slice(0, 16);

/** What kubectl's words would be sorted into. */
function answerOf(status: number): string {
  if (status < 300) return 'accepted';
  return status === 401 || status === 403 ? 'refused' : 'unreachable';
}

async function tryServer(lab: ReconcileContext, server: string, token: string | undefined): Promise<string> {
  const { hostname, port } = new URL(server);
  const { place: to } = await egressTo(lab, hostname, Number(port || 443));
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
