/** A Sovereign after the pivot: the sources of its tree, its own Git, and a push that was seen to roll out in the window. */
import { gitUrl } from '../../../src/blueprints/render/variables.js';
import type { KubeObject } from '../../../src/kubernetes/client/kube.js';
import { gitLoop } from '../../../src/verification/dod/checks/git-loop.js';
import type { Scope } from '../../../src/verification/dod/scope.js';
import { type FakeKube, fakeKube } from '../../fakes/fake-kube.js';
import { fakeWorld } from '../../unit/walk/rig.js';
import type { Stage } from '../rigged-world.js';

const group = 'source.toolkit.fluxcd.io';
const kinds = ['GitRepository', 'HelmRepository', 'OCIRepository', 'Bucket', 'HelmChart', 'ExternalArtifact'];

export interface SourcesWorld {
  scope: Scope;
  cluster: FakeKube;
  source(kind: string, spec: object, at?: { namespace: string; name: string }): void;
  at(key: string): KubeObject;
}

async function sourcesWorld(): Promise<SourcesWorld> {
  const fake = fakeKube();
  const resources = kinds.map((kind) => ({ name: `${kind.toLowerCase()}s`, kind, verbs: ['get', 'list'] }));
  const cluster: FakeKube = {
    ...fake,
    raw: async (path) => {
      const answer = path === `/apis/${group}` ? { versions: [{ groupVersion: `${group}/v1` }] } : { resources };
      return { status: 200, body: JSON.stringify(answer) };
    },
  };
  const { world } = await fakeWorld({ cluster });
  const source: SourcesWorld['source'] = (kind, spec, at = { namespace: 'flux-system', name: 'other' }) =>
    cluster.put({ apiVersion: `${group}/v1`, kind, metadata: at, spec });
  const tree = (await world.tree()).folders.flatMap(({ files }) => files.flatMap(({ objects }) => objects));
  for (const object of tree) if (object.apiVersion.startsWith(group)) cluster.put(structuredClone(object));
  source('GitRepository', { url: gitUrl(world.sovereign) }, { namespace: 'flux-system', name: 'flux-system' });
  const exercises = [{ name: 'a push rolls out', class: 'git', ok: true, reason: 'a commit rolled out' }];
  const scope = { world, experiment: { exercises } } as unknown as Scope;
  return { scope, cluster, source, at: (key) => cluster.objects.get(key)! };
}

export const onSources: Stage<SourcesWorld> = { honest: sourcesWorld, judge: ({ scope }) => gitLoop(scope) };
