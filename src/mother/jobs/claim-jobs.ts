/**
 * Files on the mother's PVC can be read and deleted only from a Pod that mounts it. These are the manifests of short Jobs
 * that do so with catalyst-api's own image, and what they answer, as JSON in their termination message (at most 4096 bytes).
 */
import type { Kube, KubeObject, KubeWriter } from '../../kubernetes/client/kube.js';
import { command } from '../../support/commands/command.js';
import { fail } from '../../support/errors/errors.js';
import type { CatalystOnMother } from '../discover.js';
import { claimJobName, jobLabel, sovereignLabel } from '../own-names.js';
import { type ClaimScript, claimScripts } from './claim-scripts.js';
import { cloudApiEnv } from './cloud-credentials-check.js';
import { type OwnApi, ownApiEnv } from './credential-check.js';

export interface ClaimInventory {
  /** Ids of the records whose FQDN is exactly this Sovereign's. */
  ids: string[];
  /** How many files belong to them. */
  count: number;
  /** Paths of all of these below the mount. */
  files: string[];
  /** Files that only mention the FQDN, which no erasure touches. */
  mentions: ClaimMention[];
  /** sha256 over sorted `<sha256>  <path>` lines of `files`. */
  hash: string;
  /** Ids of records of any Sovereign that catalyst-api works on right now. */
  inFlight: string[];
}

export interface ClaimMention {
  path: string;
  /** `shared`: of another Sovereign, or of none. `unknown`: in a place for one deployment whose record is gone or is not in order. */
  owner: 'shared' | 'unknown';
}

/** What one inventory Job answers: `rows` from `OFFSET` on, as many as fit, each `<ours|shared|unknown> <path>`. */
export interface InventoryPage {
  ids: string[];
  count: number;
  total: number;
  rows: string[];
  inFlight: string[];
  hash: string;
}

export interface ClaimJob {
  /** What it does; the label that the Job carries. */
  name: ClaimScript;
  fqdn: string;
  /** Ids known from an earlier inventory; files of theirs count also when the record itself has gone. */
  ids: readonly string[];
  runId: string;
  /** How many rows of the inventory earlier pages had. */
  offset?: number;
  /** The cloud API, where `try-credentials` tries Hetzner tokens. */
  cloud?: string | undefined;
  /** Where `try-credentials` tries each kubeconfig once more. */
  own?: OwnApi;
}

/** True for a short Job of this Sovereign, by its labels: it is how the claim is read, and Kubernetes removes it. */
export const isClaimJob = ({ kind, metadata: { labels = {} } }: KubeObject, fqdn: string): boolean =>
  kind === 'Job' && labels[sovereignLabel] === fqdn && (labels[jobLabel] ?? '') in claimScripts;

const hexId = /^[a-f0-9]{8,32}$/;

/** The Job; `erase` mounts read-write, the others read-only. Throws E5005 on ids that are not ids. */
export function claimJob(catalyst: CatalystOnMother, job: ClaimJob): KubeObject {
  const bad = job.ids.find((id) => !hexId.test(id));
  if (bad !== undefined) throw fail('E5005', `"${bad}" is not the id of a deployment record.`);
  const labels = { [jobLabel]: job.name, [sovereignLabel]: job.fqdn };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: claimJobName(job.name, job.runId),
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
              command: ['/bin/sh', '-c', claimScripts[job.name]],
              env: [
                { name: 'FQDN', value: job.fqdn },
                { name: 'IDS', value: job.ids.join(' ') },
                { name: 'ROOT', value: catalyst.mountPath },
                { name: 'OFFSET', value: String(job.offset ?? 0) },
                ...(job.own ? ownApiEnv(job.own) : []),
                ...(job.cloud ? cloudApiEnv(job.cloud) : []),
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

/**
 * The whole inventory, page by page. Throws E5005 when the files changed between two pages.
 * @param ask runs the inventory Job from that row on
 */
export async function readInventory(ask: (offset: number) => Promise<InventoryPage>): Promise<ClaimInventory> {
  const first = await ask(0);
  const rows = [...first.rows];
  while (rows.length < first.total) {
    const page = await ask(rows.length);
    if (page.hash !== first.hash || page.total !== first.total || page.rows.length === 0) {
      throw fail('E5005', "The files on the mother's claim changed while they were listed.", {
        actions: [command('verify residue')],
      });
    }
    rows.push(...page.rows);
  }
  const parsed = rows.map((row) => ({ owner: row.slice(0, row.indexOf(' ')), path: row.slice(row.indexOf(' ') + 1) }));
  const { ids, count, hash, inFlight } = first;
  return {
    ids,
    count,
    files: parsed.filter((row) => row.owner === 'ours').map((row) => row.path),
    mentions: parsed.filter((row): row is ClaimMention => row.owner === 'shared' || row.owner === 'unknown'),
    hash,
    inFlight,
  };
}

/** What one `facts` Job answers: records from `OFFSET` on, as many as fit. */
export interface FactsPage {
  total: number;
  records: Record<string, Record<string, string>>;
}

/** The facts of all records, page by page. Throws E5005 when a page has none. */
export async function readFacts(ask: (offset: number) => Promise<FactsPage>): Promise<FactsPage['records']> {
  const { total, records } = await ask(0);
  const all = { ...records };
  while (Object.keys(all).length < total) {
    const before = Object.keys(all).length;
    Object.assign(all, (await ask(before)).records);
    if (Object.keys(all).length === before)
      throw fail('E5005', "The records on the mother's claim changed while they were read.", {
        actions: [command('handover finalize')],
      });
  }
  return all;
}

/** Creates a Job, waits for its end, reads what it answered and removes it. Throws E5005 when it failed or said nothing. */
export async function runJob<T>(kube: Kube, writer: KubeWriter, job: KubeObject, timeoutMs: number): Promise<T> {
  const { namespace, name } = job.metadata;
  const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace, name };
  await writer.delete(ref, { propagation: 'Foreground' });
  await kube.waitFor(ref, {
    reason: `an earlier Job ${namespace}/${name} to be removed`,
    timeoutMs,
    look: (object) => (object ? { pending: 'still being removed' } : { done: true }),
  });
  await writer.create(job);
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
      throw fail('E5005', `Job ${namespace}/${name} on the mother cluster failed: ${message || 'no output'}.`, {
        actions: [`kubectl -n ${namespace} describe job ${name}`, command('resume')],
      });
    }
    return JSON.parse(message) as T;
  } finally {
    await writer.delete(ref, { propagation: 'Background' });
  }
}

/** What a Pod of the Job wrote last; empty when nothing. */
export async function terminationMessage(kube: Kube, namespace: string | undefined, name: string): Promise<string> {
  const pods = await kube.list({
    apiVersion: 'v1',
    kind: 'Pod',
    namespace,
    labelSelector: `batch.kubernetes.io/job-name=${name}`,
  });
  const messages = pods.map((pod) => pod.status?.containerStatuses?.[0]?.state?.terminated?.message);
  return messages.find((message) => typeof message === 'string' && message !== '') ?? '';
}
