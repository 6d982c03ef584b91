/**
 * Pulls that no retry brings to an end: the registry has no such image or chart, or wants another login. In the words of containerd,
 * which the kubelet keeps in the Pod's status (1.35), and of Flux's source-controller (v1.8).
 */
import { command } from '../support/commands/command.js';
import { type CatalystError, fail } from '../support/errors/errors.js';
import { parseImage } from '../tools/oci/image-name.js';
import type { Kube, KubeObject } from './client/kube.js';

export type PullRefusal = 'missing' | 'private';

const refusals: readonly [PullRefusal, RegExp][] = [
  ['private', /\b(401|403)\b|unauthorized|forbidden|\bdenied\b|authentication required|no basic auth credentials/i],
  [
    'missing',
    /: not found|manifest unknown|name unknown|NAME_UNKNOWN|MANIFEST_UNKNOWN|\b404\b|InvalidImageName|couldn't parse image/i,
  ],
];

/** What the message of a failed pull says; undefined for everything that may pass: a registry that does not answer, a rate limit. */
export function pullRefusal(message: string): PullRefusal | undefined {
  if (/toomanyrequests|\b429\b|rate limit|timeout|connection refused|no such host|EOF/i.test(message)) return undefined;
  return refusals.find(([, words]) => words.test(message))?.[0];
}

/** Flux's words for a chart that it could not fetch. */
const chartPull =
  /chart pull error|failed to download chart|failed to (fetch|get) .*(index|chart)|invalid chart reference/i;

/** True when Flux says of a release or source that its chart is not there, or is kept from it. Not of a repository in this cluster. */
export const isChartRefused = (message: string): boolean =>
  chartPull.test(message) && !message.includes('.svc.cluster.local') && pullRefusal(message) !== undefined;

interface ContainerStatus {
  image?: string;
  state?: { waiting?: { reason?: string; message?: string } };
}

const pulling = ['ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'];

/** E3206 for the first Pod of these namespaces whose image will never come. */
export async function refusedImage(
  kube: Pick<Kube, 'list'>,
  namespaces: readonly string[],
): Promise<CatalystError | undefined> {
  for (const namespace of namespaces)
    for (const pod of await kube.list({ apiVersion: 'v1', kind: 'Pod', namespace })) {
      const refused = refusalOf(pod);
      if (refused) return refused;
    }
  return undefined;
}

function refusalOf(pod: KubeObject): CatalystError | undefined {
  const { namespace, name } = pod.metadata;
  const statuses: ContainerStatus[] = [
    ...(pod.status?.initContainerStatuses ?? []),
    ...(pod.status?.containerStatuses ?? []),
  ];
  for (const { image = '', state } of statuses) {
    const { reason = '', message = '' } = state?.waiting ?? {};
    const refusal = pulling.includes(reason) ? pullRefusal(`${reason} ${message}`) : undefined;
    if (refusal) return imageRefused(refusal, image, `Pod ${namespace}/${name}: ${reason} ${message}`);
  }
  return undefined;
}

/** E3206: what happened, why, and what to type next. */
export function imageRefused(refusal: PullRefusal, image: string, seen: string): CatalystError {
  const registry = parseImage(image)?.registry ?? 'docker.io';
  const what =
    refusal === 'missing'
      ? `${image} does not exist`
      : `${registry} does not give ${image} to this login: it is private, does not exist, or the login is wrong`;
  const actions =
    refusal === 'missing'
      ? ['correct the name or the version: spec.blueprints.<blueprint>', command('preflight')]
      : [
          command('credentials set', 'registry-token'),
          `set spec.charts.secretRef: {name: registry-pull, hosts: [${registry}]}`,
          command('preflight'),
        ];
  return fail('E3206', `${what}. ${seen}`, { actions, data: { image, refusal } });
}
