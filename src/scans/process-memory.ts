/** What the running catalyst-api of the mother still holds: records in memory, and files on a volume that lives as long as its Pod. */
import type { KubeObject } from '../kubernetes/client/kube.js';
import { deploymentsUrl, wantsSession } from '../mother/deployment-api.js';
import { discoverCatalyst } from '../mother/discover.js';
import type { Finding, Scanned } from './scan.js';
import type { ScanPlace } from './scan-places.js';

interface Known {
  /** Of this Sovereign's records. */
  ids: readonly string[];
  /** When catalyst-api was stopped for the erasure. */
  stoppedAt?: string;
  remedy: string;
}

/**
 * Asked record by record. Where that needs a session, its Pods tell: one that started after the erasure has read a claim without these
 * records, which is looked at by itself.
 */
export function recordsInMemory(look: Scanned, { ids, stoppedAt, remedy }: Known): ScanPlace {
  const base = deploymentsUrl(look.sovereign);
  return {
    place: 'memory of catalyst-api',
    how: `GET ${base}/<id> for ${ids.length} ids; where that needs a session, by the start of its Pods`,
    async look() {
      const findings: Finding[] = [];
      for (const id of ids) {
        const answer = await look.http({ url: `${base}/${id}`, timeoutMs: 15_000, signal: look.signal, again: true });
        const { status } = answer;
        if (status >= 500) throw new Error(`catalyst-api answers ${status}`);
        if (status === 404) continue;
        const closed = wantsSession(answer);
        if (closed && stoppedAt !== undefined && (await podsBefore(look, stoppedAt)).length === 0) continue;
        const what = closed
          ? `record ${id} may be in memory: the API requires a session (${status}), and catalyst-api has not been restarted since`
          : `record ${id} is served (${status})`;
        const breaks = 'it is written back to the claim on the next event';
        findings.push({ id: `memory ${id}`, where: 'catalyst-api', what, breaks, remedy });
      }
      return findings;
    },
  };
}

export function scratchVolume(look: Scanned, { stoppedAt, remedy }: Known): ScanPlace {
  return {
    place: `scratch volume of catalyst-api (${scratchPath})`,
    how: 'the volume must live as long as its Pod, and the Pods must have started after catalyst-api was stopped for the erasure',
    async look() {
      // also before the erasure: a catalyst-api that is not there is no place that was looked at
      const old = await podsBefore(look, stoppedAt ?? new Date(0).toISOString());
      const aged = old.map(({ metadata: { namespace, name } }) => ({
        id: `scratch ${name}`,
        where: `Pod ${namespace}/${name}`,
        what: 'its scratch volume is older than the erasure; it may hold plans and state with tokens',
        breaks: 'tokens stay readable on the mother',
        remedy,
      }));
      return [...aged, ...(await keptScratch(look))];
    },
  };
}

/** Where OpenTofu works, by the chart of catalyst-api. */
const scratchPath = '/tmp/catalyst/tofu';
/** Of the volumes that can be written, those that end with their Pod. */
const endsWithPod = ['emptyDir', 'ephemeral', 'csi'];

interface PodSpec {
  containers?: {
    env?: { name: string; value?: string }[];
    volumeMounts?: { name: string; mountPath: string }[];
  }[];
  volumes?: { name: string; persistentVolumeClaim?: { claimName: string }; [kind: string]: unknown }[];
}

/** A scratch volume that a new Pod finds again: no restart empties it. The claim with the records is a place of its own. */
async function keptScratch(look: Scanned): Promise<Finding[]> {
  const mother = await look.mother();
  const { deployment, claim } = await discoverCatalyst(mother, look.sovereign);
  const { namespace, name } = deployment;
  const { containers = [], volumes = [] }: PodSpec = (await mother.get(deployment))?.spec?.template?.spec ?? {};
  return containers.flatMap(({ env = [], volumeMounts = [] }) => {
    const path = env.find((one) => one.name === 'CATALYST_TOFU_WORKDIR')?.value ?? scratchPath;
    const mount = volumeMounts
      .filter(({ mountPath }) => `${path}/`.startsWith(`${mountPath.replace(/\/+$/, '')}/`))
      .sort((one, other) => other.mountPath.length - one.mountPath.length)[0];
    const volume = volumes.find((one) => one.name === mount?.name);
    const kind = Object.keys(volume ?? {}).find((key) => key !== 'name');
    if (!volume || !kind || endsWithPod.includes(kind) || volume.persistentVolumeClaim?.claimName === claim) return [];
    const what = volume.persistentVolumeClaim
      ? `PersistentVolumeClaim ${volume.persistentVolumeClaim.claimName}`
      : kind;
    return {
      id: `scratch volume ${volume.name}`,
      where: `Deployment ${namespace}/${name}`,
      what: `its scratch volume ${volume.name} at ${path} is of kind ${what} and outlives its Pods; it may hold plans and state with tokens`,
      breaks: 'tokens stay readable on the mother',
      remedy: `delete this Sovereign's folder in ${path}, then make volume ${volume.name} of Deployment ${namespace}/${name} an emptyDir, as its chart has it`,
    };
  });
}

/** Pods of catalyst-api that are older. */
async function podsBefore(look: Scanned, at: string): Promise<KubeObject[]> {
  const mother = await look.mother();
  const { namespace, labels } = await discoverCatalyst(mother, look.sovereign);
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const pods = await mother.list({ apiVersion: 'v1', kind: 'Pod', namespace, labelSelector });
  // Kubernetes keeps whole seconds
  const limit = Math.floor(Date.parse(at) / 1000) * 1000;
  return pods.filter((pod) => Date.parse(pod.metadata.creationTimestamp ?? '') < limit);
}
