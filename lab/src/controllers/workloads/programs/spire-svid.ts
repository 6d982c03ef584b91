/** `spire-agent api fetch x509` in a Pod of the Sovereign, until its entry has come or the script has tried often enough. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { imagesOf } from '../../../components/component.js';
import { findCondition } from '../../conditions.js';
import type { ReconcileContext } from '../../reconciler.js';
import type { Program, ProgramCall } from './programs.js';

interface Volume {
  csi?: { driver?: string };
  image?: { reference?: string };
}

/**
 * spire-controller-manager makes an entry for a Pod when it sees it, and agents fetch theirs every 5 s (`sync_interval` of the agent,
 * spire 1.15): a Pod is denied at first. Scaled down, as all waits of the lab.
 */
const syncMs = 500;

export function createSpireSvid(): Program {
  const seen = new Map<string, number>();
  return (call) => svid(call, seen);
}

function svid({ pod, lab }: ProgramCall, seen: Map<string, number>): object | 'waiting' {
  const volumes = (pod.spec.volumes ?? []) as Volume[];
  if (!volumes.some(({ csi }) => csi?.driver === 'csi.spiffe.io'))
    throw new Error('rpc error: no Workload API socket is mounted');
  const agents = lab.store.list('apps/v1/DaemonSet').filter(({ metadata }) => /spire-agent/.test(metadata.name));
  const programs = imagesOf(agents.map((set) => ({ ...set, spec: set.spec.template.spec }) as KubeObject));
  // the program is in the image of the agents alone
  if (
    ![...imagesOf([pod]), ...volumes.map(({ image }) => image?.reference ?? '')].some((one) => programs.includes(one))
  )
    throw new Error('sh: /spire-agent-image/opt/spire/bin/spire-agent: not found');
  if (!agents.some(({ status }) => (status?.numberReady ?? 0) > 0)) throw new Error('rpc error: no agent on this node');
  const servers = lab.store.list('apps/v1/StatefulSet').filter(({ metadata }) => /spire-server/.test(metadata.name));
  if (!servers.some(({ status }) => (status?.readyReplicas ?? 0) > 0))
    throw new Error('rpc error: spire-server does not run');
  const domain = /"?trustDomain\\*"?:\s*\\*"?([a-z0-9.-]+)/.exec(configuration(lab))?.[1];
  if (!domain) throw new Error('no identity issued: no trust domain is configured');
  if (age(pod, lab, seen) < syncMs) {
    // a script that tries once has its answer now
    if (retries(pod)) return 'waiting';
    throw new Error('rpc error: code = PermissionDenied desc = no identity issued');
  }
  return { spiffeId: `spiffe://${domain}/ns/${pod.metadata.namespace}/sa/${pod.spec.serviceAccountName ?? 'default'}` };
}

/** Since this lab saw it first: a Pod's own time is in whole seconds. */
function age({ metadata: { uid } }: KubeObject, lab: ReconcileContext, seen: Map<string, number>): number {
  const now = lab.clock.now().getTime();
  const first = seen.get(String(uid)) ?? now;
  seen.set(String(uid), first);
  return now - first;
}

const retries = (pod: KubeObject): boolean =>
  /^\s*(?:for|while|until)\b/m.test(String(pod.spec.containers?.[0]?.command?.[2] ?? ''));

const configuration = (lab: ReconcileContext): string =>
  lab.store
    .list('helm.toolkit.fluxcd.io/v2/HelmRelease')
    .filter((release) => /spire/.test(release.metadata.name) && findCondition(release, 'Ready')?.status === 'True')
    .map((release) => JSON.stringify(release.spec.values ?? {}))
    .join('\n');
