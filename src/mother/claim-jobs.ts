/**
 * Files on the mother's PVC can be read and deleted only from a Pod that mounts it. These are the manifests of short Jobs
 * that do so with catalyst-api's own image, and what they answer, as JSON in their termination message (at most 4096 bytes).
 */
import { fail } from '../support/errors.js';
import type { Kube, KubeObject } from '../tools/kube.js';
import { type OwnApi, ownApiEnv, tryCredentialsScript } from './credential-trial.js';
import type { CatalystOnMother } from './discover.js';
import { ownPrefix } from './protected-set.js';

export const jobLabel = 'catalyst.openova.io/job';
export const sovereignLabel = 'catalyst.openova.io/sovereign';

export interface ClaimInventory {
  /** Ids of the records whose FQDN is this Sovereign's. */
  ids: string[];
  /** How many files belong to them, or name the FQDN otherwise. */
  count: number;
  /** Paths below the mount, the first of them when there are many. */
  files: string[];
  /** sha256 over sorted `<sha256>  <path>` lines of them all. */
  hash: string;
  /** Ids of records of any Sovereign that catalyst-api works on right now. */
  inFlight: string[];
}

export interface ClaimJob {
  /** What it does; the label that the Job carries. */
  name: 'inventory' | 'erase' | 'try-credentials';
  fqdn: string;
  /** Ids known from an earlier inventory; files of theirs count also when the record itself has gone. */
  ids: readonly string[];
  runId: string;
  /** Where `try-credentials` tries each kubeconfig once more. */
  own?: OwnApi;
}

const hexId = /^[a-f0-9]{8,32}$/;

const find = `set -u
cd "$ROOT"
slug=$(echo "$FQDN" | tr . -)
pattern="\\"sovereignFQDN\\"[[:space:]]*:[[:space:]]*\\"$FQDN\\""
found="$IDS"
for f in deployments/*.json; do
  [ -e "$f" ] || continue
  if grep -q "$pattern" "$f"; then id=\${f#deployments/}; found="$found \${id%.json}"; fi
done
ids=$(for id in $found; do echo "$id"; done | sort -u)
list() {
  for id in $ids; do
    find "deployments/$id.json" deployments/."$id".*.tmp kubeconfigs/"$id".yaml* kubeconfigs/."$id".* "executions/$id" -type f 2>/dev/null
  done
  find "tofu/$slug" -type f 2>/dev/null
  grep -rlF "$FQDN" . 2>/dev/null | sed 's#^\\./##'
}
files=$(list | sort -u)
`;

const scripts: Record<ClaimJob['name'], string> = {
  inventory: `${find}
count=$(printf '%s' "$files" | grep -c . || true)
hash=$(for f in $files; do sha256sum "$f"; done | sha256sum | cut -d' ' -f1)
busy='"status"[[:space:]]*:[[:space:]]*"(pending|provisioning|tofu-applying|flux-bootstrapping|phase1-watching)"'
inflight=$(grep -lE "$busy" deployments/*.json 2>/dev/null | sed 's#^deployments/##; s#[.]json$##')
quoted() { sed 's/.*/"&"/' | paste -sd, -; }
printf '{"ids":[%s],"count":%s,"files":[%s],"inFlight":[%s],"hash":"%s"}' "$(printf '%s\\n' "$ids" | grep . | quoted)" "$count" "$(printf '%s\\n' "$files" | grep . | head -n 30 | quoted)" "$(printf '%s\\n' "$inflight" | grep . | head -n 5 | quoted)" "$hash" > /dev/termination-log
`,
  erase: `${find}
for f in $files; do rm -f -- "$f"; done
for id in $ids; do rm -rf -- "executions/$id"; done
rm -rf -- "tofu/$slug"
left=$(list | sort -u | grep -c . || true)
printf '{"deleted":%s,"left":%s}' "$(printf '%s' "$files" | grep -c . || true)" "$left" > /dev/termination-log
[ "$left" = 0 ]
`,
  'try-credentials': `${find}${tryCredentialsScript}`,
};

/** The Job; `erase` mounts read-write, the others read-only. Throws E5005 on ids that are not ids. */
export function claimJob(catalyst: CatalystOnMother, job: ClaimJob): KubeObject {
  const bad = job.ids.find((id) => !hexId.test(id));
  if (bad !== undefined) throw fail('E5005', `"${bad}" is not the id of a deployment record.`);
  const labels = { [jobLabel]: job.name, [sovereignLabel]: job.fqdn };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${ownPrefix}${job.name}-${job.runId.slice(0, 8).toLowerCase()}`,
      namespace: catalyst.namespace,
      labels,
    },
    spec: {
      backoffLimit: 0,
      activeDeadlineSeconds: 300,
      ttlSecondsAfterFinished: 600,
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: 'Never',
          automountServiceAccountToken: false,
          imagePullSecrets: catalyst.imagePullSecrets,
          securityContext: { runAsUser: 65534, runAsGroup: 65534, fsGroup: 65534, runAsNonRoot: true },
          containers: [
            {
              name: 'job',
              image: catalyst.image,
              command: ['/bin/sh', '-c', scripts[job.name]],
              env: [
                { name: 'FQDN', value: job.fqdn },
                { name: 'IDS', value: job.ids.join(' ') },
                { name: 'ROOT', value: catalyst.mountPath },
                ...(job.own ? ownApiEnv(job.own) : []),
              ],
              volumeMounts: [{ name: 'records', mountPath: catalyst.mountPath, readOnly: job.name !== 'erase' }],
            },
          ],
          volumes: [{ name: 'records', persistentVolumeClaim: { claimName: catalyst.claim } }],
        },
      },
    },
  };
}

/** Creates a Job, waits for its end, reads what it answered and removes it. Throws E5005 when it failed or said nothing. */
export async function runJob<T>(kube: Kube, job: KubeObject, timeoutMs: number): Promise<T> {
  const { namespace, name } = job.metadata;
  const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace, name };
  await kube.delete(ref, { propagation: 'Foreground' });
  await kube.waitFor(ref, {
    reason: `an earlier Job ${namespace}/${name} to go`,
    timeoutMs,
    look: (object) => (object ? { pending: 'still being removed' } : { done: true }),
  });
  await kube.create(job);
  try {
    const ended = await kube.waitFor<'Complete' | 'Failed'>(ref, {
      reason: `Job ${namespace}/${name}`,
      timeoutMs,
      look: (object) => {
        const conditions = (object?.status?.conditions ?? []) as { type: string; status: string }[];
        const end = conditions.find(
          (one) => (one.type === 'Complete' || one.type === 'Failed') && one.status === 'True',
        );
        return end ? { done: end.type as 'Complete' | 'Failed' } : { pending: 'it still runs' };
      },
    });
    const message = await terminationMessage(kube, namespace, name);
    if (ended === 'Failed' || !message) {
      throw fail(
        'E5005',
        `Job ${namespace}/${name} on the mother cluster failed: ${message || 'it left no message'}.`,
        {
          actions: [`kubectl -n ${namespace} describe job ${name}`, 'catalyst resume'],
        },
      );
    }
    return JSON.parse(message) as T;
  } finally {
    await kube.delete(ref, { propagation: 'Background' });
  }
}

async function terminationMessage(kube: Kube, namespace: string | undefined, name: string): Promise<string> {
  const pods = await kube.list({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace,
    labelSelector: `batch.kubernetes.io/job-name=${name}`,
  });
  const messages = pods.map((pod) => pod.status?.containerStatuses?.[0]?.state?.terminated?.message);
  return messages.find((message) => typeof message === 'string' && message !== '') ?? '';
}
