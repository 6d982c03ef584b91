/** What a lab looks like once commands have ended: comparable with that of another lab, in which nobody killed anything. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { labFqdn } from '../../lab/src/start/lab-info.js';
import type { LabStatus } from '../../lab/src/start/up.js';
import { createHetznerApi } from '../../src/hetzner/api/create-api.js';
import { takeInventory } from '../../src/hetzner/purge/plan/inventory.js';
import type { Kube, KubeObject } from '../../src/kubernetes/client/kube.js';
import { listableKinds } from '../../src/mother/protected/protected-kinds.js';
import { systemClock } from '../../src/support/clock.js';
import { waitUntil } from '../../src/support/wait.js';
import { createObjectStore } from '../../src/tools/s3/s3.js';
import type { Catalyst, LabInfo } from './catalyst.js';
import { kubeOf } from './left-on-mother.js';

/**
 * Sorted lines, each for something that is there: on the mother with what it says, at Hetzner with what guards it, on the Sovereign by name. Waits
 * until no program of a command runs any more: a killed command's have 10 s to end.
 * @param temp temporary folder of the commands
 */
export async function endState(catalyst: Catalyst, lab: LabInfo, temp: string): Promise<string[]> {
  const signal = new AbortController().signal;
  await waitUntil({
    reason: 'the programs of the commands to end',
    timeoutMs: 60_000,
    clock: systemClock,
    signal,
    look: async () => {
      const running = programsOf(catalyst.home, dirname(lab.spec));
      return running.length > 0 ? { pending: running.join(', ') } : { done: true };
    },
  });
  const api = createHetznerApi({ token: lab.credentials['hcloud-token']!, endpoint: lab.endpoints['hetzner'], signal });
  const { document } = await catalyst.json<LabStatus>(['lab', 'status', '--lab', catalyst.lab]);
  const isUp = document.result.world['clusterUp'] === true;
  const demos = await catalyst.run(['verify', 'protected', '--lab', catalyst.lab]);
  const [project, mother, sovereign, buckets] = await Promise.all([
    takeInventory(api),
    objects(kubeOf(lab.kubeconfigs.mother), printed),
    isUp ? objects(kubeOf(lab.kubeconfigs.sovereign), () => '') : [],
    bucketsOf(lab, signal),
  ]);
  const items = Object.entries(project).flatMap(([type, all]) =>
    all.map((one) => `${type} ${named(one.name ?? '')} ${asLeft(one)}`),
  );
  return [
    `verify protected exits ${demos.code}`,
    ...items.map((line) => `Hetzner ${line}`),
    ...buckets.map((line) => `bucket ${line}`),
    ...mother.map((line) => `mother ${line}`),
    ...sovereign.map((line) => `Sovereign ${line}`),
    ...filesLeft(lab, temp).map((line) => `file ${line}`),
  ].sort();
}

/** What is made up anew in each lab, and how often helm was asked to upgrade. */
const named = (text: string) =>
  text.replace(/[0-9a-f]{8,}(-[0-9a-f]{4,})*|\d{3,}|(?<=^sh\.helm\.release\.v1\..*\.v)\d+$/g, '…');

/** What a killed command may leave of a resource that stays: a way in that was opened, a server that is off, a protection that was taken off. */
function asLeft(one: object): string {
  const { labels, rules, status, protection } = one as Record<string, unknown>;
  return named(JSON.stringify({ labels, rules, status, protection }, sorted));
}

/** Controllers of the lab make and remove these as they go. */
const passing = [
  'Event',
  'Pod',
  'ReplicaSet',
  'ControllerRevision',
  'EndpointSlice',
  'Endpoints',
  'CertificateRequest',
];

async function objects(kube: Kube, say: (object: KubeObject) => string): Promise<string[]> {
  const kinds = (await listableKinds(kube)).filter(({ kind }) => !passing.includes(kind));
  const all = await Promise.all(kinds.map(({ apiVersion, kind }) => kube.list({ apiVersion, kind })));
  const lines = all
    .flat()
    .filter((object) => !isExpiring(object))
    .map((object) => `${object.kind} ${object.metadata.namespace ?? ''}/${named(object.metadata.name)}${say(object)}`);
  return [...new Set(lines)];
}

/** What holds random values, or who did something and when: that is different in each lab. */
const isRandom = ({ kind, metadata }: KubeObject) =>
  kind === 'Secret' ||
  (kind === 'ConfigMap' && /^(kube-root-ca\.crt|catalyst-lab|catalyst-sovereign-handover-.*)$/.test(metadata.name));

/** A backup that a killed proof made: Velero removes it, with its files, when its hour is over. */
const isExpiring = ({ kind, metadata, spec }: KubeObject) =>
  kind === 'Backup' && metadata.name.startsWith('probe-') && spec?.ttl === '1h0m0s';

/** Marks, and a hash of what it says. */
function printed(object: KubeObject): string {
  const { metadata, spec, data } = object;
  const says = JSON.stringify([spec, isRandom(object) ? Object.keys(data ?? {}) : data], sorted);
  const marks = Object.keys({ ...metadata.labels, ...metadata.annotations }).sort();
  return ` [${marks.join(' ')}] ${createHash('sha256').update(named(says)).digest('hex').slice(0, 12)}`;
}

/** In one order, without the addresses that a cluster draws for a Service. */
const sorted = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .filter(([key]) => !/^(clusterIPs?|nodePort)$/.test(key))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      )
    : value;

/** Not the files of such a backup, nor what Harbor's own garbage collection takes: blobs that no tag leads to. */
const isLeft = (key: string) =>
  key.includes('probe') && !/^backups\/probe-|\/(_layers|_uploads|_manifests\/revisions)\//.test(key);

/** Buckets of the account, and the probes that were left in them. */
async function bucketsOf(lab: LabInfo, signal: AbortSignal): Promise<string[]> {
  const store = createObjectStore({
    endpoint: lab.endpoints['s3']!,
    region: 'fsn1',
    accessKey: lab.credentials['s3-access-key']!,
    secretKey: lab.credentials['s3-secret-key']!,
    signal,
  });
  const names = await store.listBuckets();
  const probes = await Promise.all(
    names.map(async (name) =>
      (await store.list(name)).filter(({ key }) => isLeft(key)).map(({ key }) => `${name} ${named(key)}`),
    ),
  );
  return [...names, ...probes.flat()];
}

/** Kubeconfigs, clones and the like that a run writes for its programs, wherever it may have put them. */
function filesLeft(lab: LabInfo, temp: string): string[] {
  const folder = join(dirname(lab.spec), 'state', labFqdn, 'run');
  const temporary = readdirSync(temp).filter((name) => !/^(catalyst-lab|lab-index)-/.test(name));
  return [...(existsSync(folder) ? readdirSync(folder) : []), ...temporary];
}

/** Processes of this home that are not the lab's. */
function programsOf(home: string, labFolder: string): string[] {
  const read = (pid: string, file: string) => {
    try {
      return file === 'cwd' ? readlinkSync(`/proc/${pid}/cwd`) : readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
    .filter((pid) => ['cwd', 'cmdline', 'environ'].some((file) => read(pid, file).includes(home)))
    .filter((pid) => !read(pid, 'cwd').startsWith(labFolder))
    .map((pid) => `${pid} ${read(pid, 'cmdline').split('\0').slice(0, 4).join(' ')}`);
}
