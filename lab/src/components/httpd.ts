/** BusyBox httpd (1.37, networking/httpd.c): serves the files below its -h folder, here those that a Pod mounts from ConfigMaps. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../controllers/reconciler.js';
import { type Component, text } from './component.js';

interface Container {
  command?: string[];
  volumeMounts?: { name: string; mountPath: string }[];
}

const serverOf = (pod: KubeObject | undefined): Container | undefined =>
  ((pod?.spec.containers ?? []) as Container[]).find(({ command }) => command?.[0] === 'httpd');

export const httpd: Component = {
  name: 'httpd',
  emulates: (_service, pods) => serverOf(pods[0]) !== undefined,
  handle(request, { pods, lab }) {
    const pod = pods[0]!;
    const container = serverOf(pod)!;
    const root = container.command!.at(container.command!.indexOf('-h') + 1)!;
    const body = fileAt(pod, container, `${root}${request.path}`, lab);
    if (body === undefined) return text(404, 'The requested URL was not found\n');
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body };
  },
};

function fileAt(
  pod: KubeObject,
  { volumeMounts = [] }: Container,
  path: string,
  lab: Pick<ReconcileContext, 'store'>,
): Buffer | undefined {
  for (const { name, mountPath } of volumeMounts) {
    const volume = pod.spec.volumes?.find((one: { name: string }) => one.name === name)?.configMap;
    const map = volume && lab.store.get('v1/ConfigMap', pod.metadata.namespace, volume.name);
    if (!map || !path.startsWith(`${mountPath}/`)) continue;
    const file = path.slice(mountPath.length + 1);
    const items = volume.items as { key: string; path: string }[] | undefined;
    const key = items ? items.find((item) => item.path === file)?.key : file;
    if (key === undefined) continue;
    if (typeof map.data?.[key] === 'string') return Buffer.from(map.data[key]);
    if (typeof map.binaryData?.[key] === 'string') return Buffer.from(map.binaryData[key], 'base64');
  }
  return undefined;
}
