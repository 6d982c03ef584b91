import type { KubeObject } from '../../kubernetes/client/kube.js';
import { jobLabel, runLabel, sovereignLabel } from '../own-names.js';
import { type UndoJob, undoScripts } from './undo-scripts.js';

/** What an armed Job would put back, read from the Job itself. */
export interface ArmedUndo {
  job: KubeObject;
  fqdn: string;
  runId: string;
  until: string;
  /** It has put back; one that failed has not. */
  made: boolean;
  deployment?: { namespace: string; name: string; replicas: number };
  kustomization?: { namespace: string; name: string; suspend: false | null };
  /** Ingress and Middleware of that name, when they are of that Sovereign and run. */
  redirect?: { namespace: string; name: string };
}

/** Which undo an object on the mother belongs to, by its label; undefined: to none. */
export function undoJobOf({ metadata }: KubeObject): UndoJob | undefined {
  const label = metadata.labels?.[jobLabel];
  return label !== undefined && label in undoScripts ? (label as UndoJob) : undefined;
}

/** Selects what belongs to an undo of any kind. */
export const undoSelector = `${jobLabel} in (${Object.keys(undoScripts).join(',')})`;

export function readUndo(job: KubeObject): ArmedUndo {
  const entries = (job.spec?.template?.spec?.containers?.[0]?.env ?? []) as { name: string; value?: string }[];
  const env = Object.fromEntries(entries.map(({ name, value = '' }) => [name, value]));
  const conditions = (job.status?.conditions ?? []) as { type: string; status: string }[];
  const { NAMESPACE: namespace = '', DEPLOYMENT: deployment, KUSTOMIZATION: owner, REDIRECT: redirect } = env;
  return {
    job,
    fqdn: job.metadata.labels?.[sovereignLabel] ?? '',
    runId: job.metadata.labels?.[runLabel] ?? '',
    until: env.UNTIL ?? '',
    made: conditions.some((one) => one.type === 'Complete' && one.status === 'True'),
    ...(deployment
      ? { deployment: { namespace, name: deployment, replicas: Number.parseInt(env.REPLICAS ?? '', 10) } }
      : {}),
    ...(owner
      ? {
          kustomization: {
            namespace: env.KUSTOMIZATION_NAMESPACE ?? '',
            name: owner,
            suspend: env.SUSPEND === 'false' ? (false as const) : null,
          },
        }
      : {}),
    ...(redirect ? { redirect: { namespace, name: redirect } } : {}),
  };
}
