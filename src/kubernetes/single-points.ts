/** What ends with one node: workloads of one replica, and volumes that are on one. Pure, of objects as a chart renders or a server has them. */
import type { KubeObject } from './client/kube.js';
import { nameOf } from './readiness.js';

export interface SinglePoint {
  /** `Deployment gitea/gitea` */
  what: string;
  why: string;
}

const oneReplica = 'one replica';
const ownVolume = 'one replica, and its volume is on one node';

/** DaemonSets and Jobs have no replicas to lose; what comes from one of two or more goes on. */
export function singlePointsOf(objects: readonly KubeObject[], namespace = 'default'): SinglePoint[] {
  return objects.flatMap((object) => {
    const why = whySingle(object);
    if (why === undefined) return [];
    return [{ what: nameOf({ ...object, metadata: { namespace, ...object.metadata } }), why }];
  });
}

function whySingle({ apiVersion, kind, spec = {} }: KubeObject): string | undefined {
  const group = apiVersion.split('/')[0];
  if (group === 'postgresql.cnpg.io' && kind === 'Cluster') return (spec.instances ?? 1) < 2 ? ownVolume : undefined;
  if (group !== 'apps' || !['Deployment', 'StatefulSet'].includes(kind)) return undefined;
  const volumes: { persistentVolumeClaim?: object }[] = spec.template?.spec?.volumes ?? [];
  const hasClaim = (spec.volumeClaimTemplates ?? []).length > 0 || volumes.some((one) => one.persistentVolumeClaim);
  const replicas = spec.replicas ?? 1;
  if (replicas === 1) return hasClaim ? ownVolume : oneReplica;
  // all its Pods share the claim of a Deployment, and with it its node
  return replicas > 1 && kind === 'Deployment' && hasClaim
    ? 'all replicas share a volume, which is on one node'
    : undefined;
}

/** `Deployment gitea/gitea (one replica), …`, in the order of their names. */
export function singlePointsText(points: readonly SinglePoint[]): string {
  return points
    .map(({ what, why }) => `${what} (${why})`)
    .sort()
    .join(', ');
}
