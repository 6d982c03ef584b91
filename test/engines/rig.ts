/** What the stories on real engines have in common: the CLI with the engine chosen, and kubectl by hand. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Agent, request } from 'undici';
import { findEngines } from '../../lab/src/engines/build/cache.js';
import { canMount } from '../../lab/src/engines/pods/pod-root.js';
import { hasTools } from '../../lab/src/engines/pods/pod-scripts.js';
import type { KubeObject } from '../../src/kubernetes/client/kube.js';
import { createRedactor } from '../../src/support/redact/redact.js';
import { createBinaries } from '../../src/tools/exec/binaries.js';
import { createExec } from '../../src/tools/exec/exec.js';
import { type Catalyst, catalystAtHome, type LabInfo } from '../lab/catalyst.js';

export { until } from '../until.js';

export const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

/** Of the lab's Sovereign. */
export const fqdn = 'omantel.omani.works';
/** Whether scripts of Jobs run as they stand on this machine. */
export const runsScripts = hasTools() && (await canMount(createExec(createRedactor())));

export const catalystOnEngines = (story: string): Catalyst =>
  catalystAtHome(story, { CATALYST_ENGINE: 'kubernetes', XDG_CACHE_HOME: cache });

const run = promisify(execFile);
const binaries = createBinaries({
  exec: createExec(createRedactor()),
  env: process.env,
  cacheDir: join(cache, 'catalyst'),
});

/** One kubectl call by hand; what it says. */
export async function kubectlText(kubeconfig: string, args: readonly string[]): Promise<string> {
  const file = await binaries.path('kubectl');
  const { stdout } = await run(file, ['--kubeconfig', kubeconfig, ...args], { maxBuffer: 256 * 1024 * 1024 });
  return stdout;
}

export async function apply(kubeconfig: string, object: object, flags: readonly string[] = []): Promise<void> {
  const file = await binaries.path('kubectl');
  const running = run(file, ['--kubeconfig', kubeconfig, 'apply', ...flags, '-f', '-']);
  running.child.stdin?.end(JSON.stringify(object));
  await running;
}

/** The SealedSecret that kubeseal makes of a Secret, with the certificate that the controller's own Service gives. */
export async function kubeseal(kubeconfig: string, secret: object): Promise<KubeObject> {
  const service = '/api/v1/namespaces/kube-system/services/sealed-secrets-controller:8080/proxy/v1/cert.pem';
  const folder = mkdtempSync(join(tmpdir(), 'catalyst-kubeseal-'));
  try {
    writeFileSync(join(folder, 'cert.pem'), await kubectlText(kubeconfig, ['get', '--raw', service]));
    const args = ['--cert', join(folder, 'cert.pem'), '--format', 'json'];
    const running = run(findEngines(process.env).program('kubeseal'), args);
    running.child.stdin?.end(JSON.stringify(secret));
    return JSON.parse((await running).stdout) as KubeObject;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The image of catalyst-api in that namespace: what its Jobs run, and what a node can pull. */
export const imageOfCatalyst = (kubeconfig: string, namespace: string): Promise<string> =>
  kubectlText(kubeconfig, [
    ...['-n', namespace, 'get', 'deployment', 'catalyst-api'],
    ...['-o', 'jsonpath={.spec.template.spec.containers[0].image}'],
  ]);

/** One kubectl call by hand; its JSON. */
export async function kubectl<T>(kubeconfig: string, args: readonly string[]): Promise<T> {
  return JSON.parse(await kubectlText(kubeconfig, [...args, '-o', 'json'])) as T;
}

/** The root of the lab's ACME authority, as its own port for such questions tells it. */
export async function rootOfAcme(lab: LabInfo): Promise<X509Certificate> {
  const folder = join(dirname(lab.spec), 'engines', 'acme');
  const { pebble } = JSON.parse(readFileSync(join(folder, 'pebble.json'), 'utf8')) as {
    pebble: { managementListenAddress: string };
  };
  const dispatcher = new Agent({ connect: { ca: readFileSync(join(dirname(lab.spec), 'ca.pem')) } });
  const answer = await request(`https://${pebble.managementListenAddress}/roots/0`, { dispatcher });
  return new X509Certificate(await answer.body.text());
}

/** Process ids of a cluster's programs, as its folder tells them. */
export function processesOf(directory: string): Record<string, number> {
  return JSON.parse(readFileSync(join(directory, 'processes.json'), 'utf8')) as Record<string, number>;
}

/** Name of the folder of the Sovereign's control plane; undefined before its first server runs. */
export const folderOfSovereign = (lab: LabInfo): string | undefined =>
  readdirSync(join(dirname(lab.spec), 'engines')).find((name) => name.startsWith('sovereign-'));

/** Folder of the Sovereign's control plane and of the programs beside it. */
export const sovereignFolder = (lab: LabInfo): string => join(dirname(lab.spec), 'engines', folderOfSovereign(lab)!);

/** Whether a program of the Sovereign runs, by its name in processes.json. */
export const isRunning = (lab: LabInfo, program: string): boolean => runs(processesOf(sovereignFolder(lab))[program]!);

export function runs(pid: number): boolean {
  try {
    // a process that ended and was not waited for yet is gone too
    return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
