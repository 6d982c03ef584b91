/** Server-side apply by the kubectl binary; objects go over stdin, so that no Secret touches the disk or argv. */
import type { Clock } from '../../support/clock.js';
import { command } from '../../support/commands/command.js';
import { type CatalystError, fail, isCatalystError } from '../../support/errors/errors.js';
import type { Exec } from '../../tools/exec/exec.js';
import type { ApplyOptions, KubeObject } from './kube.js';

export interface KubectlTarget {
  exec: Exec;
  kubectl: string;
  kubeconfig: string;
  context?: string;
  clock: Clock;
  signal: AbortSignal;
}

export interface KubectlOptions extends ApplyOptions {
  /** The server answers what it would store, and stores nothing. */
  dryRun?: boolean;
}

/** Pure: the arguments of one apply. */
export function applyArguments(kubeconfig: string, context: string | undefined, options: KubectlOptions): string[] {
  return [
    '--kubeconfig',
    kubeconfig,
    ...(context ? ['--context', context] : []),
    'apply',
    '--server-side',
    '--field-manager=catalyst',
    ...(options.forceConflicts ? ['--force-conflicts'] : []),
    ...(options.dryRun ? ['--dry-run=server'] : []),
    '-o',
    'json',
    '-f',
    '-',
  ];
}

const pausesMs = [500, 1000, 2000, 4000, 8000, 15_000];

/** One kubectl process for all objects; an apply done twice is an apply done once, so passing faults are tried again. */
export async function kubectlApply(
  target: KubectlTarget,
  objects: readonly KubeObject[],
  options: KubectlOptions,
): Promise<KubeObject[]> {
  const { clock, signal } = target;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await applyOnce(target, inOrder(objects), options);
    } catch (error) {
      const pause = pausesMs[attempt];
      if (!isCatalystError(error) || error.data.passing !== true || pause === undefined) throw error;
      await clock.sleep(pause, signal);
    }
  }
}

async function applyOnce(target: KubectlTarget, objects: readonly KubeObject[], options: KubectlOptions) {
  try {
    const { stdout } = await target.exec({
      file: target.kubectl,
      args: applyArguments(target.kubeconfig, target.context, options),
      stdin: streamOf(objects),
      // ~/.kube/kuberc may give commands other defaults
      env: { KUBERC: 'off', KUBECTL_KUBERC: 'false' },
      signal: target.signal,
      timeoutMs: 120_000,
    });
    return documents(stdout);
  } catch (error) {
    throw isCatalystError(error, 'E3002') ? translate(error) : error;
  }
}

/**
 * A stream and no List: for a List kubectl asks for the whole of /openapi/v2, which takes an API server with all these CRDs
 * more than a second each time one has changed, to learn that the server checks fields by itself.
 */
const streamOf = (objects: readonly KubeObject[]) => objects.map((object) => JSON.stringify(object)).join('\n---\n');

/** kubectl prints one object as itself and several as a List. */
function documents(stdout: string): KubeObject[] {
  const answer = JSON.parse(stdout) as KubeObject;
  return answer.kind === 'List' ? (answer.items as KubeObject[]) : [answer];
}

const first = ['Namespace', 'CustomResourceDefinition'];

/** kubectl applies in the order given: what others live in or are made of comes first. */
function inOrder(objects: readonly KubeObject[]): KubeObject[] {
  const rank = ({ kind }: KubeObject) => (first.includes(kind) ? first.indexOf(kind) : first.length);
  return [...objects].sort((a, b) => rank(a) - rank(b));
}

const unreachableWords =
  /connection refused|no such host|i\/o timeout|Unable to connect|was refused|connection reset|TLS handshake timeout|unexpected EOF|: EOF\b|http2: client connection lost/;
const passingWords =
  /failed calling webhook|no endpoints available|\(ServiceUnavailable\)|\(TooManyRequests\)|the object has been modified|etcdserver: |currently unable to handle the request|Timeout: request did not complete/;

/** kubectl's words sorted into: unreachable, refused (permission, validation, webhook), conflict; and whether it may pass. */
function translate(error: CatalystError): CatalystError {
  // What follows is advice for people at kubectl.
  const said = String(error.data.stderr ?? error.message).split('\nPlease review')[0]!;
  const timedOut = error.data.timedOut === true;
  if (unreachableWords.test(said) && !said.includes('failed calling webhook')) {
    return fail('E3101', `kubectl could not reach the API: ${said}`, {
      cause: error,
      actions: [command('cluster status')],
      data: { ambiguous: true, passing: true },
    });
  }
  const conflict = /Apply failed with \d+ conflict/.test(said);
  return fail('E3102', `Kubernetes refused an apply: ${said}`, {
    cause: error,
    actions: conflict ? ['Another field manager owns these fields: kubectl get … -o yaml --show-managed-fields'] : [],
    data: { conflict, timedOut, ambiguous: timedOut, passing: !conflict && passingWords.test(said) },
  });
}
