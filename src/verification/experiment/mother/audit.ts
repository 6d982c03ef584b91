/**
 * Who else changed what while catalyst-api was dead: read afterwards from what the API servers note of every write
 * (metadata.managedFields). A Sovereign that a person helped has not shown that it runs on its own.
 */
import { type Kube, type KubeObject, refOfObject } from '../../../kubernetes/client/kube.js';
import type { CatalystOnMother } from '../../../mother/discover.js';
import { jobLabel } from '../../../mother/own-names.js';
import { probeLabel, probeNamespace } from '../../../walk/probes/probe-objects.js';
import type { World } from '../../../world/world.js';
import type { ProbeClass, Sample } from '../samples.js';

export interface Change {
  system: 'mother' | 'sovereign';
  /** "Deployment gitea/gitea on the Sovereign was changed by kubectl-set at …". */
  what: string;
  manager: string;
  /** By the clock of that API server. */
  at: string;
  /** Made by a program that people call. */
  hand: boolean;
}

/** What people call; controllers name themselves. catalyst's own writes carry its own name, also those that kubectl makes for it. */
const hands =
  /^(kubectl($|[-_])|helm$|flux$|k9s|lens|openlens|freelens|headlamp|node-fetch|mozilla|curl|wget|python|oc$|argocd$|terraform|pulumi|okteto|rancher-ui|octant)/i;

const kinds: readonly [apiVersion: string, ...kinds: string[]][] = [
  ['apps/v1', 'Deployment', 'StatefulSet', 'DaemonSet'],
  ['batch/v1', 'Job', 'CronJob'],
  ['v1', 'ConfigMap', 'Secret', 'Service', 'ServiceAccount', 'PersistentVolumeClaim', 'Pod'],
  ['networking.k8s.io/v1', 'Ingress', 'NetworkPolicy'],
  ['rbac.authorization.k8s.io/v1', 'Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  ['source.toolkit.fluxcd.io/v1', 'GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket'],
  ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
  ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
  ['cert-manager.io/v1', 'Certificate', 'ClusterIssuer', 'Issuer'],
];

export interface Span {
  /** By the clock of the API server, in milliseconds since 1970. */
  from: number;
  to: number;
}

/** The API server notes whole seconds. */
const roundingMs = 1000;

export interface Sampled {
  startedAt: string;
  samples: readonly Sample[];
  classes: Readonly<Record<string, ProbeClass>>;
}

/** What others wrote between fault and undo; undefined when one of the clusters could not be read. */
export async function audit(
  world: World,
  { namespace }: CatalystOnMother,
  sampled: Sampled,
  { faultAt, undoAt }: { faultAt: number; undoAt: number },
): Promise<Change[] | undefined> {
  const at = (t: number, skew: number) => Date.parse(sampled.startedAt) + t + skew;
  const span = (cls: ProbeClass) => {
    const skew = skewOf(sampled, cls);
    return { from: at(faultAt, skew), to: at(undoAt, skew) };
  };
  try {
    return [
      ...(await auditSovereign(await world.kube(), span('sovereign'))),
      ...(await auditMother(await world.mother(), namespace, span('protected'))),
    ];
  } catch {
    world.signal.throwIfAborted();
    return undefined;
  }
}

/** How far the servers' clocks are ahead of ours, in milliseconds: the median of what they say; 0 when they say nothing. */
export function skewOf({ startedAt, samples, classes }: Sampled, cls: ProbeClass): number {
  const ahead = samples
    .filter(({ probe, date }) => classes[probe] === cls && date !== undefined)
    .map(({ t, ms, date = 0 }) => date - Date.parse(startedAt) - t - ms)
    .sort((a, b) => a - b);
  return ahead[Math.floor(ahead.length / 2)] ?? 0;
}

/** People, that is: controllers write all the time. Throws what the API throws. */
export async function auditSovereign(kube: Kube, span: Span): Promise<Change[]> {
  const lists = kinds.flatMap(([apiVersion, ...names]) => names.map((kind) => kube.list({ apiVersion, kind })));
  const objects = (await Promise.all(lists)).flat().filter((one) => !isOwn(one));
  return objects.flatMap((one) => changesOf('sovereign', one, span).filter(({ hand }) => hand));
}

/** The same in the namespace of catalyst-api, where people may work: it is told, and no fault of the Sovereign. */
async function auditMother(kube: Kube, namespace: string, span: Span): Promise<Change[]> {
  const of = ['Deployment', 'StatefulSet'].map((kind) => kube.list({ apiVersion: 'apps/v1', kind, namespace }));
  const objects = (await Promise.all([...of, kube.list({ apiVersion: 'v1', kind: 'Service', namespace })])).flat();
  return objects
    .flatMap((one) => changesOf('mother', one, span).filter(({ hand }) => hand))
    .map((one) => ({ ...one, hand: false }));
}

/** Probes and undos, which run kubectl inside of the cluster. */
const isOwn = ({ metadata: { namespace, labels = {} } }: KubeObject) =>
  namespace === probeNamespace || probeLabel in labels || jobLabel in labels;

interface Managed {
  manager?: string;
  time?: string;
  subresource?: string;
}

function changesOf(system: Change['system'], object: KubeObject, { from, to }: Span): Change[] {
  const { namespace, name } = refOfObject(object);
  const where = `${object.kind} ${namespace ? `${namespace}/` : ''}${name} on the ${system === 'mother' ? 'mother' : 'Sovereign'}`;
  const inTime = (time: string) => Date.parse(time) >= from - roundingMs && Date.parse(time) <= to + roundingMs;
  return ((object.metadata['managedFields'] ?? []) as Managed[])
    .filter(({ time, subresource }) => time !== undefined && subresource !== 'status' && inTime(time))
    .map(({ manager = 'an unnamed program', time: at = '' }) => ({
      system,
      what: `${where} was changed by ${manager} at ${at}`,
      manager,
      at,
      hand: hands.test(manager),
    }));
}
