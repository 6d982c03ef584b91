/** Server-side apply by the kubectl binary; objects go over stdin, so that no Secret touches the disk or argv. */
import { type CatalystError, fail, isCatalystError } from '../support/errors.js';
import type { Exec } from './exec.js';
import type { ApplyOptions, KubeObject } from './kube.js';

export interface KubectlTarget {
  exec: Exec;
  kubectl: string;
  kubeconfig: string;
  context?: string;
  signal: AbortSignal;
}

/** Pure: the arguments of one apply. */
export function applyArguments(kubeconfig: string, context: string | undefined, options: ApplyOptions): string[] {
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

export async function kubectlApply(
  target: KubectlTarget,
  objects: readonly KubeObject[],
  options: ApplyOptions,
): Promise<KubeObject[]> {
  const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  try {
    const { stdout } = await target.exec({
      file: target.kubectl,
      args: applyArguments(target.kubeconfig, target.context, options),
      stdin,
      signal: target.signal,
      timeoutMs: 120_000,
    });
    const answer = JSON.parse(stdout) as KubeObject;
    return answer.kind === 'List' ? (answer.items as KubeObject[]) : [answer];
  } catch (error) {
    throw isCatalystError(error, 'E3002') ? translate(error) : error;
  }
}

/** kubectl's words sorted into unreachable, refused by a webhook or by permission, conflict. */
function translate(error: CatalystError): CatalystError {
  const said = String(error.data.stderr ?? error.message);
  if (/connection refused|no such host|i\/o timeout|Unable to connect|was refused|EOF$/m.test(said)) {
    return fail('E3101', `kubectl could not reach the API: ${said}`, { cause: error, data: { ambiguous: true } });
  }
  const conflict = /conflict/i.test(said);
  return fail('E3102', `Kubernetes refused an apply: ${said}`, {
    cause: error,
    actions: conflict
      ? ['another field manager owns these fields; see who: kubectl get … -o yaml --show-managed-fields']
      : [],
    data: { conflict, timedOut: error.data.timedOut, ambiguous: error.data.timedOut === true },
  });
}
