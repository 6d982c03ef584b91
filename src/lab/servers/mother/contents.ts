/** All that stands on the played mother: objects applied at the start, and the Git repository that its Flux keeps them by. */
import { toYaml } from '../../../support/yaml.js';
import type { KubeObject } from '../../../tools/kube.js';
import { catalystPlatform, catalystPrivate } from './catalyst.js';
import { fluxObjects, folders, motherCrds, motherPlatform, openovaSystem } from './platform.js';
import { bakkal, marketplaceApi, smePrivate, smeServices } from './sme.js';

/** Which Kustomization brings which objects. */
const managed = (): Record<keyof typeof folders, KubeObject[]> => ({
  'catalyst-platform': catalystPlatform(),
  'sme-services': smeServices(),
  'marketplace-api': marketplaceApi(),
  'tenant-bakkal-apps': bakkal(),
});

export interface MotherContents {
  crds: KubeObject[];
  /** In an order in which they can be applied. */
  objects: KubeObject[];
}

/** @param options.git address of the repository that Flux reads */
export function motherContents(options: { fqdn: string; powerDnsApiKey: string; git: string }): MotherContents {
  const byFlux = Object.entries(managed()).flatMap(([name, objects]) =>
    objects.map((object) => ({ ...object, metadata: { ...object.metadata, labels: labelled(object, name) } })),
  );
  const rest = [
    ...motherPlatform(),
    ...openovaSystem(options.powerDnsApiKey),
    ...smePrivate(),
    ...catalystPrivate(options.fqdn),
    ...fluxObjects(options.git),
  ];
  const isFirst = (object: KubeObject) => object.kind === 'Namespace';
  const all = [...byFlux, ...rest];
  return { crds: motherCrds(), objects: [...all.filter(isFirst), ...all.filter((object) => !isFirst(object))] };
}

const labelled = (object: KubeObject, name: string) => ({
  ...object.metadata.labels,
  'kustomize.toolkit.fluxcd.io/name': name,
  'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
});

/** Files of the mother's Git repository: path → text. The folder of the Sovereign is among them, as upstream has it. */
export function motherGitFiles(fqdn: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, objects] of Object.entries(managed())) {
    const folder = folders[name as keyof typeof folders].slice(2);
    const names = objects.map((object) => `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`);
    objects.forEach((object, index) => {
      files.set(`${folder}/${names[index]}`, toYaml(object));
    });
    const plan = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: names };
    files.set(`${folder}/kustomization.yaml`, toYaml(plan));
  }
  files.set(`clusters/${fqdn}/kustomization.yaml`, 'resources:\n  - bootstrap-kit\n');
  files.set(`clusters/${fqdn}/bootstrap-kit/kustomization.yaml`, 'resources: []\n');
  return files;
}
