/** All that stands on the emulated mother: objects of its own, and the Git repository from which its Flux brings the rest. */
import type { KubeObject } from 'catalyst/kubernetes/client/kube.js';
import { toYaml } from 'catalyst/support/yaml/write-yaml.js';
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
  namespaces: KubeObject[];
  /** All but what Flux brings from Git. */
  objects: KubeObject[];
}

/** @param options.git address of the repository that Flux reads */
export function motherContents(options: { fqdn: string; powerDnsApiKey: string; git: string }): MotherContents {
  const own = [
    ...motherPlatform(),
    ...openovaSystem(options.powerDnsApiKey),
    ...smePrivate(),
    ...catalystPrivate(options.fqdn),
    ...fluxObjects(options.git),
  ];
  const isNamespace = (object: KubeObject) => object.kind === 'Namespace';
  // Secrets stand in namespaces that Flux brings; it takes those over
  const namespaces = [...Object.values(managed()).flat(), ...own].filter(isNamespace);
  return { crds: motherCrds(), namespaces, objects: own.filter((object) => !isNamespace(object)) };
}

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
