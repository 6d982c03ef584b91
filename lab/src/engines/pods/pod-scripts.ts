/**
 * Jobs whose scripts need a shell, curl, jq and kubectl and nothing else run as they stand: as the Job's ServiceAccount, with
 * the environment, mounts and egress of its Pod. What they say to their termination log is what their Pod says.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { startProgram } from 'catalyst/tools/exec/exec.js';
import { environmentOf } from '../../components/component.js';
import type { ReconcileContext, Rule } from '../../controllers/reconciler.js';
import type { Exit } from '../../controllers/workloads/kubelet.js';
import type { FluxOptions } from '../build/flux-programs.js';
import { credentialsIn, enterPodRoot, toolFolder } from './pod-root.js';

export interface PodScripts {
  /** Undefined: not one of those, it is emulated. `waiting` while it runs. */
  run(pod: KubeObject, lab: ReconcileContext): Promise<Exit | 'waiting'> | undefined;
  /** Ends the script of a Pod that is gone. */
  rule: Rule;
}

/** By label of the Job, or name of the container. The others ask for programs that come in images only, or for a claim's files. */
const scripted = ['undo-kill', 'undo-redirect', 'lift-egress', 'openbao-status', 'openbao-write', 'zone-sync'];
const needed = ['/usr/sbin/chroot', '/usr/bin/curl', '/usr/bin/jq'];
const termination = 4096;
/** A short script is waited for; a long one is looked at again. */
const patienceMs = 2000;
const caPath = '/run/lab/ca.pem';

interface Running {
  exit: Promise<Exit>;
  ended: boolean;
  kill(): void;
}

export const hasTools = (): boolean => needed.every((file) => existsSync(file));

export function podScripts(options: FluxOptions): PodScripts {
  const running = new Map<string, Promise<Running>>();
  const end = (uid: string) => {
    const script = running.get(uid);
    running.delete(uid);
    script?.then((one) => one.kill()).catch(() => undefined);
  };
  return {
    run(pod, lab) {
      if (!scripted.includes(nameOf(pod))) return undefined;
      const { uid = '' } = pod.metadata;
      if (!running.has(uid)) {
        running.set(uid, begin(pod, lab, options));
        lab.signal.addEventListener('abort', () => end(uid), { once: true });
      }
      return outcome(running.get(uid)!, lab);
    },
    rule: {
      name: 'scripts of Jobs',
      kind: 'v1/Pod',
      reconcile: async (pod) => (pod.metadata.deletionTimestamp ? end(`${pod.metadata.uid}`) : undefined),
      gone: async (pod) => end(`${pod.metadata.uid}`),
    },
  };
}

const nameOf = ({ metadata: { labels = {} }, spec }: KubeObject): string =>
  labels['catalyst.openova.io/probe'] ?? labels['catalyst.openova.io/job'] ?? spec.containers[0].name;

async function outcome(starting: Promise<Running>, lab: ReconcileContext): Promise<Exit | 'waiting'> {
  const script = await starting;
  const patience = new AbortController();
  const enough = lab.clock.sleep(patienceMs, patience.signal).catch(() => undefined);
  await Promise.race([script.exit, enough]);
  patience.abort();
  return script.ended ? script.exit : 'waiting';
}

async function begin(
  pod: KubeObject,
  lab: ReconcileContext,
  { plane, directory, network }: FluxOptions,
): Promise<Running> {
  const { proxy, caFile } = network();
  const inside = pod.spec.automountServiceAccountToken === false ? undefined : await credentialsIn(pod, lab, plane);
  const kubectl = await lab.world.kubectl?.();
  const folder = join(directory, 'scripts', `${pod.metadata.name}-${pod.metadata.uid}`);
  const files = { ...inside?.files, ...mounted(pod, lab), [caPath]: readFileSync(caFile, 'utf8') };
  const { command = [], args: more = [] } = pod.spec.containers[0];
  const { file, args, said } = enterPodRoot({ folder, files, tools: kubectl ? [kubectl] : [] }, [...command, ...more]);
  mkdirSync(join(folder, 'log'), { mode: 0o700 });
  const program = startProgram({
    ...{ file, args, cwd: folder, logFile: join(folder, 'log', 'output.log') },
    env: {
      ...{ PATH: `${toolFolder}:/usr/local/bin:/usr/bin:/bin`, HOME: '/tmp', TMPDIR: '/tmp' },
      ...{
        http_proxy: proxy,
        https_proxy: proxy,
        no_proxy: '127.0.0.1',
        SSL_CERT_FILE: caPath,
        CURL_CA_BUNDLE: caPath,
      },
      ...inside?.env,
      ...environmentOf(pod, lab),
    },
  });
  const script: Running = {
    ended: false,
    exit: program.ended.then((how) => {
      script.ended = true;
      const message = readFileSync(said, 'utf8').slice(0, termination);
      return { code: Number(/^exit (\d+)$/.exec(how)?.[1] ?? 137), ...(message ? { message } : {}) };
    }),
    kill: () => program.kill('SIGKILL'),
  };
  return script;
}

/** ConfigMaps and Secrets that the first container mounts, as files. */
function mounted(pod: KubeObject, lab: ReconcileContext): Record<string, string> {
  const { namespace } = pod.metadata;
  const mounts = (pod.spec.containers[0].volumeMounts ?? []) as { name: string; mountPath: string }[];
  const volumes = (pod.spec.volumes ?? []) as {
    name: string;
    configMap?: { name: string };
    secret?: { secretName: string };
  }[];
  return Object.fromEntries(
    mounts.flatMap(({ name, mountPath }) => {
      const { configMap, secret } = volumes.find((one) => one.name === name) ?? {};
      const texts = (lab.store.get('v1/ConfigMap', namespace, configMap?.name ?? '')?.data ?? {}) as Record<
        string,
        string
      >;
      const secrets = (lab.store.get('v1/Secret', namespace, secret?.secretName ?? '')?.data ?? {}) as Record<
        string,
        string
      >;
      return [
        ...Object.entries(texts).map(([key, text]) => [join(mountPath, key), text]),
        ...Object.entries(secrets).map(([key, data]) => [join(mountPath, key), Buffer.from(data, 'base64').toString()]),
      ];
    }),
  );
}
