/**
 * Probe Jobs: a short container on the Sovereign that tries something from inside and writes one JSON object to its
 * termination log (at most 4096 bytes). Read by watch from the Pod's status, so no log access is needed.
 */
import type { Mutation } from '../../engine/mutation.js';
import { type Kube, type KubeObject, refOfObject } from '../../kubernetes/client/kube.js';
import { refusedImage } from '../../kubernetes/pull-refusal.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { Acting } from '../../world/step.js';
import {
  makeProbe,
  probeLabel,
  probeNamespace,
  probeNamespaceObject,
  removeLeftovers,
  removeProbe,
} from './probe-objects.js';
import { probePullSecret } from './pull-secret.js';

export interface ProbeJob {
  /** `valkey-ping`: name of the Job and value of its label. */
  name: string;
  image: string;
  /** Shell script; writes JSON to /dev/termination-log. Parameters come by environment, never by text. */
  script: string;
  env?: Record<string, string>;
  /** Environment from Secrets in the probe namespace or, when `namespace` is set, where the Job runs. */
  secretEnv?: Record<string, { secret: string; key: string }>;
  /** Runs in this namespace instead (its Secrets can then be used). */
  namespace?: string;
  serviceAccountName?: string;
  volumes?: { volume: Record<string, unknown>; mountPath: string; readOnly?: true }[];
  timeoutMs?: number;
  /** More of its Pod's spec, such as the node that it is bound to. */
  pod?: Record<string, unknown>;
  /** Beside what every probe is denied. */
  securityContext?: Record<string, unknown>;
  /** Of a Job whose name has the id of a run, which no plan can know: what plans and the journal call it, and say of it. */
  told?: { name: string; sentence: string };
}

/** @param pullSecret name of a Secret beside it, with the login for private registries */
export function probeJobObject(job: ProbeJob, pullSecret?: string): KubeObject {
  const namespace = job.namespace ?? probeNamespace;
  const labels = { [probeLabel]: job.name, 'app.kubernetes.io/managed-by': 'catalyst' };
  const env = [
    ...Object.entries(job.env ?? {}).map(([name, value]) => ({ name, value })),
    ...Object.entries(job.secretEnv ?? {}).map(([name, from]) => ({
      name,
      valueFrom: { secretKeyRef: { name: from.secret, key: from.key } },
    })),
  ];
  const volumes = job.volumes ?? [];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: `probe-${job.name}`, namespace, labels },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: Math.ceil((job.timeoutMs ?? 120_000) / 1000),
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          ...(pullSecret ? { imagePullSecrets: [{ name: pullSecret }] } : {}),
          automountServiceAccountToken: job.serviceAccountName !== undefined,
          serviceAccountName: job.serviceAccountName,
          ...job.pod,
          volumes: volumes.map((entry, index) => ({ name: `v${index}`, ...entry.volume })),
          containers: [
            {
              name: 'probe',
              image: job.image,
              command: ['sh', '-c', job.script],
              env,
              resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '128Mi' } },
              securityContext: {
                allowPrivilegeEscalation: false,
                capabilities: { drop: ['ALL'] },
                ...job.securityContext,
              },
              terminationMessagePolicy: 'File',
              volumeMounts: volumes.map(({ volume: _, ...mount }, index) => ({ name: `v${index}`, ...mount })),
            },
          ],
        },
      },
    },
  };
}

/** Plan of `runProbe` for the same Job. */
export function probeJobMutations(job: ProbeJob): Mutation[] {
  return [makeJob(job), removeProbe(toldRef(job))];
}

const toldRef = (job: ProbeJob) => {
  const ref = refOfObject(probeJobObject(job));
  return job.told ? { ...ref, name: job.told.name } : ref;
};

/** Where no other namespace is given, that of probes is made in the same change. */
function makeJob(job: ProbeJob): Mutation {
  const make = makeProbe(toldRef(job));
  if (job.told) return { ...make, sentence: job.told.sentence };
  return job.namespace ? make : { ...make, sentence: `${make.sentence} and its namespace` };
}

/**
 * Makes the Job, waits for its word, removes it. Throws E4009 when the container failed or said nothing readable.
 * `meanwhile` looks at what the Pod has left behind and what goes with it: its log.
 */
export async function runProbe<T = Record<string, unknown>>(
  kube: Kube,
  { act, undo }: Acting,
  job: ProbeJob,
  meanwhile: (word: T) => Promise<void> = async () => undefined,
): Promise<T> {
  // Elsewhere the namespace's own ServiceAccounts have it.
  const login = job.namespace ? undefined : await probePullSecret(kube);
  const object = probeJobObject(job, login?.metadata.name);
  const ref = refOfObject(object);
  // A Job that a killed run left cannot be applied over: its Pod spec is immutable.
  await removeLeftovers(kube, { act, undo }, [object]);
  await act(makeJob(job), async (writers) =>
    (await writers.sovereign()).apply(
      [...(job.namespace ? [] : [probeNamespaceObject()]), ...(login ? [login] : []), object],
      {
        forceConflicts: true,
      },
    ),
  );
  try {
    await kube.waitFor(ref, {
      reason: `probe Job ${ref.namespace}/${ref.name}`,
      timeoutMs: job.timeoutMs ?? 120_000,
      look: (seen) => {
        const { succeeded = 0, failed = 0, conditions = [] } = seen?.status ?? {};
        const ended =
          succeeded > 0 ||
          failed > 0 ||
          conditions.some(
            (one: { type: string; status: string }) =>
              ['Complete', 'Failed'].includes(one.type) && one.status === 'True',
          );
        return ended ? { done: true } : { pending: seen ? `Job ${ref.name} runs` : `Job ${ref.name} is not there yet` };
      },
    });
    const word = parseWord<T>(job, await terminationMessage(kube, ref.namespace!, job.name));
    await meanwhile(word);
    return word;
  } catch (error) {
    // the Job says no more than that it runs
    throw (await refusedImage(kube, [ref.namespace!]).catch(() => undefined)) ?? error;
  } finally {
    await undo.act(removeProbe(toldRef(job)), async (writers) => (await writers.sovereign()).delete(ref));
  }
}

async function terminationMessage(
  kube: Kube,
  namespace: string,
  name: string,
): Promise<{ message: string; exitCode: number }> {
  const pods = await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: `${probeLabel}=${name}` });
  const newest = pods.sort((a, b) =>
    String(b.metadata.creationTimestamp).localeCompare(String(a.metadata.creationTimestamp)),
  )[0];
  const terminated = newest?.status?.containerStatuses?.[0]?.state?.terminated;
  return { message: String(terminated?.message ?? ''), exitCode: Number(terminated?.exitCode ?? -1) };
}

function parseWord<T>(job: ProbeJob, word: { message: string; exitCode: number }): T {
  if (word.exitCode !== 0) {
    throw fail('E4009', `The probe ${job.name} failed (exit ${word.exitCode}): ${word.message || 'no output'}.`, {
      actions: [command('status'), command('resume')],
    });
  }
  try {
    return JSON.parse(word.message) as T;
  } catch (error) {
    throw fail('E4009', `The probe ${job.name} did not answer in JSON: ${word.message.slice(0, 120)}`, {
      cause: error,
    });
  }
}
