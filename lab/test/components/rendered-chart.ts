/** The chart of bp-catalyst-platform as helm renders it with the Blueprint's values for the example Sovereign. */
import { releasesOf } from '../../../src/blueprints/catalog/releases.js';
import { variablesOf } from '../../../src/blueprints/render/variables.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { parseYamlStream } from '../../../src/support/yaml/read-yaml.js';
import { exec, helm } from '../../../test/unit/blueprints/charts-rig.js';
import { blueprints, omantel } from '../../../test/unit/blueprints/rig.js';

const clusterScoped = ['ClusterRole', 'ClusterRoleBinding'];

export async function renderedChart(): Promise<KubeObject[]> {
  const sovereign = omantel();
  const blueprint = (await blueprints()).find(({ name }) => name === 'bp-catalyst-platform')!;
  const [release] = releasesOf(blueprint, sovereign, variablesOf(sovereign));
  const { stdout } = await exec({
    file: await helm(),
    args: ['template', release!.releaseName, `${blueprint.folder}/chart`, '-n', release!.namespace, '--values', '-'],
    stdin: JSON.stringify(release!.values),
  });
  return (parseYamlStream(stdout) as KubeObject[]).map((object) =>
    clusterScoped.includes(object.kind)
      ? object
      : { ...object, metadata: { namespace: release!.namespace, ...object.metadata } },
  );
}
