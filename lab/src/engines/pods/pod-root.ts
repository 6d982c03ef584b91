/**
 * What a program in a Pod finds: a root of its own with this machine's programs, what the Pod mounts, and a termination log.
 * No container: processes, network and user are those of this machine; mounts are seen by that program alone.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { parseYamlStream } from 'catalyst/support/yaml/read-yaml.js';
import type { Exec } from 'catalyst/tools/exec/exec.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';
import type { ControlPlane } from '../control-plane.js';
import { tokenOf } from './pod-program.js';

export interface PodRoot {
  /** Folder of this Pod on this machine, made anew. */
  folder: string;
  /** Path in the Pod → content; of directories that this machine has not (`/run` is the Pod's own). */
  files: Readonly<Record<string, string>>;
  /** Programs of this machine that are not below /usr; in the Pod they are in `toolFolder`. */
  tools?: readonly string[];
}

export const toolFolder = '/opt/tools';
const credentialFolder = '/run/secrets/kubernetes.io/serviceaccount';
const unshare = '/usr/bin/unshare';
/** A user namespace of its own, in which root is whoever we are, and mounts that nobody else sees. */
const apart = ['--map-root-user', '--mount'];

/** $0: folder of the Pod; then its tools, `--`, and what to run. */
const enter = `root="$0/root"
mount -t tmpfs tmpfs "$root"
cp -R "$0/files/." "$root"
cd "$root"
mkdir -p dev tmp run var .${toolFolder}
ln -s /run var/run
for each in usr etc proc; do mkdir -p "$each"; mount --rbind "/$each" "$each"; done
for each in bin sbin lib lib64; do
  if [ -L "/$each" ]; then cp -P "/$each" .; elif [ -d "/$each" ]; then mkdir "$each"; mount --rbind "/$each" "$each"; fi
done
for each in null zero random urandom; do : > "dev/$each"; mount --bind "/dev/$each" "dev/$each"; done
: > dev/termination-log
mount --bind "$0/said" dev/termination-log
while [ "$1" != -- ]; do
  : > ".${toolFolder}/\${1##*/}"
  mount --bind "$1" ".${toolFolder}/\${1##*/}"
  shift
done
shift
exec setpriv --pdeathsig KILL -- /usr/sbin/chroot . "$@"`;

/** Whether this machine lets us mount apart. */
export function canMount(exec: Exec): Promise<boolean> {
  return exec({ file: unshare, args: [...apart, 'mount', '-t', 'tmpfs', 'tmpfs', '/run'] }).then(
    () => true,
    () => false,
  );
}

/** Lays the files out and says how to run `command` among them; what it says to its termination log is in `said`. */
export function enterPodRoot(
  { folder, files, tools = [] }: PodRoot,
  command: readonly string[],
): { file: string; args: string[]; said: string } {
  rmSync(folder, { recursive: true, force: true });
  const said = join(folder, 'said');
  const all: [string, string][] = Object.entries(files).map(([path, text]) => [join(folder, 'files', path), text]);
  for (const [path, text] of [...all, [said, ''] as const]) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, text, { mode: 0o600 });
  }
  for (const name of ['root', 'files']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  return { file: unshare, args: [...apart, 'sh', '-ec', enter, folder, ...tools, '--', ...command], said };
}

/** Files and environment by which a program in that Pod finds the API server and says who it is. */
export async function credentialsIn(
  pod: KubeObject,
  lab: ReconcileContext,
  plane: Pick<ControlPlane, 'kubeconfig'>,
): Promise<{ files: Record<string, string>; env: Record<string, string> }> {
  const { namespace = 'default' } = pod.metadata;
  const token = await tokenOf(pod, lab);
  const [config] = parseYamlStream(plane.kubeconfig({ credentials: { token }, namespace })) as KubeObject[];
  const { server, 'certificate-authority-data': authority } = config!['clusters'][0].cluster;
  const { hostname, port } = new URL(server);
  const files = { token, namespace, 'ca.crt': Buffer.from(authority, 'base64').toString() };
  return {
    files: Object.fromEntries(Object.entries(files).map(([name, text]) => [`${credentialFolder}/${name}`, text])),
    env: { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port },
  };
}
