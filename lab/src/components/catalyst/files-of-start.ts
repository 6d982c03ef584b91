/** Files that a Pod's containers find when they start: of ConfigMaps where they are mounted, and what an init container's `cp` made of them. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import type { ReconcileContext } from '../../controllers/reconciler.js';

interface Container {
  command?: string[];
  volumeMounts?: { name: string; mountPath: string }[];
}

export function filesOfStart(
  { metadata, spec }: KubeObject,
  lab: Pick<ReconcileContext, 'store'>,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const volumes = (spec.volumes ?? []) as { name: string; configMap?: { name: string } }[];
  for (const { command = [], volumeMounts = [] } of (spec.initContainers ?? []) as Container[]) {
    for (const { name, mountPath } of volumeMounts) {
      const map = volumes.find((volume) => volume.name === name)?.configMap?.name;
      const data = (map && lab.store.get('v1/ConfigMap', metadata.namespace, map)?.data) || {};
      for (const [key, text] of Object.entries(data as Record<string, string>)) files.set(`${mountPath}/${key}`, text);
    }
    for (const [, from = '', to = ''] of command.join('\n').matchAll(/^\s*cp (\S+) (\S+)$/gm)) {
      const text = files.get(from);
      if (text !== undefined) files.set(to, text);
    }
  }
  return files;
}
